using MySqlRecovery.InnoDb.Pages;

namespace MySqlRecovery.InnoDb.Cfg;

/// <summary>A column in a .cfg file: dict_col_t as the server writes it (row0quiesce.cc).</summary>
internal sealed record CfgColumn(string Name, CfgType Type)
{
    /// <summary>Whether an index orders by it.</summary>
    public bool IsOrdering { get; set; }

    /// <summary>The longest prefix that an index takes of it, 0 if one takes the whole.</summary>
    public uint MaxPrefix { get; set; }

    /// <summary>Position in the clustered index, with bit 15 set if a prefix of it comes first; FIL_NULL if it is not there.</summary>
    public uint PhysicalPosition { get; set; } = FilPage.Null;

    public int VersionAdded { get; init; }

    public int VersionDropped { get; init; }

    /// <summary>What the dictionary keeps of a column that was dropped instantly; null for others.</summary>
    public byte[]? DroppedMetadata { get; init; }

    /// <summary>The value in rows older than the column; null if there is none to write.</summary>
    public byte[]? InstantDefault { get; init; }

    public bool IsInstantDefaultNull { get; init; }

    /// <summary>Notes that an index has the column, or a prefix of it, among its ordering fields (dict0dict.cc).</summary>
    /// <param name="prefix">Bytes of the prefix, or 0.</param>
    /// <param name="takesLongest">MySQL 5.6 keeps the longest prefix also where another index takes the whole column.</param>
    public void UseInOrder(uint prefix, bool takesLongest = false)
    {
        if (takesLongest)
            MaxPrefix = Math.Max(MaxPrefix, prefix);
        else if (!IsOrdering)
            MaxPrefix = prefix;
        else if (prefix == 0)
            MaxPrefix = 0;
        else if (MaxPrefix != 0)
            MaxPrefix = Math.Max(MaxPrefix, prefix);
        IsOrdering = true;
    }
}
