using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.IO;

namespace MySqlRecovery.Binlog.Scan;

/// <content>What is passed over because of what earlier readings of the logs have found.</content>
internal sealed partial class EventScan
{
    private StretchSkipper? _skipper;
    private long _nextStretch = long.MaxValue;

    /// <summary>What was kept of earlier readings of files, or null.</summary>
    public ILogCatalogs? Catalogs
    {
        init
        {
            if (value != null)
                Skipper.Catalogs = value;
        }
    }

    /// <summary>Looks at logs that have no catalog ahead of the scan, on other threads; or null.</summary>
    public ILogsAhead? Ahead
    {
        init
        {
            if (value != null)
                Skipper.Ahead = value;
        }
    }

    private StretchSkipper Skipper => _skipper ??= new StretchSkipper(_filter, Complete);

    /// <summary>What is looked for by key: other rows of its tables need not come.</summary>
    public IKeySearch? Keys
    {
        set => _skipper?.Keys = value;
    }

    /// <summary>Takes sums that are known in place of rows.</summary>
    public IStretchSums? Sums
    {
        set => _skipper?.Sums = value;
    }

    /// <summary>Takes the places of row events in place of them.</summary>
    public IStretchRows? Places
    {
        set => _skipper?.Rows = value;
    }

    // The last event of a compressed transaction ends where that does.
    [MethodImpl(Jit.Hot)]
    private void PassOver()
    {
        if (Transaction.IsInside && !Transaction.IsOver)
            return;
        if (_reader!.EndPosition > _nextStretch)
        {
            _skipper!.GoOn(_reader.EndPosition);
            ExpectStretch();
            if (_reader.EndPosition < _nextStretch)
                return;
        }

        while (_skipper!.Skip(_nextStretch, _startIsReached, Sights, _cuts) is { } passed)
        {
            _reader.Seek(passed.End);
            Transaction.Reset();
            _startIsReached |= passed.End > _range.Start;
            ExpectStretch();
            if (_nextStretch != passed.End)
                return;
        }

        ExpectStretch();
    }

    private TableMap? Complete(LogTable table)
    {
        var map = TableMap.OfShape(table.Shape, Reader.Format.IsMariaDb);
        if (_schema?.IsFinal(map) == false)
            return null;
        _schema?.Complete(map);
        return map;
    }

    private void OpenCatalog(ByteSource source)
    {
        if (_skipper == null)
            return;
        _skipper.Open(_range, source, _reader!.LogFile);
        ExpectStretch();
    }

    // The format says how the events after it are to be read. Damage may be anywhere, and a relay log goes on with what is in others.
    private void BeginAhead()
    {
        if (_skipper == null || Salvage || _isRelayLog)
            return;
        _skipper.BeginAhead(_reader!, _schema != null, _stop);
        ExpectStretch();
    }

    private void ExpectStretch()
    {
        _nextStretch = _skipper!.NextStart;
        _reader!.Expect(_nextStretch);
    }

    private void CloseCatalog()
    {
        _skipper?.Close();
        _nextStretch = long.MaxValue;
    }
}
