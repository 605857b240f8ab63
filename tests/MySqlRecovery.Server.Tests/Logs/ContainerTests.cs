using System.IO.Compression;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>Logs in the form in which people keep them.</summary>
[Collection(MySqlLogs.Name)]
public sealed class ContainerTests(MySqlFixture fixture)
{
    private const string Setup = "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(2000)); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')";
    private const string Damage =
        "UPDATE t SET v = REPEAT('x', 2000) WHERE id = 1; BEGIN; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (4, 'd'); COMMIT; "
        + "UPDATE t SET id = id + 10";

    private MySqlServer Server => fixture.Server;

    [Fact]
    public void A_gzipped_log_is_undone()
    {
        var database = new DamagedDatabase(Server, "gzip", Setup, Damage);
        string path = Path.Combine(Server.FolderPath, Path.GetFileName(database.Log) + ".gz");
        using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
            gzip.Write(File.ReadAllBytes(database.Log));

        UndoBinlog undo = database.Undo(path);

        Assert.Equal(database.Before, database.State());
        Assert.Equal((3, 6, true), (undo.TransactionCount, undo.RowCount, undo.IsComplete));
    }

    [Theory]
    [InlineData("text", "")]
    [InlineData("verbose", "--verbose")]
    [InlineData("compressed", "")]
    public void The_text_of_mysqlbinlog_is_undone(string name, string option)
    {
        string settings = name == "compressed" ? "SET binlog_transaction_compression = ON;" : "";
        // The text holds the GTIDs as statements only; the server that the undo is for wants some.
        var database = new DamagedDatabase(Server, $"dump_{name}", Setup, settings + Damage) { GtidSource = Guid.NewGuid() };
        string path = Path.Combine(Server.FolderPath, $"{name}.txt");
        File.WriteAllText(path, Server.Mysqlbinlog(option.Length == 0 ? [database.Log] : [option, database.Log]));

        UndoBinlog undo = database.Undo(path);

        Assert.Equal(database.Before, database.State());
        Assert.Equal((3, 6, true), (undo.TransactionCount, undo.RowCount, undo.IsComplete));
        Assert.Equal(
            database.Events.Where(e => e.Operation != null).Select(e => (e.ThreadId, e.Operation, e.RowCount)),
            BinlogRecovery.ReadEvents([path]).Where(e => e.Operation != null).Select(e => (e.ThreadId, e.Operation, e.RowCount)));
    }

    [Fact]
    public void What_stands_as_a_statement_in_the_text_of_mysqlbinlog_is_named()
    {
        var database = new DamagedDatabase(
            Server, "dump_mixed", Setup,
            """
            UPDATE t SET v = 'x' WHERE id = 1;
            ALTER TABLE t
              ADD COLUMN w INT;
            SET binlog_format = MIXED; DELETE FROM t WHERE id = 3; SET binlog_format = ROW;
            DELETE FROM t WHERE id = 2;
            """)
        {
            GtidSource = Guid.NewGuid(),
        };
        string path = Path.Combine(Server.FolderPath, "mixed.txt");
        File.WriteAllText(path, Server.Mysqlbinlog(database.Log));

        UndoBinlog undo = database.Undo(path);

        Assert.Equal("1x,2b", Server.Scalar("SELECT GROUP_CONCAT(id, v ORDER BY id) FROM t", "dump_mixed"));
        Assert.Equal(3, undo.Reason.Length);
        Assert.Contains("ALTER TABLE t", undo.Reason[0]);
        Assert.Contains("DELETE FROM t WHERE id = 3", undo.Reason[1]);
        Assert.StartsWith("dump_mixed.t: 1 rows", undo.Reason[2]);
    }

    [Fact]
    public void A_text_that_was_cut_is_an_error()
    {
        var database = new DamagedDatabase(Server, "dump_cut", Setup, Damage);
        string text = Server.Mysqlbinlog(database.Log);
        string path = Path.Combine(Server.FolderPath, "cut.txt");
        File.WriteAllText(path, text[..(text.LastIndexOf("BINLOG '", StringComparison.Ordinal) + 30)]);

        var error = Assert.Throws<RecoveryException>(() => database.Undo(path));

        Assert.Equal("TextDumpIncomplete", error.ErrorId);
    }
}
