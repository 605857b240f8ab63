using MySqlRecovery.Gtids;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Replication;

/// <summary>A MySQL GTID set in the form of COM_BINLOG_DUMP_GTID.</summary>
internal static class GtidSetEncoding
{
    /// <param name="text"><c>uuid:1-5:7,uuid:tag:1-3</c>; blanks and line breaks are allowed, nothing at all is the empty set.</param>
    /// <exception cref="RecoveryException">GtidSetInvalid</exception>
    public static byte[] Encode(string text)
    {
        try
        {
            return GtidSet.Parse([text]).Encode() ?? throw Invalid(text, null);
        }
        catch (RecoveryException e) when (e.ErrorId == "GtidInvalid")
        {
            throw Invalid(text, e);
        }
    }

    private static RecoveryException Invalid(string text, Exception? inner) => new(
        "GtidSetInvalid", RecoveryErrorKind.InvalidArgument, $"'{text}' is not a GTID set of this server's kind", inner: inner);
}
