using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;

namespace MySqlRecovery.Binlog.Filter;

/// <summary>Takes the keys of one table out of row images, as <see cref="LogKey"/> has them.</summary>
internal sealed class LogKeyReader
{
    private readonly TableMap _map;
    private readonly int[] _ordinals;
    private readonly int _located;

    private LogKeyReader(TableMap map, int[] ordinals)
    {
        (_map, _ordinals) = (map, ordinals);
        _located = _ordinals.Max() + 1;
    }

    /// <summary>The columns of the key.</summary>
    public string[] Columns => Array.ConvertAll(_ordinals, o => _map.Columns[o].Name);

    /// <summary>Which of them have nothing but numbers.</summary>
    public bool[] AreNumbers => Array.ConvertAll(_ordinals, o => IsNumber(_map.Columns[o]));

    /// <summary>How many bytes the integers of each of them have; 0 for columns of other types.</summary>
    public int[] IntegerSizes => Array.ConvertAll(_ordinals, o => _map.Columns[o].Type switch
    {
        ColumnType.Tiny => 1,
        ColumnType.Short => 2,
        ColumnType.Int24 => 3,
        ColumnType.Long => 4,
        ColumnType.LongLong => 8,
        _ => 0,
    });

    /// <summary>A reader for a table; null, with the cause, where its keys cannot be told.</summary>
    public static LogKeyReader? For(TableMap map, out string? problem)
    {
        problem = FindProblem(map);
        return problem == null ? new LogKeyReader(map, map.PrimaryKey) : null;
    }

    /// <summary>A reader of one column, as if it were the key; null where its values cannot be told.</summary>
    public static LogKeyReader? OfColumn(TableMap map, int ordinal) =>
        IsTold(map.Columns[ordinal]) ? new LogKeyReader(map, [ordinal]) : null;

    /// <summary>Whether some of the bytes may be text of a type that the log does not name: MariaDB's UUID, INET4 and INET6.</summary>
    public bool MayBeAddress => Array.Exists(
        _ordinals, o => _map.Columns[o] is { Type: ColumnType.String, CharacterSet.IsBinary: true, Length: 4 or 16 });

    /// <summary>The key of an image; null where the image lacks a part of it, or the log does not say what it is.</summary>
    /// <param name="layout">Layout of the image.</param>
    /// <param name="image">The image.</param>
    /// <param name="otherLayout">Layout of the image that has what this one leaves out.</param>
    /// <param name="other">That image; empty for none.</param>
    [MethodImpl(Jit.Hot)]
    public LogKey? Read(RowLayout layout, ReadOnlySpan<byte> image, RowLayout otherLayout, ReadOnlySpan<byte> other)
    {
        Span<ValueRange> ranges = _located <= 64 ? stackalloc ValueRange[_located] : new ValueRange[_located];
        ulong hash = LogKey.Empty;
        long? integer = null;
        layout.LocateFirst(image, ranges);
        foreach (int ordinal in _ordinals)
        {
            int at = layout.IndexOf(ordinal);
            ReadOnlySpan<byte> from = image;
            ValueRange range;
            if (at >= 0)
            {
                range = ranges[at];
            }
            else if (!other.IsEmpty && otherLayout.IndexOf(ordinal) is >= 0 and var there)
            {
                var others = new ValueRange[_located];
                otherLayout.LocateFirst(other, others);
                range = others[there];
                from = other;
            }
            else
            {
                return null;
            }

            ColumnDefinition column = _map.Columns[ordinal];
            if (range.IsNull)
                hash = LogKey.Add(hash, null)!.Value;
            else if (ReadInteger(column, range.Of(from)) is { } number)
            {
                // It may be one that is too large for a sign.
                if (number.IsNegative && column.IsUnsigned == null)
                    return null;
                hash = LogKey.Add(hash, number.IsNegative, number.Magnitude);
                if (_ordinals.Length == 1)
                    integer = number.Magnitude > long.MaxValue ? null
                        : number.IsNegative ? -(long)number.Magnitude : (long)number.Magnitude;
            }
            else if (column.CharacterSet is { IsAsciiTransparent: true, IsBinary: false } && IsPlain(column.Type)
                && System.Text.Ascii.IsValid(range.Of(from)))
            {
                hash = LogKey.AddAscii(hash, range.Of(from));
            }
            else
            {
                if (LogKey.Add(hash, ColumnValue.Decode(column, range.Of(from))) is not { } added)
                    return null;
                hash = added;
            }
        }

        return new LogKey(hash, integer);
    }

    private static string? FindProblem(TableMap map)
    {
        if (map.PrimaryKey.Length == 0)
        {
            return map.IsPrimaryKeyKnown ? "it has no primary key"
                : "the log does not say which columns are the key (binlog_row_metadata is not FULL)";
        }

        foreach (int ordinal in map.PrimaryKey)
        {
            ColumnDefinition column = map.Columns[ordinal];
            if (!column.IsNameKnown)
                return "the log does not name the columns of the key";
            if (!IsTold(column) || (column.IsInteger && column.IsUnsigned == null))
                return $"keys with a column of the type of {column.Name} are not looked for";
        }

        return null;
    }

    private static bool IsTold(ColumnDefinition column) => column.TextForm == BytesAsText.None && (column.Type switch
    {
        ColumnType.Year or ColumnType.NewDecimal or ColumnType.Date or ColumnType.DateTime2 or ColumnType.Timestamp2
            or ColumnType.Time2 => true,
        _ => column.IsInteger || (IsPlain(column.Type) && column.CharacterSet != null),
    });

    // A decimal of more digits is text.
    private static bool IsNumber(ColumnDefinition column) => column.IsInteger || column.Type == ColumnType.Year
        || (column.Type == ColumnType.NewDecimal && column.Length <= 28);

    private static bool IsPlain(ColumnType type) => type is ColumnType.String or ColumnType.VarString or ColumnType.VarChar;

    [MethodImpl(Jit.Hot)]
    private static (bool IsNegative, ulong Magnitude)? ReadInteger(ColumnDefinition column, ReadOnlySpan<byte> value)
    {
        bool isUnsigned = column.IsUnsigned == true;
        switch (column.Type)
        {
            case ColumnType.Tiny:
                return isUnsigned ? (false, value[0]) : Signed((sbyte)value[0]);
            case ColumnType.Short:
                short two = BinaryPrimitives.ReadInt16LittleEndian(value);
                return isUnsigned ? (false, (ushort)two) : Signed(two);
            case ColumnType.Int24:
                int bits = ColumnValue.ReadUInt24(value);
                return isUnsigned ? (false, (ulong)bits) : Signed(bits << 8 >> 8);
            case ColumnType.Long:
                int four = BinaryPrimitives.ReadInt32LittleEndian(value);
                return isUnsigned ? (false, (uint)four) : Signed(four);
            case ColumnType.LongLong:
                long eight = BinaryPrimitives.ReadInt64LittleEndian(value);
                return isUnsigned ? (false, (ulong)eight) : Signed(eight);
            default:
                return null;
        }
    }

    private static (bool, ulong) Signed(long value) => value < 0 ? (true, (ulong)-(value + 1) + 1) : (false, (ulong)value);
}
