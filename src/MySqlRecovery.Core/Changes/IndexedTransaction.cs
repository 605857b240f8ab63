using System.Runtime.CompilerServices;

namespace MySqlRecovery.Changes;

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
            previous.FirstEvent + (int)source.ReadSigned(), (IndexedTransactionKind)source.Read(), (uint)(previous.ThreadId + source.ReadSigned()),
            previous.Log + (int)source.ReadSigned(), previous.Position + source.ReadSigned(), previous.GtidSource + (int)source.ReadSigned(),
            previous.GtidNumber + (ulong)source.ReadSigned());
    }
}
