namespace MySqlRecovery.InnoDb.Cfg;

/// <summary>An index in a .cfg file: dict_index_t as the server writes it.</summary>
internal sealed record CfgIndex(string Name, ulong Id, uint RootPage, uint Type, uint UserColumns, uint UniqueColumns, IReadOnlyList<CfgField> Fields)
{
    public const uint Clustered = 1, Unique = 2, Spatial = 64, Virtual = 128, Sdi = 256;

    public uint NullableFields => (uint)Fields.Count(f => f.IsNullable);

    /// <summary>Where DB_TRX_ID is if everything before it has a fixed length, else 0.</summary>
    public uint TrxIdOffset
    {
        get
        {
            if ((Type & Clustered) == 0)
                return 0;
            IEnumerable<CfgField> key = Fields.TakeWhile(f => f.Name != "DB_TRX_ID").ToList();
            return key.All(f => f.FixedLength > 0 && f.Prefix == 0) ? (uint)key.Sum(f => f.FixedLength) : 0;
        }
    }
}
