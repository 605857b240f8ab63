using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Gtids;

/// <summary>
/// A set of GTIDs as users and servers write it: <c>uuid:1-5:7</c>, <c>uuid:tag:1-3</c>, <c>uuid</c> alone for all of a
/// source, MariaDB's <c>0-1-100</c>, several separated by commas; and as logs and the protocol hold it in bytes.
/// </summary>
internal sealed class GtidSet
{
    private const int MaxTagLength = 32, MariaDbCountBits = 28;

    // By a source's GTID without number: ordered intervals, ends included, that do not touch one another.
    private readonly Dictionary<Gtid, List<(ulong First, ulong Last)>> _intervals = [];

    /// <summary>Parses one or more texts; anything else is a <see cref="RecoveryException"/> with id GtidInvalid.</summary>
    public static GtidSet Parse(IEnumerable<string> texts)
    {
        var set = new GtidSet();
        foreach (string text in texts)
        {
            if (!set.TryAdd(text, out string? wrong))
                throw new RecoveryException(
                    "GtidInvalid", RecoveryErrorKind.InvalidArgument, $"'{wrong}' is not a GTID or a set of them",
                    recommendedAction: "Write uuid:number, uuid:first-last, uuid:tag:number, or MariaDB's domain-server-sequence.");
        }

        return set;
    }

    /// <summary>
    /// Reads the body of a PREVIOUS_GTIDS event: sources 8, then for each: uuid 16, intervals 8, start 8 and excluded end 8
    /// an interval. MySQL 8.3+ marks sets with tags by 1 in the first and the last of the 8 bytes; a tag with its length
    /// (twice, as an integer of variable size) follows the uuid then (sql/rpl_gtid_set.cc).
    /// </summary>
    public static GtidSet Decode(ReadOnlySpan<byte> body)
    {
        var set = new GtidSet();
        var cursor = new ByteCursor(body);
        ulong sources = cursor.ReadUInt64();
        bool isTagged = sources >> 56 == 1 && (sources & 0xFF) == 1;
        if (isTagged)
            sources = sources >> 8 & 0xFFFF_FFFF_FFFF;
        for (ulong source = 0; source < sources; source++)
        {
            var uuid = new Guid(cursor.Take(16), bigEndian: true);
            string tag = isTagged ? Encoding.ASCII.GetString(cursor.Take(cursor.ReadByte() >> 1)) : string.Empty;
            ulong intervals = cursor.ReadUInt64();
            for (ulong interval = 0; interval < intervals; interval++)
            {
                ulong first = cursor.ReadUInt64(), end = cursor.ReadUInt64();
                if (first == 0 || end <= first)
                    throw new InvalidDataException($"a GTID interval from {first} to {end}");
                set.Add(Gtid.MySql(uuid, tag, first), end - 1);
            }
        }

        return set;
    }

    /// <summary>
    /// Reads the body of MariaDB's GTID_LIST event: count in 28 bits of 4 bytes, then domain 4, server 4, sequence 8. It
    /// names the last transaction of each domain and server: the set has all up to it.
    /// </summary>
    public static GtidSet DecodeMariaDb(ReadOnlySpan<byte> body)
    {
        var set = new GtidSet();
        var cursor = new ByteCursor(body);
        uint count = cursor.ReadUInt32() & (1u << MariaDbCountBits) - 1;
        for (uint i = 0; i < count; i++)
        {
            uint domain = cursor.ReadUInt32(), server = cursor.ReadUInt32();
            set.Add(Gtid.MariaDb(domain, server, 0), cursor.ReadUInt64());
        }

        return set;
    }

    /// <summary>All transactions up to each of those given, which are included, of the same source and tag, or domain and server.</summary>
    public static GtidSet UpTo(IEnumerable<Gtid> last)
    {
        var set = new GtidSet();
        foreach (Gtid gtid in last)
            set.Add(gtid.WithNumber(0), gtid.Number);
        return set;
    }

    public void Add(in Gtid gtid) => Add(gtid, gtid.Number);

    /// <summary>Adds the transactions from <paramref name="first"/> to the number <paramref name="last"/>, included.</summary>
    public void Add(in Gtid first, ulong last)
    {
        ulong from = first.Number;
        if (!_intervals.TryGetValue(first.WithNumber(0), out var intervals))
            _intervals.Add(first.WithNumber(0), intervals = []);
        int at = FindEndingFrom(intervals, from == 0 ? 0 : from - 1), next = at;
        for (; next < intervals.Count && (intervals[next].First <= last || intervals[next].First - 1 == last); next++)
            (from, last) = (Math.Min(from, intervals[next].First), Math.Max(last, intervals[next].Last));
        intervals.RemoveRange(at, next - at);
        intervals.Insert(at, (from, last));
    }

    /// <summary>Adds all transactions of another set.</summary>
    public void Add(GtidSet other)
    {
        foreach ((Gtid first, ulong last) in other.Intervals)
            Add(first, last);
    }

    /// <summary>The first transaction of each interval, and the number of its last.</summary>
    public IEnumerable<(Gtid First, ulong Last)> Intervals =>
        Ordered().SelectMany(i => i.Value.Select(interval => (i.Key.WithNumber(interval.First), interval.Last)));

    /// <summary>What is in both sets.</summary>
    public GtidSet Intersect(GtidSet other) => Without(Without(other));

    /// <summary>Takes one transaction out.</summary>
    public void Remove(in Gtid gtid)
    {
        Gtid origin = gtid.WithNumber(0);
        if (!Contains(gtid))
            return;
        List<(ulong First, ulong Last)> intervals = _intervals[origin];
        int at = FindEndingFrom(intervals, gtid.Number);
        (ulong first, ulong last) = intervals[at];
        intervals.RemoveAt(at);
        if (last > gtid.Number)
            intervals.Insert(at, (gtid.Number + 1, last));
        if (first < gtid.Number)
            intervals.Insert(at, (first, gtid.Number - 1));
        if (intervals.Count == 0)
            _intervals.Remove(origin);
    }

    public bool Contains(in Gtid gtid) => _intervals.TryGetValue(gtid.WithNumber(0), out var intervals)
        && FindEndingFrom(intervals, gtid.Number) is var at && at < intervals.Count && intervals[at].First <= gtid.Number;

    public bool IsEmpty => _intervals.Count == 0;

    /// <summary>What is in this set and not in another.</summary>
    public GtidSet Without(GtidSet? other)
    {
        if (other == null)
            return this;
        var rest = new GtidSet();
        foreach ((Gtid origin, List<(ulong First, ulong Last)> intervals) in _intervals)
        {
            List<(ulong First, ulong Last)> taken = other._intervals.GetValueOrDefault(origin) ?? [];
            foreach ((ulong first, ulong last) in intervals)
            {
                ulong next = first;
                foreach ((ulong from, ulong to) in taken)
                {
                    if (to < next || from > last)
                        continue;
                    if (from > next)
                        rest.Add(origin.WithNumber(next), from - 1);
                    if (to >= last)
                    {
                        next = 0;
                        break;
                    }

                    next = to + 1;
                }

                if (next > 0)
                    rest.Add(origin.WithNumber(next), last);
            }
        }

        return rest;
    }

    /// <summary>The set but for sources of which it has all.</summary>
    public GtidSet WithoutOpen() => Where(origin => _intervals[origin][^1].Last != ulong.MaxValue);

    /// <summary>Whether anything of the same source and tag, or domain and server, is in the set.</summary>
    public bool KnowsOriginOf(in Gtid gtid) => _intervals.ContainsKey(gtid.WithNumber(0));

    /// <summary>The part of the set of some of its sources, told by a GTID without number.</summary>
    public GtidSet Where(Func<Gtid, bool> isChosen)
    {
        var part = new GtidSet();
        foreach ((Gtid origin, List<(ulong, ulong)> intervals) in _intervals)
        {
            if (isChosen(origin))
                part._intervals.Add(origin, [.. intervals]);
        }

        return part;
    }

    /// <summary>Those of the set's sources of which it has more than one interval.</summary>
    public GtidSet WhereNotContiguous() => Where(origin => _intervals[origin].Count > 1);

    /// <summary>
    /// The form of COM_BINLOG_DUMP_GTID, which is that of <see cref="Decode"/>; null where the set has none: MariaDB's, and
    /// all of a source.
    /// </summary>
    public byte[]? Encode()
    {
        if (_intervals.Any(i => i.Key.IsMariaDb || i.Value[^1].Last >= long.MaxValue))
            return null;
        bool isTagged = _intervals.Keys.Any(o => o.Tag.Length > 0);
        ulong count = (ulong)_intervals.Count;
        var bytes = new MemoryStream();
        Span<byte> field = stackalloc byte[16];
        Write(isTagged ? 1 | count << 8 | 1UL << 56 : count, field, bytes);
        foreach ((Gtid origin, List<(ulong First, ulong Last)> intervals) in Ordered())
        {
            origin.Uuid.TryWriteBytes(field, bigEndian: true, out _);
            bytes.Write(field);
            if (isTagged)
                bytes.Write([(byte)(origin.Tag.Length << 1), .. Encoding.ASCII.GetBytes(origin.Tag)]);
            Write((ulong)intervals.Count, field, bytes);
            foreach ((ulong first, ulong last) in intervals)
            {
                Write(first, field, bytes);
                Write(last + 1, field, bytes);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>As MySQL prints it, without line breaks; each transaction of MariaDB's, of all up to one this one.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Guid? uuid = null;
        foreach ((Gtid origin, List<(ulong First, ulong Last)> intervals) in Ordered())
        {
            if (origin.IsMariaDb)
            {
                foreach ((ulong first, ulong last) in intervals)
                {
                    for (ulong left = first == 0 ? 0 : last - first; ; left--)
                    {
                        text.Append(text.Length == 0 ? "" : ",").Append(origin.WithNumber(last - left));
                        if (left == 0)
                            break;
                    }
                }

                continue;
            }

            if (origin.Uuid != uuid)
                text.Append(text.Length == 0 ? "" : ",").Append(uuid = origin.Uuid);
            if (origin.Tag.Length > 0)
                text.Append(':').Append(origin.Tag);
            foreach ((ulong first, ulong last) in intervals)
            {
                text.Append(CultureInfo.InvariantCulture, $":{first}");
                if (last > first)
                    text.Append(CultureInfo.InvariantCulture, $"-{last}");
            }
        }

        return text.ToString();
    }

    // The index of the first interval that does not end before a number.
    private static int FindEndingFrom(List<(ulong First, ulong Last)> intervals, ulong number)
    {
        int low = 0, high = intervals.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (intervals[middle].Last < number)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static void Write(ulong value, Span<byte> field, MemoryStream bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(field, value);
        bytes.Write(field[..sizeof(ulong)]);
    }

    private IEnumerable<KeyValuePair<Gtid, List<(ulong First, ulong Last)>>> Ordered() => _intervals
        .OrderBy(i => i.Key.Uuid).ThenBy(i => i.Key.Tag, StringComparer.Ordinal).ThenBy(i => i.Key.Domain).ThenBy(i => i.Key.ServerId);

    private bool TryAdd(string text, [NotNullWhen(false)] out string? wrong)
    {
        wrong = null;
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryAddSource(part))
                wrong ??= part;
        }

        return wrong == null;
    }

    private bool TryAddSource(string part)
    {
        string[] pieces = part.Split(':', StringSplitOptions.TrimEntries);
        if (!Guid.TryParse(pieces[0], out Guid uuid))
            return pieces.Length == 1 && TryAddMariaDb(part);
        string tag = string.Empty;
        if (pieces.Length == 1)
            AddAll(uuid, tag);
        for (int i = 1; i < pieces.Length; i++)
        {
            if (IsTag(pieces[i]))
            {
                tag = pieces[i].ToLowerInvariant();
                if (i == pieces.Length - 1)
                    AddAll(uuid, tag);
            }
            else if (TryParseInterval(pieces[i], out ulong first, out ulong last))
            {
                Add(Gtid.MySql(uuid, tag, first), last);
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private void AddAll(Guid uuid, string tag) => Add(Gtid.MySql(uuid, tag, 1), ulong.MaxValue);

    private bool TryAddMariaDb(string part)
    {
        if (Gtid.Parse(part) is not { IsMariaDb: true } gtid)
            return false;
        Add(gtid);
        return true;
    }

    private static bool TryParseInterval(string text, out ulong first, out ulong last)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        last = 0;
        return TryParse(dash < 0 ? text : text[..dash], out first) && TryParse(text[(dash + 1)..], out last) && first > 0 && first <= last;
    }

    private static bool TryParse(string text, out ulong number) => ulong.TryParse(
        text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out number);

    // A tag is [a-z_][a-z0-9_]{0,31}.
    private static bool IsTag(string text) => text.Length is > 0 and <= MaxTagLength
        && (char.IsAsciiLetter(text[0]) || text[0] == '_') && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
