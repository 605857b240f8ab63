using System.Globalization;
using MySqlRecovery.Model;

namespace MySqlRecovery.Gtids;

/// <summary>
/// A set of GTIDs as users and servers write it: <c>uuid:1-5:7</c>, <c>uuid:tag:1-3</c>, <c>uuid</c> alone for all of a
/// source, MariaDB's <c>0-1-100</c>, several separated by commas.
/// </summary>
internal sealed class GtidSet
{
    private readonly Dictionary<(Guid Uuid, string Tag), List<(ulong First, ulong Last)>> _intervals = [];
    private readonly HashSet<Gtid> _mariaDb = [];

    /// <summary>Parses one or more texts; anything else is a <see cref="RecoveryException"/> with id GtidInvalid.</summary>
    public static GtidSet Parse(IEnumerable<string> texts)
    {
        var set = new GtidSet();
        foreach (string text in texts)
        {
            foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (!set.TryAdd(part))
                    throw new RecoveryException(
                        "GtidInvalid", RecoveryErrorKind.InvalidArgument, $"'{part}' is not a GTID or a set of them",
                        recommendedAction: "Write uuid:number, uuid:first-last, uuid:tag:number, or MariaDB's domain-server-sequence.");
            }
        }

        return set;
    }

    public bool Contains(in Gtid gtid)
    {
        if (gtid.IsMariaDb)
            return _mariaDb.Contains(gtid);
        if (!_intervals.TryGetValue((gtid.Uuid, gtid.Tag), out var intervals))
            return false;
        foreach ((ulong first, ulong last) in intervals)
        {
            if (gtid.Number >= first && gtid.Number <= last)
                return true;
        }

        return false;
    }

    private bool TryAdd(string part)
    {
        string[] pieces = part.Split(':', StringSplitOptions.TrimEntries);
        if (!Guid.TryParse(pieces[0], out Guid uuid))
            return pieces.Length == 1 && TryAddMariaDb(part);
        string tag = string.Empty;
        if (pieces.Length == 1)
            Add(uuid, tag, 0, ulong.MaxValue);
        for (int i = 1; i < pieces.Length; i++)
        {
            if (IsTag(pieces[i]))
            {
                tag = pieces[i].ToLowerInvariant();
                if (i == pieces.Length - 1)
                    Add(uuid, tag, 0, ulong.MaxValue);
            }
            else if (TryParseInterval(pieces[i], out ulong first, out ulong last))
            {
                Add(uuid, tag, first, last);
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private void Add(Guid uuid, string tag, ulong first, ulong last)
    {
        if (!_intervals.TryGetValue((uuid, tag), out var intervals))
            _intervals.Add((uuid, tag), intervals = []);
        intervals.Add((first, last));
    }

    private bool TryAddMariaDb(string part) => Gtid.Parse(part) is { IsMariaDb: true } gtid && (_mariaDb.Add(gtid) || true);

    private static bool TryParseInterval(string text, out ulong first, out ulong last)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        last = 0;
        if (dash < 0)
            return TryParse(text, out first) && (last = first) > 0;
        return TryParse(text[..dash], out first) & TryParse(text[(dash + 1)..], out last) && first <= last;
    }

    private static bool TryParse(string text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    // A tag is [a-z_][a-z0-9_]{0,31}.
    private static bool IsTag(string text) => text.Length is > 0 and <= 32
        && (char.IsAsciiLetter(text[0]) || text[0] == '_') && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
