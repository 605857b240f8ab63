using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>Events that are neither statements nor row events that are read, and yet say that data changed.</summary>
internal static class UnreadChange
{
    /// <summary>What an undo has to say of an event of this type; null where the type changes nothing by itself.</summary>
    public static string? Find(BinlogEventType type) => type switch
    {
        BinlogEventType.Incident => "the server reports that events were lost (INCIDENT)",
        BinlogEventType.ExecuteLoadQuery or BinlogEventType.Load or BinlogEventType.NewLoad or BinlogEventType.ExecLoad =>
            "changed rows by LOAD DATA as a statement, without row images",
        BinlogEventType.PreGaWriteRows or BinlogEventType.PreGaUpdateRows or BinlogEventType.PreGaDeleteRows =>
            "changed rows in the row format of a server before 5.1.18, which is not read",
        _ => null,
    };
}
