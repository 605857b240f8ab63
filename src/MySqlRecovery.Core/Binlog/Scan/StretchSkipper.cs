using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.IO;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>
/// Finds, at the border of a stretch, where a scan goes on: after all that follows and that it would not miss. The one place in which
/// anything of a log is passed over because of its catalog.
/// </summary>
/// <param name="filter">The scan's.</param>
/// <param name="complete">What the scan knows of a table at this place of the log.</param>
internal sealed class StretchSkipper(EventFilter filter, Func<LogTable, TableMap?> complete) : IDisposable
{
    private readonly StretchChoice _choice = new(filter, complete);
    private ILogCatalog? _catalog;
    private bool _isAhead;
    private ByteSource? _source;
    private LogRange _range;
    private bool _startIsReached;
    private string _path = string.Empty;
    private string _logFile = string.Empty;

    /// <summary>What was kept of earlier readings of logs, or null.</summary>
    public ILogCatalogs? Catalogs { get; set; }

    /// <summary>Looks at logs that have no catalog ahead of the scan, or null.</summary>
    public ILogsAhead? Ahead { get; set; }

    /// <summary>What is looked for by key, or null.</summary>
    public IKeySearch? Keys
    {
        get => _choice.Keys;
        set => _choice.Keys = value;
    }

    /// <summary>Takes sums in place of rows, or null.</summary>
    public IStretchSums? Sums { get; set; }

    /// <summary>Takes places of row events in place of them, or null.</summary>
    public IStretchRows? Rows { get; set; }

    /// <summary>The offset at which to ask next; none is that large after the last stretch.</summary>
    public long NextStart { get; private set; } = long.MaxValue;

    /// <summary>Begins with a log.</summary>
    public void Open(LogRange range, ByteSource source, string logFile)
    {
        Close();
        // Catalogs know nothing of commit times.
        _catalog = range.Open == null && !filter.ComparesCommitTime ? Catalogs?.Open(source) : null;
        (_range, _path, _logFile, _source) = (range, source.Path, logFile, source);
        NextStart = _catalog?.NextStart(0) ?? long.MaxValue;
    }

    /// <summary>Takes a format description in: what no catalog knows is looked at ahead from there on.</summary>
    /// <param name="reader">Stands on it.</param>
    /// <param name="hasSchema">Whether a schema says more of the tables than the log.</param>
    /// <param name="stop">The scan's.</param>
    public void BeginAhead(EventReader reader, bool hasSchema, CancellationToken stop)
    {
        if (_isAhead)
            Close();
        if (_catalog != null || Ahead == null || _range.Open != null || !_source!.CanReadAhead)
            return;
        var part = new LogPart(reader.EndPosition, Math.Min(_source.Length, _range.Stop));
        _catalog = Ahead.Open(_source, reader.Format, part, filter, UseOf(hasSchema), stop);
        _isAhead = _catalog != null;
        GoOn(reader.EndPosition);
    }

    // A schema says of some rows that they cannot be undone.
    private StretchUse UseOf(bool hasSchema) => hasSchema ? StretchUse.None : Sums?.IsByTable == true ? StretchUse.Sums
        : Rows != null ? StretchUse.Places : StretchUse.None;

    /// <summary>Goes on from an offset: what was found before it is of no use any more.</summary>
    public void GoOn(long position) => NextStart = _catalog?.NextStart(position) ?? long.MaxValue;

    /// <summary>The last stretch that is passed over from an offset on; null where the log is read on.</summary>
    /// <param name="position">The offset of <see cref="NextStart"/>, at which no transaction is open.</param>
    /// <param name="startIsReached">Whether an event has been seen where the range starts.</param>
    /// <param name="sights">Takes in what is passed by, or null.</param>
    /// <param name="cuts">The same.</param>
    [MethodImpl(Jit.Hot)]
    public LogStretch? Skip(long position, bool startIsReached, LogSights? sights, RangeCuts cuts)
    {
        _startIsReached = startIsReached;
        _choice.GoOn();
        if (_catalog!.Whole is { } all && all.Start == position && MayPass(all, sights) && _catalog.IsIntact(all))
        {
            Pass(all, sights, cuts);
            NextStart = long.MaxValue;
            return all;
        }

        LogStretch? last = null;
        while (_catalog.At(position) is { } stretch)
        {
            if (!MayPass(stretch, sights) || !_catalog.IsIntact(stretch))
            {
                position++;
                break;
            }

            Pass(stretch, sights, cuts);
            (last, position) = (stretch, stretch.End);
            // While the next one is waited for, whoever asks is to know how far the scan is.
            if (_isAhead)
                break;
        }

        NextStart = _catalog.NextStart(position) ?? long.MaxValue;
        return last;
    }

    /// <summary>Ends with the log.</summary>
    public void Close()
    {
        _catalog?.Dispose();
        (_catalog, _isAhead, NextStart) = (null, false, long.MaxValue);
    }

    public void Dispose() => Close();

    [MethodImpl(Jit.Hot)]
    private bool MayPass(LogStretch stretch, LogSights? sights)
    {
        bool isBefore = stretch.End <= _range.Start;
        bool isWithin = _startIsReached || stretch.Start == _range.Start;
        if (stretch.End > _range.Stop || (!isBefore && !isWithin))
            return false;
        if (!_choice.MustRead(_catalog!, stretch, isWithin, sights != null))
            return true;
        if (isWithin && Rows != null && stretch.Rows != null)
        {
            Rows.Add(stretch.Rows);
            return true;
        }

        return isWithin && Sums != null && !stretch.HasStatements && filter.IsAll
            && Sums.TryAdd(stretch, _catalog!.Table, _logFile, _path);
    }

    [MethodImpl(Jit.Hot)]
    private void Pass(LogStretch stretch, LogSights? sights, RangeCuts cuts)
    {
        _startIsReached |= stretch.Start == _range.Start;
        if (_startIsReached)
            sights?.Pass(stretch, _catalog!.Table, filter, _choice.IsTimeSeen(stretch));
        filter.Gtids?.Note(stretch.Gtids);
        cuts.Pass(stretch.EndTime);
        _catalog!.Pass(stretch);
    }
}
