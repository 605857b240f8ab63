using System.Globalization;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;

namespace MySqlRecovery.History;

/// <summary>A moment in the life of a server: one of its three forms, or none for now.</summary>
internal sealed record Moment
{
    /// <summary>All that was committed up to a time, which is included (UTC).</summary>
    public DateTime? Time { get; init; }

    /// <summary>All up to a transaction, which is included.</summary>
    public Gtid? Gtid { get; init; }

    /// <summary>All up to a position in a file.</summary>
    public (string File, long Position)? Place { get; init; }

    /// <summary>The moment for people.</summary>
    public string Shown => Time?.ToString("u", CultureInfo.InvariantCulture) ?? Gtid?.ToString()
        ?? string.Create(CultureInfo.InvariantCulture, $"{Place?.File}:{Place?.Position}");

    public bool IsNow => Time == null && Gtid == null && Place == null;

    /// <summary>Reads what a user gave.</summary>
    /// <exception cref="RecoveryException">InvalidParameters, GtidSetInvalid.</exception>
    public static Moment Of(DateTime? time, string? gtid, string? file, long? position)
    {
        int forms = (time == null ? 0 : 1) + (gtid == null ? 0 : 1) + (file == null && position == null ? 0 : 1);
        if (forms > 1 || (file == null) != (position == null))
            throw new RecoveryException(
                "InvalidParameters", RecoveryErrorKind.InvalidArgument,
                "the moment is a time (-AsOf), a transaction (-AsOfGtid), or a file and a position in it (-AsOfFile, -AsOfPosition)");
        return new Moment
        {
            Time = time?.ToUniversalTime(),
            Gtid = gtid == null ? null : Last(gtid),
            Place = file == null ? null : (file, position!.Value),
        };
    }

    // The set of one server without gaps, as gtid_executed has it, stands for its last transaction.
    private static Gtid Last(string text)
    {
        string trimmed = text.Trim();
        if (Gtids.Gtid.Parse(trimmed) is { } one)
            return one;
        int colon = trimmed.LastIndexOf(':'), dash = trimmed.LastIndexOf('-');
        bool isRange = colon > 0 && dash > colon && trimmed[(colon + 1)..dash].All(char.IsAsciiDigit) && !trimmed.Contains(',');
        return (isRange ? Gtids.Gtid.Parse(string.Concat(trimmed.AsSpan(0, colon + 1), trimmed.AsSpan(dash + 1))) : null)
            ?? throw new RecoveryException(
                "GtidSetInvalid", RecoveryErrorKind.InvalidArgument, $"'{text}' is not the GTID of one transaction",
                recommendedAction: "Write uuid:number, or MariaDB's domain-server-sequence.");
    }
}
