namespace MySqlRecovery.Binlog.Rows;

/// <summary>Puts an image in the layout of the whole table together, column by column.</summary>
internal ref struct WholeImageWriter
{
    private readonly ColumnDefinition[] _columns;
    private readonly Span<byte> _buffer;
    private int _column;

    /// <param name="columns">The columns of the table.</param>
    /// <param name="buffer">Takes the image; no shorter than <see cref="MaximumLength"/>.</param>
    public WholeImageWriter(ColumnDefinition[] columns, Span<byte> buffer)
    {
        _columns = columns;
        _buffer = buffer;
        Length = NullBytes(columns);
        buffer[..Length].Clear();
    }

    /// <summary>Bytes of the image so far.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes that an image has at most.</summary>
    /// <param name="columns">The columns of the table.</param>
    /// <param name="values">Bytes of the images that its values are taken of.</param>
    public static int MaximumLength(ColumnDefinition[] columns, int values) => NullBytes(columns) + values;

    /// <summary>The value of the next column.</summary>
    /// <param name="image">The image that has it.</param>
    /// <param name="range">Where.</param>
    public void Add(ReadOnlySpan<byte> image, ValueRange range)
    {
        if (range.IsNull)
        {
            _buffer[_column / 8] |= (byte)(1 << _column % 8);
        }
        else
        {
            int prefix = _columns[_column].PrefixLength;
            image.Slice(range.Start - prefix, prefix + range.Length).CopyTo(_buffer[Length..]);
            Length += prefix + range.Length;
        }

        _column++;
    }

    private static int NullBytes(ColumnDefinition[] columns) => (columns.Length + 7) / 8;
}
