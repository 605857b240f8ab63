namespace MySqlRecovery.InnoDb.Records;

/// <summary>What a repair needs of one clustered leaf record: offsets within the page.</summary>
internal struct LeafRecord
{
    /// <summary>Where the fields start.</summary>
    public int Origin;

    /// <summary>Where the record starts, header included.</summary>
    public int Start;

    /// <summary>Just after the last field.</summary>
    public int End;

    /// <summary>Where DB_TRX_ID (6 bytes) and DB_ROLL_PTR (7 bytes) are.</summary>
    public int TrxId;

    public bool IsDeleteMarked;
}
