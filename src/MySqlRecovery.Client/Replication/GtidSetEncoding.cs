using System.Globalization;
using MySqlRecovery.Client.Protocol;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Replication;

/// <summary>
/// A MySQL GTID set in the form of COM_BINLOG_DUMP_GTID, which is that of PREVIOUS_GTIDS events; sets with tags in the
/// form of MySQL 8.3 and later.
/// </summary>
internal static class GtidSetEncoding
{
    private const int MaxTagLength = 32;

    /// <param name="text"><c>uuid:1-5:7,uuid:tag:1-3</c>; blanks and line breaks are allowed, nothing at all is the empty set.</param>
    /// <exception cref="RecoveryException">GtidSetInvalid</exception>
    public static byte[] Encode(string text)
    {
        var entries = new List<(Guid Uuid, string Tag, List<(ulong Start, ulong End)> Intervals)>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = part.Split(':', StringSplitOptions.TrimEntries);
            if (fields.Length < 2 || !Guid.TryParseExact(fields[0], "D", out Guid uuid))
                throw Invalid(text);
            string tag = "";
            foreach (string field in fields.AsSpan(1))
            {
                if (IsTag(field))
                {
                    tag = field.ToLowerInvariant();
                    continue;
                }

                int known = entries.FindIndex(e => e.Uuid == uuid && e.Tag == tag);
                if (known < 0)
                    entries.Add((uuid, tag, []));
                entries[known < 0 ? ^1 : known].Intervals.Add(Interval(field, text));
            }
        }

        return Write(entries);
    }

    public static RecoveryException Invalid(string text) => new(
        "GtidSetInvalid", RecoveryErrorKind.InvalidArgument, $"'{text}' is not a GTID set of this server's kind");

    private static byte[] Write(List<(Guid Uuid, string Tag, List<(ulong Start, ulong End)> Intervals)> entries)
    {
        bool tagged = entries.Exists(e => e.Tag.Length > 0);
        var set = new PayloadWriter();
        if (tagged)
            set.UInt64(1 | (ulong)entries.Count << 8 | 1UL << 56);
        else
            set.UInt64((ulong)entries.Count);
        Span<byte> uuid = stackalloc byte[16];
        foreach ((Guid id, string tag, List<(ulong Start, ulong End)> intervals) in entries)
        {
            id.TryWriteBytes(uuid, bigEndian: true, out _);
            set.Bytes(uuid);
            if (tagged)
                set.Byte((byte)(tag.Length << 1)).Text(tag);
            set.UInt64((ulong)intervals.Count);
            foreach ((ulong start, ulong end) in intervals.Order())
                set.UInt64(start).UInt64(end + 1);
        }

        return set.Written.ToArray();
    }

    private static bool IsTag(string field) =>
        field.Length is > 0 and <= MaxTagLength && (char.IsAsciiLetter(field[0]) || field[0] == '_') &&
        field.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static (ulong Start, ulong End) Interval(string field, string text)
    {
        string[] ends = field.Split('-', StringSplitOptions.TrimEntries);
        if (ends.Length <= 2 && Number(ends[0], out ulong start) && Number(ends[^1], out ulong end) && start <= end)
            return (start, end);
        throw Invalid(text);
    }

    private static bool Number(string text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is > 0 and < long.MaxValue;
}
