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

/// <summary>A transaction of an index: its events go from <paramref name="FirstEvent"/> to the next transaction's first.</summary>
/// <param name="FirstEvent">Index into <see cref="ChangeIndex.Events"/>.</param>
/// <param name="Kind">How it starts in its log.</param>
/// <param name="ThreadId">The session's connection id; 0 where the log does not say.</param>
/// <param name="Log">Index into <see cref="ChangeIndex.LogFiles"/>.</param>
/// <param name="Position">Offset of its first event in the log.</param>
/// <param name="GtidSource">Number of the server in its GTID; -1 for none.</param>
/// <param name="GtidNumber">Number in its GTID.</param>
internal readonly record struct IndexedTransaction(
    int FirstEvent, IndexedTransactionKind Kind, uint ThreadId, int Log, long Position, int GtidSource, ulong GtidNumber)
{
    /// <summary>The transactions of an index, in some ten bytes each.</summary>
    internal sealed class List(SpillingStore store) : SpillingList<IndexedTransaction>(store)
    {
        [MethodImpl(Jit.Hot)]
        protected override void Pack(in IndexedTransaction item, in IndexedTransaction previous, VariableWriter target)
        {
            target.WriteSigned(item.FirstEvent - previous.FirstEvent);
            target.Write((ulong)item.Kind);
            target.WriteSigned((long)item.ThreadId - previous.ThreadId);
            target.WriteSigned(item.Log - previous.Log);
            target.WriteSigned(item.Position - previous.Position);
            target.WriteSigned(item.GtidSource - previous.GtidSource);
            target.WriteSigned((long)(item.GtidNumber - previous.GtidNumber));
        }

        [MethodImpl(Jit.Hot)]
        protected override IndexedTransaction Unpack(in IndexedTransaction previous, ref VariableReader source) => new(
            previous.FirstEvent + (int)source.ReadSigned(), (IndexedTransactionKind)source.Read(),
            (uint)(previous.ThreadId + source.ReadSigned()),
            previous.Log + (int)source.ReadSigned(), previous.Position + source.ReadSigned(),
            previous.GtidSource + (int)source.ReadSigned(),
            previous.GtidNumber + (ulong)source.ReadSigned());
    }
}

/// <summary>How a transaction starts in its log.</summary>
internal enum IndexedTransactionKind : byte
{
    /// <summary>With BEGIN: MySQL 5.6 with gtid_mode=OFF, and before.</summary>
    Plain,

    /// <summary>With an ANONYMOUS_GTID event.</summary>
    Anonymous,

    /// <summary>With a GTID.</summary>
    Gtid,
}
