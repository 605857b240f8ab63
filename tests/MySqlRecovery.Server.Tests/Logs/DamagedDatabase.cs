using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Output.ReversedBinlog;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Server.Tests.Undo;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>A database that was made, then damaged, with the log that begins with the damage.</summary>
internal sealed class DamagedDatabase
{
    private readonly MySqlServer _server;
    private readonly string _name;
    private int _files;

    public DamagedDatabase(MySqlServer server, string name, string setup, string damage)
    {
        _server = server;
        _name = name;
        WithSchema = !server.Flavour.HasRowMetadata;
        server.Sql($"CREATE DATABASE {name}");
        server.Sql(setup, name);
        SchemaPath = DatabaseState.WriteSchema(server, name);
        server.FlushLogs();
        Before = State();
        Log = server.BinlogFiles[^1];
        server.Sql(damage, name);
        server.FlushLogs();
        After = State();
    }

    /// <summary>The log with the damage, up to the first FLUSH BINARY LOGS in it.</summary>
    public string Log { get; }

    public string Before { get; }

    public string After { get; }

    /// <summary>The definitions as they were before the damage.</summary>
    public string SchemaPath { get; }

    /// <summary>The transactions to undo; null for all.</summary>
    public GtidFilter? Gtids { get; init; }

    /// <summary>Whether the undo is given the definitions: without it only where the log names no columns.</summary>
    public bool WithSchema { get; init; }

    /// <summary>UUID of the undo's GTIDs; null for a fresh one, or none where the log has none.</summary>
    public Guid? GtidSource { get; init; }

    /// <summary>Keys of the server, for encrypted logs.</summary>
    public Keyring? Keyring { get; init; }

    /// <summary>The events of the damage.</summary>
    public IEnumerable<BinlogEvent> Events => BinlogRecovery.ReadEvents([Log]);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Everything comes back, by binlog and by SQL, and the undo of the undo damages it again.</summary>
    public void AssertUndone()
    {
        UndoBinlog undo = Undo();
        Assert.Equal((true, true), (undo.IsComplete, undo.IsVerified));
        Assert.Empty(undo.Reason);
        DatabaseState.AssertEqual(Before, State());
        Apply(WriteUndo(undo.Path).Path);
        DatabaseState.AssertEqual(After, State());
        Assert.Empty(UndoBySql());
        DatabaseState.AssertEqual(Before, State());
    }

    /// <summary>Not everything comes back: both forms of the undo say the same about it, and lead to the same state.</summary>
    /// <param name="expected">A query, and what it gives when all that can be undone is undone.</param>
    /// <param name="reasons">A part of each reason, in order.</param>
    public UndoBinlog AssertUndoneInPart((string Query, string Result) expected, params string[] reasons)
    {
        UndoBinlog undo = Undo();
        Assert.False(undo.IsComplete);
        AssertReasons(reasons, undo.Reason);
        Assert.Equal(expected.Result, _server.Client(expected.Query, _name).ReplaceLineEndings(" ").Trim());
        Apply(WriteUndo(undo.Path).Path);
        DatabaseState.AssertEqual(After, State());
        AssertReasons(reasons, UndoBySql());
        Assert.Equal(expected.Result, _server.Client(expected.Query, _name).ReplaceLineEndings(" ").Trim());
        return undo;
    }

    /// <summary>Writes the undo of events that a pipeline filtered, and applies it.</summary>
    public UndoBinlog Undo(IEnumerable<BinlogEvent> events)
    {
        UndoBinlog undo = BinlogRecovery.WriteUndoBinlog(events, NextFile("undo"));
        Apply(undo.Path);
        return undo;
    }

    /// <summary>Nothing can be undone, and the error says why.</summary>
    public void AssertRefused(params string[] reasons)
    {
        var refusal = Assert.Throws<RecoveryException>(() => WriteUndo(Log));
        Assert.Equal("NoRowChange", refusal.ErrorId);
        foreach (string reason in reasons)
            Assert.Contains(reason, refusal.Message);
    }

    /// <summary>Writes the undo binlog and applies it.</summary>
    /// <param name="log">The log in another form; null for itself.</param>
    public UndoBinlog Undo(string? log = null)
    {
        UndoBinlog undo = WriteUndo(log ?? Log);
        Apply(undo.Path);
        return undo;
    }

    public string State() => _server.DumpSorted(_name);

    /// <summary>Runs the undo as SQL and gives what it could not hold.</summary>
    private string[] UndoBySql()
    {
        string path = NextFile("sql");
        using ChangeIndex index = Index(Log);
        string[] reasons = RowSqlExport.WriteFile(index, where: null, new SqlForm { Reverse = true }, path, overwrite: false, Stop).Reason;
        _server.RunFile(path);
        string script = File.ReadAllText(path);
        Assert.All(reasons, reason => Assert.Contains(reason, script));
        return reasons;
    }

    /// <summary>Writes the undo of a log, and does not apply it.</summary>
    public UndoBinlog WriteUndo(string log)
    {
        using ChangeIndex index = Index(log);
        if (index.Transactions.Count == 0)
            throw index.NothingFound();
        return UndoBinlogWriter.Write(index, where: null, NextFile("undo"), overwrite: false, GtidSource, Stop);
    }

    private ChangeIndex Index(string log)
    {
        LogSchema? schema = WithSchema ? LogSchema.Load(SchemaPath) : null;
        using var scan = new EventScan(
            [LogRange.Whole(log)], new EventFilter { WithStatements = true, Gtids = log == Log ? Gtids : null }, Stop, schema)
        {
            Keyring = Keyring,
        };
        return ChangeIndexBuilder.Build(scan, reverse: true);
    }

    private void Apply(string path) => _server.ApplyBinlog(path);

    private string NextFile(string extension) => Path.Combine(_server.FolderPath, $"{_name}-{++_files}.{extension}");

    private static void AssertReasons(string[] expected, string[] actual)
    {
        Assert.True(expected.Length == actual.Length, string.Join('\n', actual));
        for (int i = 0; i < expected.Length; i++)
            Assert.Contains(expected[i], actual[i]);
    }
}
