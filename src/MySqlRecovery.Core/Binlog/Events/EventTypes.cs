using System.Runtime.CompilerServices;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Events;

/// <summary>What the type byte says of an event.</summary>
internal static class EventKind
{
    /// <summary>The operation of a row event type this engine reads; null for all other events.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowOperation? Operation(this BinlogEventType type) => type switch
    {
        BinlogEventType.WriteRows or BinlogEventType.WriteRowsV1 or BinlogEventType.MariaDbWriteRowsCompressed
            or BinlogEventType.MariaDbWriteRowsCompressedV1 => RowOperation.Insert,
        BinlogEventType.UpdateRows or BinlogEventType.UpdateRowsV1 or BinlogEventType.PartialUpdateRows
            or BinlogEventType.MariaDbUpdateRowsCompressed or BinlogEventType.MariaDbUpdateRowsCompressedV1 => RowOperation.Update,
        BinlogEventType.DeleteRows or BinlogEventType.DeleteRowsV1 or BinlogEventType.MariaDbDeleteRowsCompressed
            or BinlogEventType.MariaDbDeleteRowsCompressedV1 => RowOperation.Delete,
        _ => null,
    };

    /// <summary>Version 2 row events have extra row information behind the flags.</summary>
    public static bool HasExtraRowInfo(this BinlogEventType type) =>
        type is BinlogEventType.WriteRows or BinlogEventType.UpdateRows or BinlogEventType.DeleteRows
            or BinlogEventType.PartialUpdateRows or BinlogEventType.MariaDbWriteRowsCompressed
            or BinlogEventType.MariaDbUpdateRowsCompressed or BinlogEventType.MariaDbDeleteRowsCompressed;

    /// <summary>The version 2 type of a version 1 row event.</summary>
    public static BinlogEventType WithExtraRowInfo(this BinlogEventType type) => type switch
    {
        BinlogEventType.WriteRowsV1 => BinlogEventType.WriteRows,
        BinlogEventType.UpdateRowsV1 => BinlogEventType.UpdateRows,
        BinlogEventType.DeleteRowsV1 => BinlogEventType.DeleteRows,
        _ => type,
    };

    /// <summary>Whether the event holds a statement.</summary>
    public static bool IsQuery(this BinlogEventType type) => type is BinlogEventType.Query or BinlogEventType.MariaDbQueryCompressed;

    /// <summary>The type of the same event without MariaDB's compression.</summary>
    public static BinlogEventType Uncompressed(this BinlogEventType type) => type switch
    {
        BinlogEventType.MariaDbQueryCompressed => BinlogEventType.Query,
        BinlogEventType.MariaDbWriteRowsCompressedV1 => BinlogEventType.WriteRowsV1,
        BinlogEventType.MariaDbUpdateRowsCompressedV1 => BinlogEventType.UpdateRowsV1,
        BinlogEventType.MariaDbDeleteRowsCompressedV1 => BinlogEventType.DeleteRowsV1,
        BinlogEventType.MariaDbWriteRowsCompressed => BinlogEventType.WriteRows,
        BinlogEventType.MariaDbUpdateRowsCompressed => BinlogEventType.UpdateRows,
        BinlogEventType.MariaDbDeleteRowsCompressed => BinlogEventType.DeleteRows,
        _ => type,
    };
}

/// <summary>Which type bytes the servers have given a name.</summary>
internal static class EventTypes
{
    public static bool IsKnown(BinlogEventType type) =>
        type is > BinlogEventType.Unknown and <= BinlogEventType.GtidTagged
            or >= BinlogEventType.MariaDbAnnotateRows and <= BinlogEventType.MariaDbDeleteRowsCompressed;
}
