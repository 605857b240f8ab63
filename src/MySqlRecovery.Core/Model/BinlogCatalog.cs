namespace MySqlRecovery.Model;

/// <summary>What Update-BinlogCatalog keeps of one log.</summary>
public sealed class BinlogCatalog
{
    /// <summary>The log file.</summary>
    public string LogPath { get; set; } = string.Empty;

    /// <summary>The catalog.</summary>
    public string Path { get; set; } = string.Empty;

    /// <summary>Whether it was made now; else it was there and fits the log.</summary>
    public bool IsNew { get; set; }

    /// <summary>Bytes of the log that it covers; what follows is read by everybody.</summary>
    public long LogSize { get; set; }

    /// <summary>Bytes of the catalog.</summary>
    public long Size { get; set; }

    /// <summary>How many stretches the log is parted into, each of whole transactions.</summary>
    public int StretchCount { get; set; }

    /// <summary>Changed rows in the log.</summary>
    public long RowCount { get; set; }

    /// <summary>Its tables, <c>database.table</c>.</summary>
    public string[] Table { get; set; } = [];

    /// <summary>Tables whose rows cannot be looked up by key, each with the cause; empty where all can.</summary>
    public string[] Reason { get; set; } = [];
}
