using System.Globalization;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Catalog;
using MySqlRecovery.Changes;
using MySqlRecovery.Client;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Input;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.Commands;

/// <content>How logs are read: those of files one after the other, those of servers side by side.</content>
public abstract partial class BinlogCmdlet
{
    private const int BytesBetweenAsking = 1 << 16;

    private DbConnectionQueryClient? _queries;
    private long _askedAt;
    private bool _isExplained;
    private bool _hasReported;

    /// <summary>What the readings pass by.</summary>
    internal FilterSights Sights { get; private set; } = new();

    /// <summary>Files as the input of a scan, in log order.</summary>
    internal LogInput InputOf(IReadOnlyList<string> files) => files.Count == 1 && StopPosition < StartPosition ? throw Reversed(
        "-StopPosition", $"{StopPosition}", $"{StartPosition}") : new(
        files.Count, whole => LogRange.Of(files, StartPosition, StopPosition).Select(r => r with { IsReadWhole = whole }), OpenSchema,
        new Lazy<LogSize[]>(() => [.. files.Select(LogSize.OfFile)]));

    /// <summary>Files in log order, each log once.</summary>
    internal List<string> Sort(IEnumerable<string> files) => new LogFileOrder(LogKeyring, Warn, StopToken).Sort(files);

    /// <summary>A server as the input of a scan; it is asked only then.</summary>
    internal LogInput InputOf(string server, bool follow = false)
    {
        ConnectionOptions options = OptionsFor(server);
        (string First, long Start, string Last)? picked = Picked.IsEmpty || StartFile != null || StartGtid != null
            ? null : Picked.Range(Picked.Servers.Contains(server) ? server : null);
        var request = new ServerLogRequest
        {
            StartFile = picked?.First ?? StartFile,
            StartPosition = picked?.Start ?? StartPosition,
            StopFile = picked?.Last ?? StopFile,
            StopPosition = StopPosition,
            StartGtid = StartGtid,
            StartTime = StartTime?.ToUniversalTime(),
            UsesGtid = StartGtid != null || Filter.Gtids != null,
            Follow = follow,
        };
        return new LogInput(
            null, new ServerLog(options, request, Warn, StopToken, Tell).Ranges,
            () => OpenSchema() ?? new ServerLogSchema(
                () => ServerConnection.Open(options, StopToken), Filter.Tables, Warn, StopToken,
                followsLog: request.StopFile == null && request.StopPosition == null),
            new Lazy<LogSize[]>(() => follow ? [] : LogSize.OfServer(options, request.StartFile, request.StopFile, StopToken)));
    }

    /// <summary>All logs of a server, whatever part of them was chosen.</summary>
    internal LogInput AllOf(string server)
    {
        ConnectionOptions options = OptionsFor(server);
        return new LogInput(
            null, new ServerLog(options, new ServerLogRequest(), Warn, StopToken).Ranges, OpenSchema, new Lazy<LogSize[]>(() => []));
    }

    /// <summary>A scan with the cmdlet's filters.</summary>
    internal EventScan OpenScan(LogInput input) => new(input.Ranges(false), Filter, StopToken, input.OpenSchema())
    {
        Salvage = Salvage,
        Keyring = LogKeyring,
        Catalogs = Catalogs,
        Ahead = LogsAhead.Instance,
        Sights = Sights.Begin(),
    };

    /// <summary>What of the same logs was not chosen and stands in the way of an undo, or of doing changes again; null where
    /// all was chosen.</summary>
    /// <param name="index">The changes.</param>
    /// <param name="input">The logs.</param>
    /// <param name="reverse">Whether they are to be undone.</param>
    /// <param name="columns">The only columns that the undo sets; empty for all.</param>
    /// <param name="movesBytes">Whether rows are undone as bytes, in a binlog.</param>
    /// <param name="leavesOut">Whether rows that were changed again are to be left out of the undo.</param>
    /// <param name="renames">Under which names tables are written; null where rows are not written to renamed tables.</param>
    /// <param name="sumsUp">Whether the undo is the sum of all changes.</param>
    /// <param name="chosen">What was chosen; null for what the parameters say.</param>
    internal LaterFindings? FindUnchosen(
        ChangeIndex index, LogInput input, bool reverse, string[] columns, bool movesBytes, bool leavesOut, TableRenames? renames,
        bool sumsUp, IEventSelection? chosen = null) => reverse
        ? LaterFindings.Find(
            index, chosen ?? Selection, columns, movesBytes, filter => OpenWhole(input, filter), leavesOut, renames, sumsUp)
        : LaterFindings.FindLeftOut(index, chosen ?? Selection, filter => OpenWhole(input, filter));

    /// <summary>What changes of a pipeline do not say of themselves, as the logs that they are from show it.</summary>
    internal LaterFindings FindUnsaid(ChangeIndex index, LogInput input, IEventSelection piped) =>
        LaterFindings.FindUnsaid(index, piped, filter => OpenWhole(input, filter));

    /// <summary>What was left out before changes of these tables that are to be done again, and stands in their way.</summary>
    internal string[] FindLeftOut(IReadOnlyCollection<TableName> tables, LogInput input, IEventSelection? chosen = null) =>
        LaterFindings.FindLeftOut(tables, chosen ?? Selection, filter => OpenWhole(input, filter));

    /// <summary>What the parameters choose of the logs.</summary>
    internal EventSelection Selection => new(Filter, StartPosition > 0 || StopPosition != null || StopFile != null);

    internal EventScan OpenWhole(LogInput input, EventFilter filter) =>
        new(input.Ranges(true), filter, StopToken, input.OpenSchema())
        {
            Salvage = Salvage,
            Keyring = LogKeyring,
            Catalogs = Catalogs,
            Ahead = LogsAhead.Instance,
        };

    /// <summary>Reads the servers, or else the files, and writes what the outputs make of them.</summary>
    /// <param name="files">In any order.</param>
    /// <param name="follow">Whether to wait at a server's end for more.</param>
    /// <param name="begin">Makes the output of one scan.</param>
    private protected void ReadLogs(IEnumerable<string> files, bool follow, Func<IEventOutput> begin)
    {
        ChoosePicked();
        List<string> all = [.. files];
        if (all.Count == 0)
            all = Try(FindPickedFiles);
        if (PipedServers.Count > 0 && all.Count > 0)
            Try(() => throw RecoveryInput.Mixed());
        List<LogInput> inputs = PipedServers.Count > 0 ? ServerInputs(PipedServers, follow)
            : ParameterSetName == ServerSet ? ServerInputs(Server, follow)
            : Picked.IsEmpty || all.Count > 0 ? [Try(() => InputOf(Sort(all)))] : ServerInputs(Picked.Servers, follow);
        SayWhatIsRead(all);
        LogReading[] readings = [.. inputs.Select(i => OpenReading(i, begin()))];
        if (readings.Length > 0)
            ReadSideBySide(readings, inputs);
        EndReading();
        string[] doubts = [.. Filter.Doubts.Lines];
        foreach (string doubt in doubts)
            WriteWarning(doubt);
        if (RequireComplete && (doubts.Length > 0 || _hasReported))
            ThrowTerminatingError(ToErrorRecord(Incomplete(doubts.FirstOrDefault() ?? "see the errors before this one")));
    }

    private LogReading OpenReading(LogInput input, IEventOutput output)
    {
        EventScan scan = Try(() => OpenScan(input));
        scan.Sums = output.Sums;
        return new LogReading(scan, output);
    }

    /// <summary>Shows how far the reading of logs is, at most five times a second.</summary>
    [MethodImpl(Jit.Hot)]
    internal void ShowProgress(EventScan scan, LogInput input)
    {
        // To ask what time it is takes as long as to read a short event.
        long position = scan.Reader.Position;
        if (position - _askedAt is >= 0 and < BytesBetweenAsking)
            return;
        _askedAt = position;
        if (Progress.IsDue())
            ShowProgress(LogPlace.Of(scan), input);
    }

    /// <summary>The error where nothing was found, with what was asked for and is not there.</summary>
    private protected RecoveryException NothingFound(ChangeIndex index)
    {
        _isExplained = true;
        return index.NothingFound(Sights.Explain(Filter, takesEvents: false));
    }

    /// <summary>Ends the progress, and says what was asked for and is not there: names, sessions, times, columns of -Where.</summary>
    private protected void EndReading()
    {
        WriteWarnings();
        foreach (string line in _isExplained ? [] : Sights.Explain(Filter, TakesEvents))
            WriteWarning($"{char.ToUpperInvariant(line[0])}{line[1..]}.");
        _isExplained = true;
        Progress.Complete();
        if (Predicate?.FindUnknownColumn() is { } column)
            ReportError(new RecoveryException(
                "WhereColumnUnknown", RecoveryErrorKind.ObjectNotFound,
                $"no row that was looked at has a column '{column}', which -Where names",
                recommendedAction: "Look at ColumnName of Get-RowChange; where the log has no names, give -SchemaPath, or "
                    + "@1, @2 by position."));
    }

    /// <summary>The files of what sums of the pipeline stand for; none where a server has them.</summary>
    /// <exception cref="RecoveryException">SelectionWithoutLog, InputObjectMixed.</exception>
    internal List<string> FindPickedFiles()
    {
        List<string> files = [.. Picked.Files];
        if (Picked.IsEmpty || (files.Count > 0 && !Picked.Servers.Any()))
            return files;
        if (files.Count > 0)
            throw RecoveryInput.Mixed();
        return Picked.Servers.Any() ? files : throw new RecoveryException(
            "SelectionWithoutLog", RecoveryErrorKind.InvalidArgument, "what came down the pipeline does not say in which files it is",
            recommendedAction: "Sum up from the files, and not from events of a pipeline; or give the files with -LogPath.");
    }

    /// <summary>Says aloud that more rows are taken than the sums of the pipeline counted: those were of a narrower choice.</summary>
    internal void WarnIfMoreThanPicked(long rows)
    {
        if (!Picked.IsEmpty && rows > Picked.RowCount)
            Warn(string.Create(CultureInfo.InvariantCulture, $"{rows} rows are taken, and the sums of the pipeline counted "
                + $"{Picked.RowCount}: give the filters of Measure-BinlogEvent to this command, too."));
    }

    // Of a range of time both the moment that was meant and the one that is compared.
    private void SayWhatIsRead(List<string> files)
    {
        foreach (string file in files)
            WriteVerbose($"Reading {Visible(file)}");
        foreach ((string name, DateTime? time) in (ReadOnlySpan<(string, DateTime?)>)[("from", StartTime), ("to", StopTime)])
        {
            if (time is { } moment)
                WriteVerbose(string.Create(
                    CultureInfo.InvariantCulture, $"Taking {(TimeBasis == TimeBasis.Commit ? "commits" : "events")} {name} "
                        + $"{moment.ToLocalTime():yyyy-MM-dd HH:mm:sszzz}, which is "
                        + $"{moment.ToUniversalTime():yyyy-MM-dd HH:mm:ss}Z"));
        }
    }

    private List<LogInput> ServerInputs(IEnumerable<string> servers, bool follow)
    {
        var inputs = new List<LogInput>();
        foreach (string server in servers)
        {
            RecoveryException? error = null;
            try
            {
                inputs.Add(InputOf(server, follow));
            }
            catch (RecoveryException e)
            {
                error = e;
            }

            if (error != null)
                ReportError(error);
        }

        return inputs;
    }

    private ITableSchemaSource? OpenSchema()
    {
        if (SchemaPath != null)
            return LogSchema.Load(this.ResolveDestination(SchemaPath));
        if (Connection == null)
            return OpenDefaultSchema();
        _queries ??= new DbConnectionQueryClient(Connection);
        return new ServerLogSchema(() => _queries, Filter.Tables, Warn, StopToken);
    }

    /// <summary>The schema where neither -SchemaPath nor -Connection names one.</summary>
    private protected virtual ITableSchemaSource? OpenDefaultSchema() => null;

    private void ReadSideBySide(LogReading[] readings, List<LogInput> inputs)
    {
        using var reading = new ParallelReading(readings, StopToken);
        try
        {
            while (!reading.IsComplete)
            {
                IReadOnlyList<object> items = TryStep(() => reading.Take(ProgressMeter.Interval));
                WriteWarnings();
                foreach (object item in items)
                {
                    if (item is RecoveryException error)
                    {
                        _hasReported = true;
                        ReportError(error);
                    }
                    else
                    {
                        WriteObject(item);
                    }
                }

                if (Progress.IsDue() && reading.Place is { } place)
                    ShowProgress(place, inputs.Count == 1 ? inputs[0] : null);
            }
        }
        finally
        {
            // The pipeline may have had enough before the end.
            if (!reading.IsComplete)
                StopProcessing();
        }
    }

    // Several servers are read side by side: how much of all of them that is, nobody knows.
    private void ShowProgress(LogPlace place, LogInput? input)
    {
        LogSize[] sizes = input?.Sizes.Value ?? [];
        int at = input?.FileCount != null ? place.LogIndex : Array.FindIndex(sizes, s => s.LogFile == place.LogFile);
        long done = at < 0 || at >= sizes.Length ? 0 : sizes.Take(at).Sum(s => s.Bytes) + Math.Min(place.Position, sizes[at].Bytes);
        string of = input?.FileCount is { } count ? $"{place.LogFile}, file {place.LogIndex + 1} of {count}" : place.Path;
        Progress.Show("reading", $"{of}, offset {place.Position:N0}", done, sizes.Sum(s => s.Bytes));
    }

    /// <summary>Shows how many rows, or what else, are done, at most five times a second.</summary>
    private protected void ShowRows(long done, long total) => ShowWork("restoring", "rows", done, total);

    /// <summary>The same of other work.</summary>
    private protected void ShowWork(string work, string unit, long done, long total)
    {
        if (Progress.IsDue())
            Progress.Show(work, $"{done:N0} of {total:N0} {unit}", done, total);
    }

    /// <summary>Shows what is waited for.</summary>
    private protected void ShowWaiting(string cause) => Progress.Show("waiting", $"waits: {cause}", 0, 0);

    private static T TryStep<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }
}
