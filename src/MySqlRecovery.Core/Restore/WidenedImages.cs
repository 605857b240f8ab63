using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.IO;

namespace MySqlRecovery.Restore;

/// <summary>
/// Images that lack columns, laid out as if they had all: NULL, or what the row had before, stands for the others. They are
/// in a temporary file of their own.
/// </summary>
internal sealed class WidenedImages : IDisposable
{
    /// <summary>Stands for the file among the sources of an index.</summary>
    public const int Source = -1;

    private SpoolFile? _file;

    /// <summary>The image with all columns.</summary>
    /// <param name="full">The layout of all columns.</param>
    /// <param name="layout">The layout of the image.</param>
    /// <param name="image">The image.</param>
    /// <param name="rest">A full image that has the other columns; empty for NULL.</param>
    public static byte[] Widen(RowLayout full, RowLayout layout, ReadOnlySpan<byte> image, ReadOnlySpan<byte> rest)
    {
        var ranges = new ValueRange[layout.Ordinals.Length];
        layout.Locate(image, ranges);
        var others = new ValueRange[full.Columns.Length];
        if (!rest.IsEmpty)
            full.Locate(rest, others);
        byte[] widened = new byte[WholeImageWriter.MaximumLength(full.Columns, image.Length + rest.Length)];
        var whole = new WholeImageWriter(full.Columns, widened);
        for (int i = 0; i < full.Columns.Length; i++)
        {
            if (layout.IndexOf(i) is >= 0 and var at)
                whole.Add(image, ranges[at]);
            else
                whole.Add(rest, rest.IsEmpty ? ValueRange.Null : others[i]);
        }

        return widened[..whole.Length];
    }

    public FoldedRow.Image Append(ReadOnlySpan<byte> image)
    {
        if (image.IsEmpty)
            return default;
        _file ??= SpoolFile.Create();
        _file.Append(image);
        return new FoldedRow.Image(Source, image.Length, _file.Length - image.Length);
    }

    public byte[] Load(in FoldedRow.Image image)
    {
        var bytes = new byte[image.Length];
        _file!.Read(image.Offset, bytes);
        return bytes;
    }

    public void Dispose() => _file?.Dispose();
}
