using System.Collections;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Client;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Restore;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Restore;

/// <summary>What of which logs is to be restored on a server, and how.</summary>
internal sealed record Restoring(MySqlServer Server, params string[] Logs)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public bool Forward { get; init; }

    public IDictionary? Where { get; init; }

    /// <summary>The only changes taken; empty for all.</summary>
    public RowOperation[] Operations { get; init; } = [];

    public SqlForm Form { get; init; } = new();

    public RestoreOptions Options { get; init; } = new();

    /// <summary>Whether the rows come down a pipeline, as Get-RowChange gives them.</summary>
    public bool IsPiped { get; init; }

    /// <summary>The logs beside a pipeline; none to give none.</summary>
    public string[] LogsBeside { get; init; } = [];

    /// <summary>Logs in which rows that foreign keys took along are looked for; none to not look.</summary>
    public string[] CascadeLogs { get; init; } = [];

    /// <summary>Whether such rows come back.</summary>
    public bool Cascade { get; init; }

    /// <summary>The account, which has no password.</summary>
    public string User { get; init; } = "root";

    /// <summary>The position of the first event taken.</summary>
    public long? Start { get; init; }

    /// <summary>The position that ends the last log.</summary>
    public long? End { get; init; }

    /// <summary>Called by the tests that let other sessions write between reading and writing.</summary>
    public Func<ServerConnection, MySqlRecovery.Server.IQueryClient> Wrap { get; init; } = c => c;

    /// <summary>The verdicts before anything is written.</summary>
    public List<RowVerdict> Test()
    {
        using ServerConnection connection = Connect();
        using RestoreRun run = Open(connection);
        return [.. run.Test(Options.BatchSize)];
    }

    /// <summary>Restores, and gives the verdicts.</summary>
    public List<RowVerdict> Run() => Run(out _);

    public List<RowVerdict> Run(out List<RestoreResult> results)
    {
        using ServerConnection connection = Connect();
        using RestoreRun run = Open(Wrap(connection));
        var tally = new RestoreTally(run);
        var verdicts = new List<RowVerdict>();
        foreach (RestoreRow row in new RowRestore(run, Options).Restore())
        {
            tally.Add(row);
            verdicts.Add(run.ToVerdict(row));
        }

        results = [.. tally.Results(wasStopped: false)];
        return verdicts;
    }

    private ServerConnection Connect() =>
        ServerConnection.Open(new ConnectionOptions { Socket = Server.SocketPath, User = User }, CancellationToken.None);

    private RestoreRun Open(MySqlRecovery.Server.IQueryClient client)
    {
        RowPredicate? where = Where == null ? null : new RowPredicate(Where);
        var filter = new EventFilter
        {
            Where = where,
            WithStatements = true,
            Operations = Operations.Length == 0 ? null : [.. Operations],
        };
        var schema = new ServerLogSchema(() => Server.Connect(), null, _ => { }, Stop);
        using EventScan scan = Scan(filter, readWhole: false);
        ChosenLogs? chosen = !IsPiped
            ? new(all => Scan(all, readWhole: true), new EventSelection(filter, Start != null || End != null))
            : LogsBeside.Length == 0 ? null : new(all => Whole(LogsBeside, all), new PipedSelection());
        ChangeIndex index = IsPiped
            ? Pipe(scan, schema, chosen) : ChangeIndexBuilder.Build(scan, !Forward, movesBytes: false, keepsUnusable: true);
        return RestoreRun.Of(
            client, index, IsPiped ? null : where, Form with { Reverse = !Forward }, Stop,
            CascadeLogs.Length == 0 ? null : f => Whole(CascadeLogs, f), chosen, Cascade);

        EventScan Scan(EventFilter asked, bool readWhole) =>
            new(LogRange.Of(Logs, Start, End).Select(r => r with { IsReadWhole = readWhole }), asked, Stop, schema);

        EventScan Whole(string[] logs, EventFilter asked) => new(logs.Select(LogRange.Whole), asked, Stop, schema);
    }

    private ChangeIndex Pipe(EventScan scan, ServerLogSchema schema, ChosenLogs? beside)
    {
        using var spool = new ChangeSpool(
            new PipelineTableMaps(schema), EventFilter.All, !Forward, movesBytes: false, keepsUnusable: true);
        var selection = beside?.Selection as PipedSelection;
        spool.Events.Selection = selection;
        while (scan.Read())
        {
            if (new EventView(scan).HasRows)
                scan.ToRowChanges().ForEach(spool.Events.Add);
        }

        return spool.Complete(selection == null ? null : index => LaterFindings.FindUnsaid(index, selection, beside!.Open));
    }
}
