using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Changes;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Consistency.Data;
using MySqlRecovery.Consistency.Logs;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Client;
using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <summary>What an operator does with a pair whose replica has lost something: compares the logs, then the rows, then repairs.</summary>
internal sealed class LogStory(ReplicationPair pair, string database)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Compares the logs of the running servers; findings of other databases are left out.</summary>
    public List<ConsistencyFinding> CompareLive(bool withErrorLog = true)
    {
        ServerPair servers = pair.Compare(Token);
        using ComparedServer source = servers.Source, replica = servers.Replica;
        return Only(Live(servers, withErrorLog).Run(e => throw e, Token));
    }

    /// <summary>Compares logs and then rows: each row finding has its cause where the logs hold it.</summary>
    public List<ConsistencyFinding> CompareRows()
    {
        ServerPair servers = pair.Compare(Token);
        using ComparedServer source = servers.Source, replica = servers.Replica;
        LiveLogCheck logs = Live(servers, withErrorLog: true);
        Assert.NotNull(logs.Run(e => throw e, Token).ToList());
        var rows = new DataCheck(servers, new DataCheckOptions { Tables = new TableFilter([database], [], [], []) });
        return [.. new ExplainedCheck(rows, logs, servers).Run(e => throw e, Token)];
    }

    /// <summary>Compares the files that the servers left; of the source's logs as many as asked for, the newest.</summary>
    public List<ConsistencyFinding> CompareFiles(bool withRelayLogs = true, bool withErrorLog = true, int sourceLogs = int.MaxValue) =>
        Only(new LogCheck(new LogCheckInput
        {
            Source = new FileLogSeries([.. pair.Source.BinlogFiles.TakeLast(sourceLogs)], null, Token),
            Relay = withRelayLogs ? new FileLogSeries(LogFolder.Find(pair.Replica.DataPath, isRelay: true, Token), null, Token) : null,
            Replica = new FileLogSeries(pair.Replica.BinlogFiles, null, Token),
            ReplicaName = "replica",
            Skipped = withErrorLog ? Skipped() : [],
        }).Run(e => throw e, Token));

    /// <summary>Runs what the findings say was lost on the replica, as the stock client does it.</summary>
    public void Repair(IReadOnlyCollection<ConsistencyFinding> findings)
    {
        var maps = new PipelineTableMaps(Schema());
        using var spool = new ChangeSpool(maps, EventFilter.All, reverse: false);
        foreach (BinlogEvent item in BinlogRecovery.ReadEvents(pair.Source.BinlogFiles))
        {
            if (item.Operation != null
                && findings.Any(f => f.LogFile == item.LogFile && f.Position == item.TransactionPosition
                    && (f.Table ?? item.Table) == item.Table))
                spool.Events.Add(item);
        }

        string path = Path.Combine(pair.Replica.FilesPath, $"{database}-{Guid.NewGuid():N}.sql");
        using (ChangeIndex index = spool.Complete())
            RowSqlExport.WriteFile(index, where: null, new SqlForm(), path, overwrite: false, Token);
        pair.Replica.Sql($"SET sql_log_bin = 0; {File.ReadAllText(path)}");
    }

    public void AssertEqual() => Assert.Equal(pair.Source.Dump(database), pair.Replica.Dump(database));

    public void AssertDifferent() => Assert.NotEqual(pair.Source.Dump(database), pair.Replica.Dump(database));

    private LiveLogCheck Live(ServerPair servers, bool withErrorLog) => new(
        servers,
        server => new ServerLogSeries((server == servers.Source ? pair.Source : pair.Replica).TcpOptions(ReplicationPair.Reader, "read"),
            Token),
        withErrorLog ? Skipped() : [], tables: null);

    private List<SkippedRange> Skipped()
    {
        using FileStream log = File.OpenRead(pair.Replica.ErrorLogPath);
        return SkippedRanges.Find(ReplicaErrorLog.Read(log, Token));
    }

    private LogSchema Schema()
    {
        string tables = string.Concat(pair.Source.Query("SHOW TABLES", database)
            .Select(t => pair.Source.Query($"SHOW CREATE TABLE `{t[0]}`", database)[0][1] + ";\n"));
        return new LogSchema(SchemaCatalog.Parse($"USE `{database}`;\n{tables}"));
    }

    private List<ConsistencyFinding> Only(IEnumerable<ConsistencyFinding> findings) =>
        [.. findings.Where(f => f.Database == database || f.Database == null)];
}
