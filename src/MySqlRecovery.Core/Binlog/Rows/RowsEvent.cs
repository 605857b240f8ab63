using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Rows;

/// <summary>
/// A row event's fields before the rows: table id 6, flags 2, extra row info (version 2: length 2, itself included),
/// column count, bitmap of the columns present, a second one for updates.
/// </summary>
internal readonly ref struct RowsEvent
{
    private readonly Head _head;

    /// <summary>An event whose fields are known.</summary>
    public RowsEvent(scoped in Head fields, ReadOnlySpan<byte> body)
    {
        _head = fields;
        Body = body;
    }

    /// <summary>The fields, to be kept while the bytes of the event are gone.</summary>
    public Head Fields => _head;

    public BinlogEventType Type => _head.Type;

    public RowOperation Operation => _head.Operation;

    public RowsEventFlags Flags => _head.Flags;

    /// <summary>The event's body: no common header, no checksum.</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>Where in <see cref="Body"/> the parts start.</summary>
    public Offsets At => _head.At;

    /// <summary>Extra row info without its length field; partition ids among others.</summary>
    public ReadOnlySpan<byte> ExtraRowInfo => Body[At.ExtraRowInfo..At.ColumnCount];

    /// <summary>Columns present in the only, or for updates in the before image.</summary>
    public ReadOnlySpan<byte> Columns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Body[At.Columns..At.ColumnsAfter];
    }

    /// <summary>Columns present in an update's after image.</summary>
    public ReadOnlySpan<byte> ColumnsAfter
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Body[At.ColumnsAfter..At.Rows];
    }

    public ReadOnlySpan<byte> Rows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Body[At.Rows..];
    }

    public bool EndsStatement => Flags.HasFlag(RowsEventFlags.StatementEnd);

    /// <summary>
    /// Whether foreign keys may have changed rows of other tables with these, which the log does not hold: from MySQL 9.6 on it
    /// does, and a flag says so; without foreign key checks nothing cascades.
    /// </summary>
    public bool CascadesUnlogged => (Flags & (RowsEventFlags.UseSqlForeignKey | RowsEventFlags.NoForeignKeyChecks)) == 0;

    /// <summary>The table id alone, to find the table map before the rest is looked at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong PeekTableId(ReadOnlySpan<byte> body, int tableIdLength)
    {
        var cursor = new ByteCursor(body);
        return TableMap.ReadTableId(ref cursor, tableIdLength);
    }

    /// <summary>The flags alone.</summary>
    /// <exception cref="EndOfStreamException">The event ends before them.</exception>
    public static RowsEventFlags PeekFlags(ReadOnlySpan<byte> body, int tableIdLength)
    {
        var cursor = new ByteCursor(body);
        TableMap.ReadTableId(ref cursor, tableIdLength);
        return (RowsEventFlags)cursor.ReadUInt16();
    }

    [MethodImpl(Jit.Hot)]
    public static RowsEvent Parse(BinlogEventType type, ReadOnlySpan<byte> body, int columnCount, int tableIdLength = 6)
    {
        RowOperation operation = type.Operation() ?? throw NoRows(type);
        var cursor = new ByteCursor(body);
        TableMap.ReadTableId(ref cursor, tableIdLength);
        int flagsAt = cursor.Position;
        var flags = (RowsEventFlags)cursor.ReadUInt16();
        int extra = cursor.Position;
        if (type.HasExtraRowInfo())
        {
            int length = cursor.ReadUInt16();
            if (length < 2)
                throw TooShort(length);
            extra = cursor.Position;
            cursor.Skip(length - 2);
        }

        int count = cursor.Position;
        ulong width = cursor.ReadLengthEncoded();
        if (width != (ulong)columnCount)
            throw OtherWidth(width, columnCount);
        int columns = cursor.Position;
        cursor.Skip((columnCount + 7) / 8);
        int after = cursor.Position;
        if (operation == RowOperation.Update)
            cursor.Skip((columnCount + 7) / 8);
        return new RowsEvent(new Head(type, operation, flags, new Offsets(flagsAt, extra, count, columns, after, cursor.Position)), body);
    }

    // Apart from the code that is compiled in every run.
    private static InvalidDataException NoRows(BinlogEventType type) => new($"{type} is not a row event");

    private static InvalidDataException TooShort(int extra) => new($"extra row info of {extra} bytes");

    private static InvalidDataException OtherWidth(ulong width, int columnCount) =>
        new($"a row event of {width} columns for a table map of {columnCount}");

    /// <summary>Its fields but for the bytes.</summary>
    internal readonly record struct Head(BinlogEventType Type, RowOperation Operation, RowsEventFlags Flags, Offsets At);

    /// <summary>Offsets in the body.</summary>
    internal readonly record struct Offsets(int Flags, int ExtraRowInfo, int ColumnCount, int Columns, int ColumnsAfter, int Rows);
}

/// <summary>Flags of a row event (MySQL: libs/mysql/binlog/event/rows_event.h <c>enum_flag</c>).</summary>
[Flags]
internal enum RowsEventFlags : ushort
{
    None = 0,

    /// <summary>STMT_END_F: the last row event of its statement; table maps end here.</summary>
    StatementEnd = 0x1,
    NoForeignKeyChecks = 0x2,
    RelaxedUniqueChecks = 0x4,
    CompleteRows = 0x8,

    /// <summary>MySQL 9.6+: foreign keys are the SQL layer's, and the rows that a cascade changed are in the log.</summary>
    UseSqlForeignKey = 0x10,
}
