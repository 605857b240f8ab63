using System.Globalization;
using System.Text;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>
/// An undo without the rows that others changed later: those are as the others left them, all others are undone, and what was left
/// out is said. What is chosen are the transactions that insert into <c>mark</c>.
/// </summary>
public abstract class LeftOutRowTests(ServerFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private MySqlServer Server => fixture.Server;

    [Theory]
    [InlineData(Form.Binlog, 1)]
    [InlineData(Form.Batches, 3)]
    [InlineData(Form.Sum, 4)]
    [InlineData(Form.Rows, 5)]
    public void Rows_that_others_changed_later_stay_and_all_others_are_undone(Form form, int seed)
    {
        string database = Create($"stay_{form}", "t (id INT PRIMARY KEY, v INT, b VARCHAR(200))");
        var story = new Story(new Random(20261130 + seed));
        (string log, string schema) = Run(database, story.Sql);

        Written undo = Write(log, schema, form);
        Assert.Equal(story.LeftOut.Order(), undo.Excluded.Select(c => Convert.ToInt32(c.Key!["id"], CultureInfo.InvariantCulture)).Order());
        Assert.Equal(story.LeftOutRows, undo.ExcludedRowCount);
        Assert.InRange(undo.ExcludedRowCount, 10, story.ChosenRows - 10);
        Assert.Equal(story.ChosenRows - story.LeftOutRows + story.Marks, undo.RowCount);
        Assert.Contains($"{database}.t: {story.LeftOutRows} rows from ", Assert.Single(undo.Reason));
        Assert.Empty(undo.LaterChange!);
        string name = Path.GetFileName(log);
        Assert.All(undo.Excluded, c => Assert.StartsWith($"{database}.t id={c.Key!["id"]} at {name}:{c.Position}", $"{c}"));
        Apply(undo.Path, form);
        Assert.Equal(story.Expected, Server.Query("SELECT id, v FROM t ORDER BY id", database).Select(r => string.Join('=', r)));
        Assert.Equal("0", Server.Scalar("SELECT COUNT(*) FROM mark", database));
    }

    [Theory]
    [InlineData(Form.Binlog)]
    [InlineData(Form.Sql)]
    public void A_row_whose_key_moved_stays_with_all_of_its_steps(Form form)
    {
        string database = Create($"moves_{form}", "t (id INT PRIMARY KEY, v INT)");
        (string log, string schema) = Run(database, """
            INSERT INTO t VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (7, 7), (8, 8), (9, 9);
            BEGIN; INSERT INTO mark VALUES (1); UPDATE t SET v = 10 WHERE id = 1; UPDATE t SET id = 100 WHERE id = 1;
            UPDATE t SET v = 20 WHERE id = 2; UPDATE t SET id = 1 WHERE id = 2; DELETE FROM t WHERE id = 3;
            UPDATE t SET v = 40 WHERE id = 4;
            UPDATE t SET v = 50 WHERE id = 5; UPDATE t SET v = 80 WHERE id = 8; DELETE FROM t WHERE id = 9; COMMIT;
            UPDATE t SET v = 11 WHERE id = 100;
            UPDATE t SET id = 6 WHERE id = 5;
            UPDATE t SET id = 3 WHERE id = 7;
            UPDATE t SET id = 9 WHERE id = 8;
            """);

        Written undo = Write(log, schema, form);
        Assert.Equal(["100", "5", "3", "8", "9"], undo.Excluded.Select(c => $"{c.Key!["id"]}"));
        Assert.Equal(8, undo.ExcludedRowCount);
        Assert.False(undo.IsComplete);
        Apply(undo.Path, form);
        Assert.Equal(["1=20", "3=7", "4=4", "6=50", "9=80", "100=11"],
            Server.Query("SELECT id, v FROM t ORDER BY id", database).Select(r => string.Join('=', r)));
    }

    [Theory]
    [InlineData(Form.Binlog)]
    [InlineData(Form.Sql)]
    public void A_row_whose_key_moved_after_all_that_was_chosen_was_met_stays_with_all_of_its_steps(Form form)
    {
        string database = Create($"met_{form}", "t (id INT PRIMARY KEY, v INT)");
        (string log, string schema) = Run(database, """
            INSERT INTO t VALUES (8, 8);
            BEGIN; INSERT INTO mark VALUES (1); UPDATE t SET v = 80 WHERE id = 8; COMMIT;
            UPDATE t SET v = 81; DELETE FROM mark;
            UPDATE t SET id = 205;
            BEGIN; INSERT INTO mark VALUES (2); UPDATE t SET v = 107; COMMIT;
            """);

        Written undo = Write(log, schema, form);
        Assert.Equal(3, undo.ExcludedRowCount);
        Apply(undo.Path, form);
        Assert.Equal(["205=107"], Server.Query("SELECT id, v FROM t", database).Select(r => string.Join('=', r)));
    }

    [Theory]
    [InlineData(Form.Binlog)]
    [InlineData(Form.Sql)]
    public void A_row_without_key_stays_with_the_steps_after_that_of_others(Form form)
    {
        string database = Create($"steps_{form}", "t (a INT, v INT)");
        (string log, string schema) = Run(database, """
            INSERT INTO t VALUES (3, 3);
            BEGIN; INSERT INTO mark VALUES (1); INSERT INTO t VALUES (1, 1), (2, 2); COMMIT;
            UPDATE t SET v = 10 WHERE a = 1;
            BEGIN; INSERT INTO mark VALUES (2); DELETE FROM t WHERE a = 1; COMMIT;
            """);

        Written undo = Write(log, schema, form);
        Assert.Single(undo.Excluded);
        Assert.Equal(2, undo.ExcludedRowCount);
        Apply(undo.Path, form);
        Assert.Equal(["3=3"], Server.Query("SELECT a, v FROM t", database).Select(r => string.Join('=', r)));
    }

    [Fact]
    public void A_row_whose_unique_value_another_has_since_stays()
    {
        string database = Create("taken", "t (id INT PRIMARY KEY, u VARCHAR(20) UNIQUE, v INT)");
        (string log, string schema) = Run(database, """
            INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3), (4, 'd', 4), (5, NULL, 5);
            BEGIN; INSERT INTO mark VALUES (1); UPDATE t SET u = 'x' WHERE id = 1; UPDATE t SET u = 'a' WHERE id = 2;
            DELETE FROM t WHERE id = 3;
            UPDATE t SET u = NULL WHERE id = 4; UPDATE t SET v = 6 WHERE id = 5; COMMIT;
            UPDATE t SET v = 22 WHERE id = 2;
            INSERT INTO t VALUES (9, 'c', 9), (8, NULL, 8);
            """);

        Written undo = Write(log, schema, Form.Sql);
        Assert.Equal(["2", "9"], undo.Excluded.Select(c => $"{c.Key!["id"]}"));
        Apply(undo.Path, Form.Sql);
        Assert.Equal(["1=x=1", "2=a=22", "4=d=4", "5=NULL=5", "8=NULL=8", "9=c=9"],
            Server.Query("SELECT id, u, v FROM t ORDER BY id", database).Select(r => string.Join('=', r)));
    }

    [Fact]
    public void Rows_without_key_stay_by_all_that_they_hold()
    {
        string database = Create("keyless", "t (v INT, w INT)");
        (string log, string schema) = Run(database, """
            INSERT INTO t VALUES (1, 1), (2, 2), (3, 3);
            BEGIN; INSERT INTO mark VALUES (1); UPDATE t SET w = w + 10; UPDATE t SET w = w + 10; COMMIT;
            UPDATE t SET w = 99 WHERE v = 2;
            """);

        Written undo = Write(log, schema, Form.Binlog);
        Assert.Null(Assert.Single(undo.Excluded).Key);
        Assert.Equal(2, undo.ExcludedRowCount);
        Apply(undo.Path, Form.Binlog);
        Assert.Equal(["1=1", "2=99", "3=3"], Server.Query("SELECT v, w FROM t ORDER BY v", database).Select(r => string.Join('=', r)));
    }

    [Theory]
    [InlineData("INSERT INTO t VALUES (9, 9)", null)]
    [InlineData("SET binlog_format = STATEMENT; UPDATE t SET v = 7 WHERE id = 1", "changed rows as a statement")]
    [InlineData("ALTER TABLE t MODIFY id BIGINT; UPDATE t SET v = 7 WHERE id = 1", "defined anew")]
    public void Where_it_is_not_known_what_others_did_nothing_is_written(string later, string? reason)
    {
        string database = Create("unknown", "t (id INT PRIMARY KEY, v INT)");
        (string log, string schema) = Run(database, $"""
            INSERT INTO t VALUES (1, 1), (2, 2);
            BEGIN; INSERT INTO mark VALUES (1); UPDATE t SET v = v + 10; COMMIT;
            {later};
            """);

        if (reason == null)
        {
            Assert.Empty(Write(log, schema, Form.Sql).Excluded);
        }
        else
        {
            var refused = Assert.Throws<RecoveryException>(() => Write(log, schema, Form.Sql));
            Assert.Equal("LaterChangeUnknown", refused.ErrorId);
            Assert.Contains(reason, refused.Message);
        }

        if (Server.Flavour.HasRowMetadata && Server.Scalar("SELECT @@binlog_row_metadata") == "FULL")
            return;
        var keyless = Assert.Throws<RecoveryException>(() => Write(log, null, Form.Sql));
        Assert.Equal("LaterChangeUnknown", keyless.ErrorId);
        Assert.Contains(reason is null or "defined anew" ? "which columns are the key" : reason, keyless.Message);
    }

    [Theory]
    [InlineData("k VARCHAR(20) PRIMARY KEY, n INT UNIQUE", "latin1", "latin1_general_cs", "B")]
    [InlineData("n INT PRIMARY KEY, k VARCHAR(20) UNIQUE", "latin1", "latin1_general_cs", "B")]
    [InlineData("k VARCHAR(20) PRIMARY KEY, n INT UNIQUE", "utf8", "utf8_sinhala_ci", "d")]
    public void Keys_that_a_collation_tells_apart_and_that_are_not_told_apart_here_are_all_named_and_none_is_left_out(
        string columns, string set, string collation, string other)
    {
        string database = Create("spelt", $"t ({columns}, v INT) DEFAULT CHARACTER SET {set} COLLATE {collation}");
        (string log, string schema) = Run(database, $"""
            INSERT INTO t (k, n, v) VALUES ('b', 1, 1), ('a', 2, 2), ('c', 3, 3), ('x', 4, 4);
            BEGIN; INSERT INTO mark VALUES (1); UPDATE t SET v = v + 10 WHERE n < 4; COMMIT;
            UPDATE t SET v = 5 WHERE n = 2; UPDATE t SET v = 6 WHERE n = 1; UPDATE t SET v = 7 WHERE n = 1;
            INSERT INTO t (k, n, v) VALUES ('{other}', 9, 9);
            """);

        const string Doubt = "are not told apart as their collation does";
        bool isNamedByK = columns.StartsWith('k');
        string[] gtids = [.. new BinlogReader([log]).ReadRowChanges().Where(c => c.Table == "mark").Select(c => c.Gtid!).Distinct()];
        var reader = new BinlogReader([log]) { Gtid = gtids, SchemaPath = schema };
        string[] later = reader.WriteUndoBinlog(Path.Combine(Server.FolderPath, Guid.NewGuid().ToString("N"))).LaterChange!;
        Assert.Equal(isNamedByK ? ["k=a", "k=b", $"k={other}"] : ["n=2", "n=1"], later.Select(line => line.Split(' ')[1]));
        Assert.Equal(
            isNamedByK ? [2] : [], Enumerable.Range(0, later.Length).Where(i => later[i].Contains(Doubt, StringComparison.Ordinal)));
        string[] before = reader.WriteSql(Path.Combine(Server.FolderPath, Guid.NewGuid().ToString("N")), reverse: false).LaterChange!;
        Assert.Equal(3, before.Count(line => line.Contains("was made by what is left out", StringComparison.Ordinal)));
        Assert.Equal(other == "d" ? 1 : 0, before.Count(line => line.Contains("k=x", StringComparison.Ordinal)
            && line.Contains("may have been made", StringComparison.Ordinal)));
        var refused = Assert.Throws<RecoveryException>(() => Write(log, schema, Form.Sql));
        Assert.Equal("LaterChangeUnknown", refused.ErrorId);
        Assert.Contains(Doubt, refused.Message);
    }

    [Fact]
    public void A_row_whose_key_is_spelt_like_no_other_is_left_out_also_where_keys_are_not_told_apart()
    {
        string database = Create("spelt_once", "t (k VARCHAR(20) PRIMARY KEY, v INT) CHARACTER SET latin1 COLLATE latin1_general_cs");
        (string log, string schema) = Run(database, """
            INSERT INTO t VALUES ('a', 1), ('A', 2), ('b', 3);
            BEGIN; INSERT INTO mark VALUES (1); UPDATE t SET v = v + 10; COMMIT;
            UPDATE t SET v = 5 WHERE k = 'b';
            """);

        Written undo = Write(log, schema, Form.Binlog);
        Assert.Equal("b", Assert.Single(undo.Excluded).Key!["k"]);
        Apply(undo.Path, Form.Binlog);
        Assert.Equal(["A=2", "a=1", "b=5"],
            Server.Query("SELECT k, v FROM t ORDER BY k COLLATE latin1_bin", database).Select(r => string.Join('=', r)));
    }

    [Fact]
    public void A_row_that_stays_as_it_is_and_refers_to_one_that_the_undo_takes_away_is_named()
    {
        string database = Create("left_child", "par (id INT PRIMARY KEY)");
        Server.Sql("CREATE TABLE chi (id INT PRIMARY KEY, p INT, v INT, FOREIGN KEY (p) REFERENCES par (id) ON DELETE SET NULL); "
            + "INSERT INTO chi VALUES (1, NULL, 1), (2, NULL, 1)", database);
        (string log, string schema) = Run(database, """
            BEGIN; INSERT INTO mark VALUES (1); INSERT INTO par VALUES (7); UPDATE chi SET p = 7; COMMIT;
            UPDATE chi SET v = 5 WHERE id = 1;
            """);
        string gtid = new BinlogReader([log]).ReadRowChanges().First(c => c.Table == "mark").Gtid!;
        var reader = new BinlogReader([log]) { Gtid = [gtid], SchemaPath = schema, ExcludeLaterChange = true };

        UndoBinlog undo = reader.WriteUndoBinlog(Path.Combine(Server.FolderPath, $"{database}.undo"));
        Assert.Equal(1, undo.ExcludedRowCount);
        string line = Assert.Single(undo.LaterChange!);
        Assert.Contains("chi id=1 ", line);
        Assert.Contains("refers to left_child.par id=7, which the undo takes away", line);
    }

    public enum Form
    {
        Binlog,
        Sql,
        Batches,
        Sum,
        Rows,
    }

    private string Create(string database, string table)
    {
        database = database.ToLowerInvariant();
        Server.Sql($"DROP DATABASE IF EXISTS {database}; CREATE DATABASE {database}; CREATE TABLE {database}.{table}; "
            + $"CREATE TABLE {database}.mark (n INT PRIMARY KEY)");
        return database;
    }

    private (string Log, string Schema) Run(string database, string sql)
    {
        string schema = DatabaseState.WriteSchema(Server, database);
        Server.FlushLogs();
        Server.Sql(sql, database);
        return (Server.FlushLogs(), schema);
    }

    private void Apply(string path, Form form)
    {
        if (form is Form.Binlog or Form.Rows)
            Server.ApplyBinlog(path);
        else
            Server.RunFile(path);
    }

    private Written Write(string log, string? schema, Form form)
    {
        string[] gtids = [.. new BinlogReader([log]).ReadRowChanges()
            .Where(c => c is { Table: "mark", Operation: RowOperation.Insert }).Select(c => c.Gtid!).Distinct()];
        string path = Path.Combine(Server.FolderPath, Guid.NewGuid().ToString("N"));
        var reader = new BinlogReader([log]) { Gtid = gtids, SchemaPath = schema, ExcludeLaterChange = true };
        if (form == Form.Binlog)
            return Written.Of(reader.WriteUndoBinlog(path));
        if (form == Form.Rows)
            return WritePiped(log, schema, gtids, path);
        using EventScan scan = Open(log, schema, Filter());
        using ChangeIndex index = ChangeIndexBuilder.Build(
            scan, reverse: true, movesBytes: false, findLaterChanges: found => LaterFindings.Find(
                found, new EventSelection(Filter(), isPart: false), [], movesBytes: false, all => Open(log, schema, all), leavesOut: true));
        var sql = new SqlForm { Reverse = true, BatchSize = form == Form.Batches ? 5 : 1, Fold = form == Form.Sum };
        return Written.Of(RowSqlExport.WriteFile(index, null, sql, path, overwrite: false, Stop));

        EventFilter Filter() => new() { WithStatements = true, Gtids = new GtidFilter(GtidSet.Parse(gtids), null) };
    }

    // Rows of the pipeline, with the log beside them.
    private static Written WritePiped(string log, string? schema, string[] gtids, string path)
    {
        var selection = new PipedSelection();
        using var spool = new ChangeSpool(
            new PipelineTableMaps(schema == null ? null : LogSchema.Load(schema)), EventFilter.All, reverse: true);
        spool.Events.Selection = selection;
        foreach (RowChange row in new BinlogReader([log]) { Gtid = gtids, SchemaPath = schema }.ReadRowChanges())
            spool.Events.Add(row);
        using ChangeIndex index = spool.Complete(found => LaterFindings.Find(
            found, selection, [], movesBytes: true, all => Open(log, schema, all), leavesOut: true));
        return Written.Of(Output.ReversedBinlog.UndoBinlogWriter.Write(
            index, where: null, path, overwrite: false, gtidSource: null, Stop));
    }

    private static EventScan Open(string log, string? schema, EventFilter filter) =>
        new([LogRange.Whole(log)], filter, Stop, schema == null ? null : LogSchema.Load(schema));

    private sealed record Written(
        string Path, long RowCount, bool IsComplete, string[] Reason, string[]? LaterChange, long ExcludedRowCount, LaterChange[] Excluded)
    {
        public static Written Of(UndoBinlog undo) => new(
            undo.Path, undo.RowCount, undo.IsComplete, undo.Reason, undo.LaterChange, undo.ExcludedRowCount, undo.Excluded);

        public static Written Of(SqlExport sql) => new(
            sql.Path, sql.RowCount, sql.IsComplete, sql.Reason, sql.LaterChange, sql.ExcludedRowCount, sql.Excluded);
    }

    /// <summary>Changes of several rows at a time by the chosen and by others, and what is to become of each row.</summary>
    private sealed class Story
    {
        private const int Ids = 90;

        private readonly int?[] _now = new int?[Ids];
        private readonly int?[] _before = new int?[Ids];
        private readonly int[] _chosen = new int[Ids];
        private readonly bool[] _isLeftOut = new bool[Ids];
        private readonly StringBuilder _sql = new();
        private int _value;

        public Story(Random random)
        {
            for (int i = 0; i < 120; i++)
            {
                bool isChosen = i is > 20 and < 100 && random.Next(3) == 0;
                if (isChosen)
                    _sql.AppendLine(CultureInfo.InvariantCulture, $"BEGIN; INSERT INTO mark VALUES ({++Marks});");
                for (int s = isChosen ? random.Next(1, 4) : 1; s > 0; s--)
                    AddStatement(random, isChosen);
                if (isChosen)
                    _sql.AppendLine("COMMIT;");
            }
        }

        public string Sql => _sql.ToString();

        public int Marks { get; private set; }

        public IEnumerable<int> LeftOut => Enumerable.Range(0, Ids).Where(id => _isLeftOut[id]);

        public int ChosenRows => _chosen.Sum();

        public int LeftOutRows => LeftOut.Sum(id => _chosen[id]);

        public IEnumerable<string> Expected => Enumerable.Range(0, Ids)
            .Select(id => (id, Value: _isLeftOut[id] || _chosen[id] == 0 ? _now[id] : _before[id]))
            .Where(r => r.Value != null).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.id}={r.Value}"));

        private void AddStatement(Random random, bool isChosen)
        {
            int first = random.Next(Ids), last = Math.Min(Ids - 1, first + random.Next(isChosen ? 8 : 3));
            int kind = random.Next(4);
            int[] ids = [.. Enumerable.Range(first, last - first + 1).Where(id => kind == 0 == (_now[id] == null))];
            if (ids.Length == 0)
                return;
            int value = ++_value;
            string list = string.Join(", ", ids.Select(id => kind == 0 ? $"({id}, {value}, REPEAT('x', {value}))" : $"{id}"));
            _sql.AppendLine(kind switch
            {
                0 => $"INSERT INTO t VALUES {list};",
                1 => $"DELETE FROM t WHERE id IN ({list});",
                _ => $"UPDATE t SET v = {value} WHERE id IN ({list});",
            });
            foreach (int id in ids)
            {
                if (!isChosen)
                    _isLeftOut[id] |= _chosen[id] > 0;
                else if (_chosen[id]++ == 0)
                    _before[id] = _now[id];
                _now[id] = kind == 1 ? null : value;
            }
        }
    }
}
