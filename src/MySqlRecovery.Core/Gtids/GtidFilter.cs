namespace MySqlRecovery.Gtids;

/// <summary>Chooses events by the GTID of their transaction.</summary>
internal sealed class GtidFilter(GtidSet? included, GtidSet? excluded)
{
    public bool IsMatch(Gtid? gtid)
    {
        if (gtid is not { } id)
            return included == null;
        return included?.Contains(id) != false && excluded?.Contains(id) != true;
    }

    /// <summary>The same for a GTID in text form, as objects carry it.</summary>
    public bool IsMatch(string? gtid) => IsMatch(gtid == null ? null : Gtid.Parse(gtid));
}
