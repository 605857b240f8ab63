using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>
/// Damages a database and undoes it in every way there is: by binlog and by SQL, and the undo of the undo by both as
/// well. Each step has to give the exact state of before.
/// </summary>
internal sealed class RoundTrip(MySqlServer server, string database)
{
    private int _files;

    /// <summary>Runs all steps; the database is left damaged.</summary>
    public void Run(string damage)
    {
        string before = State();
        string schema = DatabaseState.WriteSchema(server, database);
        server.FlushLogs();
        server.Sql(damage, database);
        string log = server.FlushLogs();
        string damaged = State();
        Assert.NotEqual(before, damaged);

        string undo = NextFile("undo.binlog");
        AssertComplete(new Reversal(log).WriteBinlog(undo));
        Apply(undo);
        DatabaseState.AssertEqual(before, State());

        string redo = NextFile("redo.binlog");
        AssertComplete(new Reversal(undo).WriteBinlog(redo));
        Apply(redo);
        DatabaseState.AssertEqual(damaged, State());

        RunSql(new Reversal(log) { SchemaPath = schema });
        DatabaseState.AssertEqual(before, State());
        RunSql(new Reversal(undo) { SchemaPath = schema });
        DatabaseState.AssertEqual(damaged, State());
    }

    private void Apply(string path)
    {
        server.Mysqlbinlog("--verify-binlog-checksum", path);
        server.ApplyBinlog(path);
    }

    private void RunSql(Reversal reversal)
    {
        string path = NextFile("undo.sql");
        Assert.Empty(reversal.WriteSql(path));
        server.RunFile(path);
    }

    private string State() => DatabaseState.Read(server, database);

    private string NextFile(string name) => Path.Combine(server.FolderPath, $"{database}-{++_files}-{name}");

    private static void AssertComplete(UndoBinlog undo)
    {
        Assert.Empty(undo.Reason);
        Assert.True(undo.IsComplete);
        Assert.True(undo.IsVerified);
    }
}
