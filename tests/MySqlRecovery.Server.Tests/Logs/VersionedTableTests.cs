using System.Buffers.Binary;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Server.Tests.Undo;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>Tables of MariaDB that keep the rows of the past (WITH SYSTEM VERSIONING), in each way in which they can be made.</summary>
public abstract class VersionedTableTests(ServerFixture fixture)
{
    private const string Damage = """
        UPDATE t SET v = 10 WHERE id = 1; DELETE FROM t WHERE id = 2; INSERT INTO t (id, v) VALUES (4, 4); UPDATE t SET id = 5 WHERE id = 3;
        DELETE FROM t WHERE id = 1; INSERT INTO t (id, v) VALUES (1, 7); REPLACE INTO t (id, v) VALUES (1, 8); UPDATE t SET v = v + 1;
        BEGIN; INSERT INTO t (id, v) VALUES (6, 6); UPDATE t SET v = 60 WHERE id = 6; DELETE FROM t WHERE id = 6; COMMIT;
        """;

    private MySqlServer Server => fixture.Server;

    public static TheoryData<string, string, string> Tables => new()
    {
        { "implicit", "id INT PRIMARY KEY, v INT", "row_start, row_end" },
        { "keyless", "id INT, v INT", "row_start, row_end" },
        {
            "named", "s TIMESTAMP(6) GENERATED ALWAYS AS ROW START, id INT PRIMARY KEY, e TIMESTAMP(6) GENERATED ALWAYS AS ROW END, v INT, "
                + "n INT NULL WITHOUT SYSTEM VERSIONING, PERIOD FOR SYSTEM_TIME (s, e)", "s, e"
        },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void Sql_restores_the_present_rows_and_says_that_history_is_written_anew(string name, string columns, string period)
    {
        foreach (SqlForm form in (SqlForm[])[new(), new() { BatchSize = 100 }, new() { Fold = true }])
        {
            if (form.Fold && name == "keyless")
                continue;
            string database = Make($"v_{name}_{form.BatchSize}{form.Fold}", columns, out string schema);
            IReadOnlyList<string[]> before = Rows(database);
            string log = Do(Damage, database);
            IReadOnlyList<string[]> after = Rows(database);
            long versions = Versions(database);

            var undo = new Reversal(log) { SchemaPath = schema, Form = form };
            AssertSays(Run(undo, reverse: true, out string script), database);
            Assert.Contains("SYSTEM-VERSIONED", script);
            Assert.DoesNotContain($"`{period.Split(", ")[1]}`", script[script.IndexOf("SET NAMES", StringComparison.Ordinal)..]);
            Assert.Equal(before, Rows(database));
            Assert.True(Versions(database) >= versions);
            AssertSays(Run(undo, reverse: false, out _), database);
            Assert.Equal(after, Rows(database));
        }
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void An_undo_binlog_brings_the_history_back_too(string name, string columns, string period)
    {
        string database = Make($"b_{name}", columns, out _);
        IReadOnlyList<string[]> before = All(database, period);
        string log = Do(Damage, database);

        string path = NewPath();
        UndoBinlog undo = new Reversal(log).WriteBinlog(path);
        Assert.Empty(undo.Reason);
        Server.ApplyBinlog(path);
        Assert.Equal(before, All(database, period));
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void History_that_was_removed_comes_back_by_sql_as_it_was(string name, string columns, string period)
    {
        foreach (SqlForm form in (SqlForm[])[new(), new() { BatchSize = 100 }, new() { Fold = true }])
        {
            if (form.Fold && name == "keyless")
                continue;
            string database = Make($"r_{name}_{form.BatchSize}{form.Fold}", columns, out string schema);
            Server.Sql("UPDATE t SET v = v + 100; DELETE FROM t WHERE id = 2", database);
            IReadOnlyList<string[]> before = All(database, period);
            string log = Do("DELETE HISTORY FROM t", database);
            Assert.NotEqual(before, All(database, period));

            var undo = new Reversal(log) { SchemaPath = schema, Form = form };
            AssertSays(Run(undo, reverse: true, out _), database);
            Assert.Equal(before, All(database, period));
        }
    }

    [Fact]
    public void History_that_was_removed_before_sql_could_write_it_is_named()
    {
        string database = Make("v_removed", "id INT PRIMARY KEY, v INT", out string schema);
        Server.Sql("UPDATE t SET v = v + 100", database);
        IReadOnlyList<string[]> present = Rows(database);
        string log = AsOf10_10(Do("DELETE HISTORY FROM t; DELETE FROM t WHERE id = 1", database));

        string[] reasons = Run(new Reversal(log) { SchemaPath = schema }, reverse: true, out string script);
        Assert.Equal(present, Rows(database));
        Assert.Contains(reasons, r => r.StartsWith($"{database}.t: ", StringComparison.Ordinal)
            && r.Contains("SQL cannot write history, which was removed here, before MariaDB 10.11", StringComparison.Ordinal));
        Assert.DoesNotContain("insert_history", script);
    }

    [Fact]
    public void History_that_was_removed_comes_back_by_an_undo_binlog()
    {
        string database = Make("b_removed", "id INT PRIMARY KEY, v INT", out _);
        Server.Sql("UPDATE t SET v = v + 100", database);
        IReadOnlyList<string[]> before = All(database, "row_start, row_end");
        string log = Do("DELETE HISTORY FROM t; DELETE FROM t WHERE id = 1", database);

        UndoBinlog undo = new Reversal(log).WriteBinlog(NewPath());
        Assert.True(undo.IsComplete);
        Server.ApplyBinlog(undo.Path);
        Assert.Equal(before, All(database, "row_start, row_end"));
    }

    [Fact]
    public void History_that_others_removed_later_is_named()
    {
        string database = Make("b_removed_later", "id INT PRIMARY KEY, v INT", out string schema);
        string log = Do("UPDATE t SET v = 11 WHERE id = 1; DELETE HISTORY FROM t", database);
        long end = new BinlogReader([log]).ReadRowChanges().First(c => c.Operation == RowOperation.Delete).TransactionPosition;

        var undo = new Reversal(log) { SchemaPath = schema, End = end };
        Assert.Contains(undo.FindLaterChanges(movesBytes: true), line => line.StartsWith($"{database}.t id=1", StringComparison.Ordinal));
    }

    [Fact]
    public void Tables_with_the_numbers_of_transactions_are_logged_as_statements_which_are_named()
    {
        string database = Make(
            "v_precise", "id INT PRIMARY KEY, v INT, s BIGINT UNSIGNED GENERATED ALWAYS AS ROW START, "
                + "e BIGINT UNSIGNED GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)", out _);
        Server.Sql("CREATE TABLE other (id INT PRIMARY KEY)", database);
        string log = Do("UPDATE t SET v = 10 WHERE id = 1; INSERT INTO other VALUES (1)", database);

        UndoBinlog undo = new Reversal(log).WriteBinlog(NewPath());
        Assert.Equal([$"{database}.other"], undo.Table);
        Assert.Contains("changed rows as a statement, without row images: UPDATE t SET v = 10", Assert.Single(undo.Reason));
    }

    private string Make(string name, string columns, out string schema)
    {
        string database = name.ToLowerInvariant();
        Server.Sql($"CREATE DATABASE {database}; USE {database}; CREATE TABLE t ({columns}) ENGINE = InnoDB WITH SYSTEM VERSIONING; "
            + "INSERT INTO t (id, v) VALUES (1, 1), (2, 2), (3, 3); UPDATE t SET v = v * 10");
        schema = DatabaseState.WriteSchema(Server, database);
        return database;
    }

    private string Do(string damage, string database)
    {
        Server.FlushLogs();
        Server.Sql(damage, database);
        return Server.FlushLogs();
    }

    /// <summary>The same log as if another version had written it, which stands at the beginning of its first event.</summary>
    private string AsOf10_10(string log)
    {
        byte[] bytes = File.ReadAllBytes(log);
        Span<byte> first = bytes.AsSpan(4, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4 + 9)));
        Span<byte> version = first.Slice(EventHeader.Size + 2, 50);
        version.Clear();
        "10.10.7-MariaDB"u8.CopyTo(version);
        BinaryPrimitives.WriteUInt32LittleEndian(first[^4..], Crc32.Compute(first[..^4]));
        string path = NewPath();
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private string[] Run(Reversal reversal, bool reverse, out string script)
    {
        string path = NewPath();
        string[] reasons = reversal.WriteSql(path, reverse);
        Server.RunFile(path);
        script = File.ReadAllText(path);
        return reasons;
    }

    private static void AssertSays(string[] reasons, string database) =>
        Assert.StartsWith($"{database}.t: SQL restores the present rows", Assert.Single(reasons));

    private IReadOnlyList<string[]> Rows(string database) => Server.Query("SELECT id, v FROM t ORDER BY id, v", database);

    private IReadOnlyList<string[]> All(string database, string period) =>
        Server.Query($"SELECT id, v, {period} FROM t FOR SYSTEM_TIME ALL ORDER BY id, v, {period}", database);

    private long Versions(string database) => long.Parse(
        Server.Scalar("SELECT COUNT(*) FROM t FOR SYSTEM_TIME ALL", database), System.Globalization.CultureInfo.InvariantCulture);

    private string NewPath() => Path.Combine(Server.FolderPath, Guid.NewGuid().ToString("N"));
}
