using System.Runtime.CompilerServices;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog;

/// <summary>What the type byte says of a row event.</summary>
internal static class RowsEventKind
{
    /// <summary>The operation of a row event type this engine reads; null for all other events.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowOperation? Operation(this BinlogEventType type) => type switch
    {
        BinlogEventType.WriteRows or BinlogEventType.WriteRowsV1 => RowOperation.Insert,
        BinlogEventType.UpdateRows or BinlogEventType.UpdateRowsV1 or BinlogEventType.PartialUpdateRows => RowOperation.Update,
        BinlogEventType.DeleteRows or BinlogEventType.DeleteRowsV1 => RowOperation.Delete,
        _ => null,
    };

    /// <summary>Version 2 row events have extra row information behind the flags.</summary>
    public static bool HasExtraRowInfo(this BinlogEventType type) =>
        type is BinlogEventType.WriteRows or BinlogEventType.UpdateRows or BinlogEventType.DeleteRows
            or BinlogEventType.PartialUpdateRows;
}
