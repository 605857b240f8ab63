using System.Globalization;
using System.Runtime.CompilerServices;

namespace MySqlRecovery.Gtids;

/// <summary>A global transaction id: MySQL's <c>uuid:number</c> or <c>uuid:tag:number</c>, MariaDB's
/// <c>domain-server-sequence</c>.</summary>
internal readonly record struct Gtid
{
    private Gtid(Guid uuid, string tag, ulong number, uint domain, uint serverId, bool isMariaDb) =>
        (Uuid, Tag, Number, Domain, ServerId, IsMariaDb) = (uuid, tag, number, domain, serverId, isMariaDb);

    public Guid Uuid { get; }

    /// <summary>Empty without a tag (tags: MySQL 8.3+).</summary>
    public string Tag { get; }

    /// <summary>MySQL's number or MariaDB's sequence.</summary>
    public ulong Number { get; }

    public uint Domain { get; }

    public uint ServerId { get; }

    public bool IsMariaDb { get; }

    public static Gtid MySql(Guid uuid, string tag, ulong number) => new(uuid, tag, number, 0, 0, false);

    public static Gtid MariaDb(uint domain, uint serverId, ulong sequence) =>
        new(Guid.Empty, string.Empty, sequence, domain, serverId, true);

    /// <summary>Another transaction of the same source.</summary>
    public Gtid WithNumber(ulong number) => new(Uuid, Tag, number, Domain, ServerId, IsMariaDb);

    /// <summary>The reverse of <see cref="ToString"/>; null for anything else.</summary>
    public static Gtid? Parse(string text)
    {
        string[] pieces = text.Split(':');
        if (pieces.Length is 2 or 3 && Guid.TryParse(pieces[0], out Guid uuid) && TryParse(pieces[^1], out ulong number))
            return MySql(uuid, pieces.Length == 3 ? pieces[1] : string.Empty, number);
        pieces = text.Split('-');
        if (pieces.Length == 3 && TryParse(pieces[0], out ulong domain) && TryParse(pieces[1], out ulong server)
            && TryParse(pieces[2], out ulong sequence) && domain <= uint.MaxValue && server <= uint.MaxValue)
            return MariaDb((uint)domain, (uint)server, sequence);
        return null;
    }

    /// <summary>As the server prints it.</summary>
    [MethodImpl(Jit.Hot)]
    public override string ToString()
    {
        if (IsMariaDb)
            return string.Create(CultureInfo.InvariantCulture, $"{Domain}-{ServerId}-{Number}");
        return Tag.Length == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{Uuid}:{Number}")
            : string.Create(CultureInfo.InvariantCulture, $"{Uuid}:{Tag}:{Number}");
    }

    private static bool TryParse(string text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

/// <summary>Chooses events by the GTID of their transaction.</summary>
internal sealed class GtidFilter(GtidSet? included, GtidSet? excluded)
{
    /// <summary>What is asked for; null for everything.</summary>
    public GtidSet? Included => included;

    private readonly GtidSet _seen = new();

    /// <summary>Notes that a transaction is in the logs, of which several may be read at a time.</summary>
    public void Note(in Gtid gtid)
    {
        if (included == null)
            return;
        lock (_seen)
            _seen.Add(gtid);
    }

    /// <summary>Notes that transactions are in the logs.</summary>
    public void Note(GtidSet gtids)
    {
        if (included == null)
            return;
        lock (_seen)
            _seen.Add(gtids);
    }

    /// <summary>What is there, for people.</summary>
    public string There
    {
        get
        {
            string there;
            lock (_seen)
                there = _seen.ToString();
            const int MaximumLength = 200;
            return there.Length == 0 ? "none has a GTID"
                : there.Length <= MaximumLength ? $"there are {there}" : $"there are {there[..MaximumLength]}…";
        }
    }

    /// <summary>What was asked for by number and is in no log; null for nothing.</summary>
    public string? FindAbsent()
    {
        lock (_seen)
            return included?.WithoutOpen().Without(_seen).Without(excluded) is { IsEmpty: false } absent ? absent.ToString() : null;
    }

    public bool IsMatch(Gtid? gtid)
    {
        if (gtid is not { } id)
            return included == null;
        return included?.Contains(id) != false && excluded?.Contains(id) != true;
    }

    /// <summary>The same for a GTID in text form, as objects carry it.</summary>
    public bool IsMatch(string? gtid) => IsMatch(gtid == null ? null : Gtid.Parse(gtid));
}
