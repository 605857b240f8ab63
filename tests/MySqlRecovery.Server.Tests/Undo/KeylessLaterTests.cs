using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>Rows of tables without key, which are known by all they hold, and of which images hold more or less.</summary>
public abstract class KeylessLaterTests(ServerFixture fixture)
{
    private MySqlServer Server => fixture.Server;

    [Theory]
    [InlineData("FULL")]
    [InlineData("MINIMAL")]
    [InlineData("NOBLOB")]
    public void A_row_that_others_changed_later_is_named_whatever_its_images_hold(string image)
    {
        string database = $"keyless_{image}".ToLowerInvariant();
        string computed = Server.Flavour == ServerFlavour.MySql56 ? "" : ", g INT AS (v * 2) STORED";
        Server.Sql($"CREATE DATABASE {database}; CREATE TABLE {database}.t (id INT, v INT{computed}, b BLOB)");
        string schema = DatabaseState.WriteSchema(Server, database);
        Server.FlushLogs();
        Server.Sql(
            $"SET SESSION binlog_row_image = {image}; INSERT INTO t (id, v, b) VALUES (1, 1, 'a'), (2, 2, NULL), (3, 3, 'c')", database);
        long end = Server.Position().Offset;
        Server.Sql($"SET SESSION binlog_row_image = {image}; UPDATE t SET v = 10 WHERE id = 1; DELETE FROM t WHERE id = 2", database);
        string log = Server.FlushLogs();

        string[] later = new Reversal(log) { End = end, SchemaPath = schema }.FindLaterChanges(movesBytes: true);
        Assert.Equal(2, later.Length);
        Assert.All(later, line => Assert.StartsWith($"{database}.t at ", line));
        // Without a schema nobody knows which columns are computed.
        Assert.NotEmpty(new Reversal(log) { End = end }.FindLaterChanges(movesBytes: true));
    }

    [Theory]
    [InlineData("FULL")]
    [InlineData("MINIMAL")]
    public void A_row_that_what_is_left_out_inserted_is_named_when_its_deletion_is_done_again(string image)
    {
        string database = $"keyless_again_{image}".ToLowerInvariant(), path = Path.Combine(Server.FolderPath, $"{database}.sql");
        Server.Sql($"CREATE DATABASE {database}; CREATE TABLE {database}.t (id INT, v INT DEFAULT 7)");
        string schema = DatabaseState.WriteSchema(Server, database);
        Server.FlushLogs();
        Server.Sql($"SET SESSION binlog_row_image = {image}; INSERT INTO t (id) VALUES (1); DELETE FROM t WHERE id = 1", database);
        var deletes = new BinlogReader([Server.FlushLogs()]) { Operation = [RowOperation.Delete], SchemaPath = schema };

        SqlExport again = deletes.WriteSql(path, reverse: false);
        // MariaDB logs whole rows of a table without a key.
        string certainty = image == "MINIMAL" && !Server.Flavour.IsMariaDb ? "may have been" : "was";
        Assert.Contains($" {certainty} made by what is left out", Assert.Single(again.LaterChange!));
    }
}
