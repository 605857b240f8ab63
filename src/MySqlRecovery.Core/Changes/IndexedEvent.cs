using System.Runtime.CompilerServices;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>A row event to be reversed.</summary>
/// <param name="Type">Its type, without MariaDB's compression.</param>
/// <param name="Offset">Where it starts in its source.</param>
/// <param name="Length">Its bytes without checksum.</param>
/// <param name="AllRowsLength">Bytes of its rows.</param>
/// <param name="RowsLength">Bytes of those rows that are undone.</param>
/// <param name="RowCount">How many rows are undone.</param>
/// <param name="Source">Index into <see cref="ChangeIndex.Sources"/>.</param>
/// <param name="Map">Index into <see cref="ChangeIndex.Maps"/>.</param>
/// <param name="Statement">Number of its statement; events of one statement have the same.</param>
internal readonly record struct IndexedEvent(
    BinlogEventType Type, long Offset, int Length, int AllRowsLength, int RowsLength, int RowCount, int Source, int Map, int Statement)
{
    /// <summary>The events of an index, in some ten bytes each.</summary>
    internal sealed class List(SpillingStore store) : SpillingList<IndexedEvent>(store)
    {
        [MethodImpl(Jit.Hot)]
        protected override void Pack(in IndexedEvent item, in IndexedEvent previous, VariableWriter target)
        {
            target.Write((ulong)item.Type);
            target.WriteSigned(item.Offset - previous.Offset - previous.Length);
            target.WriteSigned(item.Length - previous.Length);
            target.Write((ulong)(item.Length - item.AllRowsLength));
            target.Write((ulong)(item.AllRowsLength - item.RowsLength));
            target.Write((ulong)item.RowCount);
            target.WriteSigned(item.Source - previous.Source);
            target.WriteSigned(item.Map - previous.Map);
            target.WriteSigned(item.Statement - previous.Statement);
        }

        [MethodImpl(Jit.Hot)]
        protected override IndexedEvent Unpack(in IndexedEvent previous, ref VariableReader source)
        {
            var type = (BinlogEventType)source.Read();
            long offset = previous.Offset + previous.Length + source.ReadSigned();
            int length = previous.Length + (int)source.ReadSigned();
            int allRowsLength = length - (int)source.Read();
            int rowsLength = allRowsLength - (int)source.Read();
            return new IndexedEvent(
                type, offset, length, allRowsLength, rowsLength, (int)source.Read(), previous.Source + (int)source.ReadSigned(),
                previous.Map + (int)source.ReadSigned(), previous.Statement + (int)source.ReadSigned());
        }
    }
}
