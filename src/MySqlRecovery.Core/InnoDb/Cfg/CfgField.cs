namespace MySqlRecovery.InnoDb.Cfg;

/// <summary>A field of an index in a .cfg file.</summary>
internal sealed record CfgField(string Name, uint Prefix, int FixedLength, bool IsDescending, bool IsNullable);
