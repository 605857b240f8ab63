using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>Goes through the sums of a fold: rows that go, then rows that change, then rows that come.</summary>
internal sealed class FoldedRows(ChangeIndex index, IReadOnlyList<FoldedRow> rows, bool reverse)
{
    private static readonly RowOperation[] Order = [RowOperation.Delete, RowOperation.Update, RowOperation.Insert];
    private byte[] _from = [];
    private byte[] _to = [];
    private int _fromLength;
    private int _toLength;
    private int _phase;
    private int _next;

    public TableMap Map { get; private set; } = null!;

    /// <summary>What is to be done to the row.</summary>
    public RowOperation Operation => Order[_phase];

    /// <summary>The row as it is; empty where there is none.</summary>
    public ReadOnlySpan<byte> From => _from.AsSpan(0, _fromLength);

    /// <summary>The row as it is to be; empty where there is to be none.</summary>
    public ReadOnlySpan<byte> To => _to.AsSpan(0, _toLength);

    public bool MoveNext()
    {
        for (; _phase < Order.Length; _phase++, _next = 0)
        {
            while (_next < rows.Count)
            {
                FoldedRow row = rows[_next++];
                (FoldedRow.Image from, FoldedRow.Image to) = reverse ? (row.Last, row.First) : (row.First, row.Last);
                RowOperation operation = !to.IsRow ? RowOperation.Delete : from.IsRow ? RowOperation.Update : RowOperation.Insert;
                if (operation != Operation)
                    continue;
                Map = index.Maps[row.Map];
                _fromLength = Load(from, ref _from);
                _toLength = Load(to, ref _to);
                return true;
            }
        }

        return false;
    }

    private int Load(FoldedRow.Image image, ref byte[] buffer)
    {
        if (buffer.Length < image.Length)
            buffer = new byte[Math.Max(image.Length, 2 * buffer.Length)];
        if (image.IsRow && index.Sources[image.Source].Read(image.Offset, buffer.AsSpan(0, image.Length)) < image.Length)
            throw new RecoveryException(
                "FileChanged", RecoveryErrorKind.ReadError, "the file became shorter while it was read", index.Sources[image.Source].Path, image.Offset);
        return image.Length;
    }
}
