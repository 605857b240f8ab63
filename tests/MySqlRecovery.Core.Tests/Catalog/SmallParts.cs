using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Catalog;
using MySqlRecovery.IO;

namespace MySqlRecovery.Core.Tests.Catalog;

/// <summary>Looks ahead in parts so short that their borders are anywhere.</summary>
/// <param name="length">Bytes of a part, for each log anew.</param>
/// <param name="threads">How many parts are looked at at a time.</param>
internal sealed class SmallParts(Func<int> length, int threads) : ILogsAhead
{
    private readonly List<Counted> _all = [];

    public long PassedBytes => _all.Sum(a => a.PassedBytes);

    public static SmallParts Random(Random random) => new(() => random.Next(20, 4000), random.Next(1, 4));

    public ILogCatalog? Open(
        ByteSource source, FormatDescriptionEvent format, LogPart part, EventFilter filter, StretchUse use, CancellationToken stop)
    {
        if (WalkChoice.For(filter, use) is not { } choice)
            return null;
        var ahead = new Counted(new StretchesAhead(new WalkedLog(source, format), choice, part, length(), threads, stop));
        _all.Add(ahead);
        return ahead;
    }

    private sealed class Counted(ILogCatalog inner) : ILogCatalog
    {
        public long PassedBytes { get; private set; }

        public LogStretch? Whole => inner.Whole;

        public long? NextStart(long position) => inner.NextStart(position);

        public LogStretch? At(long position) => inner.At(position);

        public LogTable Table(int number) => inner.Table(number);

        public bool MayHave(LogStretch stretch, int table, IReadOnlyList<LogKey> keys) => inner.MayHave(stretch, table, keys);

        public bool IsIntact(LogStretch stretch) => inner.IsIntact(stretch);

        public void Pass(LogStretch stretch)
        {
            PassedBytes += stretch.End - stretch.Start;
            inner.Pass(stretch);
        }

        public void Dispose() => inner.Dispose();
    }
}
