using System.Management.Automation;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Input;
using MySqlRecovery.Model;

namespace MySqlRecovery.Commands;

/// <summary>Sums up the row changes of logs or events by table, transaction, session, kind of statement, or time.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "BinlogEvent", DefaultParameterSetName = PathSet)]
[OutputType(typeof(BinlogSummary))]
public sealed class MeasureBinlogEventCommand : PipedEventCmdlet
{
    private readonly List<object> _items = [];
    private Sums? _piped;

    /// <summary>What to sum up by: table (default), transaction, session, kind of statement, or time.</summary>
    [Parameter]
    public BinlogSummaryKind By { get; set; }

    /// <summary>Length of the intervals of -By Time: a time span, or <c>30s</c>, <c>1m</c> (default), <c>2h</c>, <c>1d</c>.</summary>
    [Parameter]
    [IntervalTransformation]
    public TimeSpan Interval { get; set; } = BinlogMeasure.DefaultInterval;

    /// <summary>Only so many sums, those of the most rows first.</summary>
    [Parameter]
    [ValidateRange(1, 1_000_000)]
    public int? Top { get; set; }

    /// <summary>Waits at the end of a server's log for further transactions, until it is stopped. Needs -By Transaction.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    public SwitchParameter Follow { get; set; }

    private protected override bool TakesStatements => true;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Follow && (By != BinlogSummaryKind.Transaction || Top != null))
            Try(() => throw new RecoveryException(
                "InvalidParameters", RecoveryErrorKind.InvalidArgument,
                $"{(Top != null ? "-Top" : $"a sum by {By.ToString().ToLowerInvariant()}")} is never complete while the log is followed",
                recommendedAction: "Give -By Transaction, and not -Top."));
        if (Interval <= TimeSpan.Zero || (MyInvocation.BoundParameters.ContainsKey(nameof(Interval)) && By != BinlogSummaryKind.Time))
            Try(() => throw new RecoveryException(
                "InvalidParameters", RecoveryErrorKind.InvalidArgument,
                "-Interval is a length of time, and means something with -By Time only",
                recommendedAction: "Give -By Time -Interval 1m, or the like."));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        Files.AddRange(ResolveFiles(ReportError));
        if (ParameterSetName != InputSet || TakeLog(InputObject))
            return;
        Try(() => Add(InputObject));
        _piped?.TakeFinished(_items);
        WriteItems();
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => ReadLogs(Files, Follow, () => _piped ?? new Sums(this));

    private protected override void Take(in EventView view, BinlogEvent item) => (_piped ??= new Sums(this)).Measure.Add(view);

    private void WriteItems()
    {
        foreach (object item in _items)
            WriteObject(item);
        _items.Clear();
    }

    private sealed class Sums(MeasureBinlogEventCommand cmdlet) : IEventOutput
    {
        public BinlogMeasure Measure { get; } = new(cmdlet.By, cmdlet.Filter.Tables, cmdlet.Interval, cmdlet.Top);

        IStretchSums? IEventOutput.Sums => Measure;

        public void Take(EventScan scan, List<object> items)
        {
            Measure.Add(new EventView(scan));
            TakeFinished(items);
        }

        private void NoteIfIncomplete(BinlogSummary sum)
        {
            if (cmdlet.RequireComplete && !sum.IsComplete)
                cmdlet.Filter.Doubts.NoteLog($"{sum}: {sum.Reason.FirstOrDefault()}");
        }

        public void TakeFinished(List<object> items)
        {
            while (Measure.TryTake(out BinlogSummary? summary))
            {
                NoteIfIncomplete(summary!);
                items.Add(summary!);
            }
        }

        public void Complete(List<object> items)
        {
            int first = items.Count;
            items.AddRange(Measure.Complete());
            foreach (BinlogSummary sum in items.Skip(first).Cast<BinlogSummary>())
                NoteIfIncomplete(sum);
            if (cmdlet.By == BinlogSummaryKind.Statement
                && items.Skip(first).Cast<BinlogSummary>().FirstOrDefault(s => s.Statement == null) is { } unnamed)
                cmdlet.Warn($"The log has no statements for {unnamed.RowCount} rows: binlog_rows_query_log_events (MySQL) or "
                    + "binlog_annotate_row_events (MariaDB) was off when they were written.");
            cmdlet.NoteUnseen("Not in these sums", Measure.Unseen);
        }
    }
}
