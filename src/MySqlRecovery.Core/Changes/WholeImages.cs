using MySqlRecovery.Binlog.Rows;

namespace MySqlRecovery.Changes;

/// <summary>
/// Images of rows in the layout of the whole table. MariaDB 11.8 leaves generated columns out of its images (binlog_row_image=FULL):
/// they get NULL there, and whoever writes rows leaves them to the server.
/// </summary>
internal sealed class WholeImages
{
    private readonly List<RowLayout> _layouts = [];
    private byte[] _scratch = [];

    /// <summary>Whether the images of a row can be made whole, and have its key.</summary>
    public static bool CanComplete(RowLayout layout, int[] key) => layout.IsFull
        || (layout.LacksOnlyGenerated && Array.TrueForAll(key, k => Array.IndexOf(layout.Ordinals, k) >= 0));

    /// <summary>A number for the layout of an image, by which <see cref="Complete"/> knows it; 0 for that of the whole table.</summary>
    public int NumberOf(RowLayout layout)
    {
        if (layout.IsFull)
            return 0;
        int number = _layouts.FindLastIndex(l => l.Columns == layout.Columns && l.Ordinals.AsSpan().SequenceEqual(layout.Ordinals));
        if (number >= 0)
            return number + 1;
        _layouts.Add(layout);
        return _layouts.Count;
    }

    /// <summary>The image in the layout of the whole table.</summary>
    /// <param name="layout">Number of its layout.</param>
    /// <param name="image">The image.</param>
    /// <param name="buffer">Takes the result where it is another one.</param>
    public ReadOnlySpan<byte> Complete(int layout, ReadOnlySpan<byte> image, ref byte[] buffer) =>
        layout == 0 ? image : Write(_layouts[layout - 1], image, takesGenerated: true, ref buffer);

    /// <summary>
    /// What tells a row from another: the image, of a table with generated columns the whole image without them, so that an image
    /// that has them and one that lacks them are equal.
    /// </summary>
    public ReadOnlySpan<byte> Comparable(RowLayout layout, ReadOnlySpan<byte> image) =>
        image.IsEmpty || !Array.Exists(layout.Columns, c => c.IsGenerated)
            ? image : Write(layout, image, takesGenerated: false, ref _scratch);

    private static ReadOnlySpan<byte> Write(RowLayout layout, ReadOnlySpan<byte> image, bool takesGenerated, ref byte[] buffer)
    {
        int length = WholeImageWriter.MaximumLength(layout.Columns, image.Length);
        if (buffer.Length < length)
            buffer = new byte[Math.Max(length, 2 * buffer.Length)];
        var whole = new WholeImageWriter(layout.Columns, buffer);
        Span<ValueRange> ranges = layout.Ordinals.Length <= 256
            ? stackalloc ValueRange[layout.Ordinals.Length] : new ValueRange[layout.Ordinals.Length];
        layout.Locate(image, ranges);
        for (int column = 0, i = 0; column < layout.Columns.Length; column++)
        {
            bool isPresent = i < layout.Ordinals.Length && layout.Ordinals[i] == column;
            ValueRange range = isPresent ? ranges[i++] : ValueRange.Null;
            whole.Add(image, layout.Columns[column].IsGenerated && !takesGenerated ? ValueRange.Null : range);
        }

        return buffer.AsSpan(0, whole.Length);
    }
}
