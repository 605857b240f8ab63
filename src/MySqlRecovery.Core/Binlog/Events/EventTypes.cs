using System.Runtime.CompilerServices;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Events;

/// <summary>What the type byte says of an event.</summary>
internal static class EventTypes
{
    /// <summary>Whether a server has given the type byte a name.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsKnown(this BinlogEventType type) =>
        type is > BinlogEventType.Unknown and <= BinlogEventType.GtidTagged
            or >= BinlogEventType.MariaDbAnnotateRows and <= BinlogEventType.MariaDbPartialRowData;

    /// <summary>Whether the event holds rows that this engine reads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsRows(this BinlogEventType type) =>
        type is >= BinlogEventType.WriteRowsV1 and <= BinlogEventType.DeleteRowsV1
            or >= BinlogEventType.WriteRows and <= BinlogEventType.DeleteRows or BinlogEventType.PartialUpdateRows
            or >= BinlogEventType.MariaDbWriteRowsCompressedV1 and <= BinlogEventType.MariaDbDeleteRowsCompressed;

    /// <summary>The operation of a row event type this engine reads; null for all other events.</summary>
    [MethodImpl(Jit.Hot)]
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

    /// <summary>Version 2 row events have extra row information after the flags.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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

    /// <summary>The type of the row event that undoes one of this type, which is uncompressed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BinlogEventType Reversed(this BinlogEventType type) => type switch
    {
        BinlogEventType.WriteRows => BinlogEventType.DeleteRows,
        BinlogEventType.DeleteRows => BinlogEventType.WriteRows,
        BinlogEventType.WriteRowsV1 => BinlogEventType.DeleteRowsV1,
        BinlogEventType.DeleteRowsV1 => BinlogEventType.WriteRowsV1,
        BinlogEventType.UpdateRows or BinlogEventType.UpdateRowsV1 => type,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a row event that can be reversed"),
    };

    /// <summary>Rows in the format of a server before 5.1.18, which is not read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsUnreadRows(this BinlogEventType type) =>
        type is BinlogEventType.PreGaWriteRows or BinlogEventType.PreGaUpdateRows or BinlogEventType.PreGaDeleteRows;

    /// <summary>Whether the event is a query event, which holds a statement.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsQuery(this BinlogEventType type) => type is BinlogEventType.Query or BinlogEventType.MariaDbQueryCompressed;

    /// <summary>LOAD DATA as a statement, without row images.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsLoadData(this BinlogEventType type) => type is BinlogEventType.ExecuteLoadQuery or BinlogEventType.Load
        or BinlogEventType.NewLoad or BinlogEventType.ExecLoad;

    /// <summary>Events that change data or transactions without row images that are read.</summary>
    public static bool IsStatement(this BinlogEventType type) => type.IsQuery() || type.IsLoadData() || type.IsUnreadRows()
        || type is BinlogEventType.XaPrepare or BinlogEventType.Incident;

    /// <summary>The event that starts a transaction and gives its GTID, or says that it has none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsGtid(this BinlogEventType type) => type is BinlogEventType.Gtid or BinlogEventType.AnonymousGtid
        or BinlogEventType.GtidTagged or BinlogEventType.MariaDbGtid;

    /// <summary>The event with the GTIDs that were logged before the file begins.</summary>
    public static bool IsPreviousGtids(this BinlogEventType type) =>
        type is BinlogEventType.PreviousGtids or BinlogEventType.MariaDbGtidList;

    /// <summary>MariaDB's events of log_bin_compress (10.2.3+).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsCompressed(this BinlogEventType type) =>
        type is >= BinlogEventType.MariaDbQueryCompressed and <= BinlogEventType.MariaDbDeleteRowsCompressed;

    /// <summary>The type of the same event without MariaDB's compression.</summary>
    [MethodImpl(Jit.Hot)]
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
