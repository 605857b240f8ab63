using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>The images that the sums of a fold begin and end with: those of the log, and those that were put together.</summary>
internal sealed class FoldImages(ChangeIndex index)
{
    private const int PutTogether = -1;
    private readonly WholeImages _whole = new();
    private readonly List<byte[]> _joined = [];
    private byte[] _scratch = [];
    private byte[] _first = [];
    private byte[] _last = [];
    private byte[] _found = [];

    /// <summary>A number for the layout of an image; 0 for that of the whole table.</summary>
    public int NumberOf(RowLayout layout) => _whole.NumberOf(layout);

    /// <summary>What tells a row from another.</summary>
    public ReadOnlySpan<byte> Comparable(RowLayout layout, ReadOnlySpan<byte> image) => _whole.Comparable(layout, image);

    /// <summary>Reads an image in the layout of the whole table; gives its length, 0 for no row.</summary>
    public int Load(FoldedRow.Image image, ref byte[] buffer)
    {
        if (image.Source == PutTogether)
        {
            buffer = [.. _joined[(int)image.Offset]];
            return buffer.Length;
        }

        if (_scratch.Length < image.Length)
            _scratch = new byte[Math.Max(image.Length, 2 * _scratch.Length)];
        if (!image.IsRow)
            return 0;
        if (index.Sources[image.Source].Read(image.Offset, _scratch.AsSpan(0, image.Length)) < image.Length)
            throw new RecoveryException(
                "FileChanged", RecoveryErrorKind.ReadError, "the file became shorter while it was read", index.Sources[image.Source].Path,
                image.Offset);
        if (image.Layout != 0)
            return _whole.Complete(image.Layout, _scratch.AsSpan(0, image.Length), ref buffer).Length;
        (buffer, _scratch) = (_scratch, buffer);
        return image.Length;
    }

    /// <summary>
    /// The row as it would have been found without the changes summed up so far, although something else changed other columns of it
    /// in between; null where it changed one of the same.
    /// </summary>
    /// <param name="map">Its table.</param>
    /// <param name="first">As the first of the changes found it.</param>
    /// <param name="last">As the last of them left it.</param>
    /// <param name="found">As the next one found it.</param>
    public FoldedRow.Image? Join(TableMap map, FoldedRow.Image first, FoldedRow.Image last, FoldedRow.Image found)
    {
        int firstLength = Load(first, ref _first), lastLength = Load(last, ref _last), foundLength = Load(found, ref _found);
        ReadOnlySpan<byte> was = _first.AsSpan(0, firstLength), left = _last.AsSpan(0, lastLength), row = _found.AsSpan(0, foundLength);
        RowLayout layout = map.Layout;
        HashSet<int> own = [.. RowDecoder.ChangedOrdinals(layout, was, layout, left).Where(c => !map.Columns[c].IsGenerated)];
        if (RowDecoder.ChangedOrdinals(layout, left, layout, row).Exists(own.Contains))
            return null;
        _joined.Add(Join(layout, row, was, own));
        return new FoldedRow.Image(PutTogether, _joined[^1].Length, _joined.Count - 1);
    }

    private static byte[] Join(RowLayout layout, ReadOnlySpan<byte> image, ReadOnlySpan<byte> other, HashSet<int> ofOther)
    {
        var here = new ValueRange[layout.Ordinals.Length];
        var there = new ValueRange[layout.Ordinals.Length];
        layout.Locate(image, here);
        layout.Locate(other, there);
        byte[] joined = new byte[WholeImageWriter.MaximumLength(layout.Columns, image.Length + other.Length)];
        var whole = new WholeImageWriter(layout.Columns, joined);
        for (int column = 0; column < here.Length; column++)
        {
            if (ofOther.Contains(column))
                whole.Add(other, there[column]);
            else
                whole.Add(image, here[column]);
        }

        return joined[..whole.Length];
    }
}
