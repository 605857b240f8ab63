using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>Beside <c>mariadb-binlog --flashback</c>, on one log: no row that it restores is refused here.</summary>
public abstract class FlashbackTests(ServerFixture fixture)
{
    // JSON documents of the sample are MySQL's; MariaDB's are text, and the types that only MariaDB has come on top.
    private const string OwnTypes = """
        CREATE TABLE own (id UUID PRIMARY KEY, a INET6, b INET4, c VARCHAR(1000) COMPRESSED, d TEXT COMPRESSED,
          g INT AS (h + 1) PERSISTENT, h INT);
        INSERT INTO own (id, a, b, c, d, h) VALUES
          ('123e4567-e89b-12d3-a456-426655440000', '2001:db8::ff00:42:8329', '192.0.2.1', REPEAT('c', 900), REPEAT('d', 60000), 1),
          ('ffffffff-0000-0000-0000-000000000001', '::', '0.0.0.0', '', 'short', NULL);
        """;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Data", "all-types");

    private MySqlServer Server => fixture.Server;

    [Fact]
    public void Every_type_comes_back_with_flashback_and_with_this_undo()
    {
        Server.Sql("CREATE DATABASE flashed CHARACTER SET utf8mb4");
        Server.Sql(File.ReadAllText(Path.Combine(Folder, "schema.sql")), "flashed");
        Server.Sql(File.ReadAllText(Path.Combine(Folder, "rows.sql")), "flashed");
        Server.Sql(OwnTypes, "flashed");
        string schema = DatabaseState.WriteSchema(Server, "flashed");
        string before = DatabaseState.Read(Server, "flashed");
        Server.FlushLogs();
        // MariaDB has no id left after 4294967295.
        string damage = File.ReadAllText(Path.Combine(Folder, "damage.sql"))
            .Replace("INSERT INTO integers (plain) VALUES (", "INSERT INTO integers (id, plain) VALUES (77, ", StringComparison.Ordinal);
        Server.Sql(damage + "\nUPDATE own SET a = '::1', c = CONCAT(c, 'x'), h = 5; DELETE FROM own WHERE d = 'short';", "flashed");
        string log = Server.FlushLogs();
        string damaged = DatabaseState.Read(Server, "flashed");
        Assert.NotEqual(before, damaged);

        List<string> refused = Flashback(log);
        string path = Path.Combine(Server.FolderPath, "flashed.binlog");
        Assert.Empty(new Reversal(log) { SchemaPath = schema }.WriteBinlog(path).Reason);
        if (refused.Count > 0)
        {
            // What flashback itself cannot print comes back with ours.
            string rest = Path.Combine(Server.FolderPath, "rest.binlog");
            var reader = new BinlogReader([log]) { SchemaPath = schema, Database = ["flashed"], Table = refused };
            Assert.True(reader.WriteUndoBinlog(rest).IsComplete);
            Server.ApplyBinlog(rest);
        }

        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "flashed"));

        string redone = Path.Combine(Server.FolderPath, "redone.binlog");
        new Reversal(path) { SchemaPath = schema }.WriteBinlog(redone);
        Server.ApplyBinlog(redone);
        DatabaseState.AssertEqual(damaged, DatabaseState.Read(Server, "flashed"));
        Server.ApplyBinlog(path);
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "flashed"));
    }

    // Table by table: where it cannot print one, flashback prints none.
    private List<string> Flashback(string log)
    {
        var refused = new List<string>();
        foreach (string[] row in Server.Query(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'flashed' ORDER BY table_name"))
        {
            string script = Path.Combine(Server.FolderPath, "flashback.sql");
            try
            {
                File.WriteAllText(script, Server.Mysqlbinlog("--flashback", "--database=flashed", $"--table={row[0]}", log));
            }
            catch (InvalidOperationException)
            {
                refused.Add(row[0]);
                continue;
            }

            Server.RunFile(script);
        }

        // "Error row length: 0": the program of 11.8.9 cannot print UUID, INET and compressed columns, nor geometry.
        Assert.Equal(Server.Flavour == ServerFlavour.MariaDb118 ? ["own", "shapes"] : [], refused);
        return refused;
    }
}
