using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Client;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Rows;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Server.Tests.InnoDb;

/// <summary>Rows read out of the files of a server are those that the server has.</summary>
public abstract class IbdRowTests(ServerFlavour flavour) : IDisposable
{
    private readonly List<RecoveryException> _errors = [];

    protected MySqlServer Server { get; } = MySqlServer.Start(flavour);

    [Fact]
    public void Tables_filled_from_their_files_are_what_they_were_for_every_type_in_every_row_format()
    {
        // That of the server first, which is COMPACT before 5.7 and DYNAMIC since.
        string[] formats = ["default", "redundant", "compressed"];
        foreach (string format in formats)
        {
            Server.Sql($"CREATE DATABASE `{format}` CHARACTER SET utf8mb4");
            foreach (string version in flavour == ServerFlavour.MySql ? (string[])["", "-9"] : [""])
            {
                Server.Sql(Live.AllTypes.Read("schema" + version).Single(), format);
                if (format != formats[0])
                {
                    Server.Sql(string.Concat(Server.Query("SHOW TABLES", format)
                        .Select(t => $"ALTER TABLE `{t[0].Replace("`", "``")}` ROW_FORMAT={format};")), format);
                }

                Server.Sql(Live.AllTypes.Read("rows" + version).Single(), format);
            }
        }

        TableFiles.AssertHoldWhatTheServerHas(Server, formats);
    }

    [Fact]
    public void Tables_filled_from_their_files_are_what_they_were_for_every_row_format()
    {
        OrphanedTables.Fill(Server);

        TableFiles.AssertHoldWhatTheServerHas(Server, OrphanedTables.Database);
    }

    [Fact]
    public void Rows_that_were_deleted_and_not_purged_all_come_back_and_of_purged_ones_none_is_wrong()
    {
        Server.Sql("CREATE DATABASE gone");
        foreach (string table in (string[])["marked", "freed"])
        {
            Server.Sql($"""
                CREATE TABLE {table} (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, v VARCHAR(200), d DECIMAL(12,2),
                  lob LONGBLOB) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
                INSERT INTO {table} (v, d) SELECT CONCAT('v', RAND(7)), RAND(3) * 10000 FROM mysql.help_keyword LIMIT 400;
                INSERT INTO {table} (v, d) SELECT CONCAT(v, RAND(7), REPEAT('x', id % 90)), d + 1 FROM {table};
                INSERT INTO {table} (v, d) SELECT CONCAT(v, 'ü'), -d FROM {table};
                UPDATE {table} SET lob = REPEAT(SHA2(id, 256), 300) WHERE id % 7 = 0;
                UPDATE {table} SET v = CONCAT('changed ', v) WHERE id % 5 = 0;
                CREATE TABLE chosen_{table} (id INT NOT NULL PRIMARY KEY) ENGINE=InnoDB;
                INSERT INTO chosen_{table} SELECT id FROM {table} WHERE RAND(11) < 0.5;
                """, "gone");
        }

        Dictionary<string, string> marked = RowsToDelete("marked"), freed = RowsToDelete("freed");
        // A prepared transaction outlives its session, and what it deleted is not purged. Before 5.7 it does not: a session that may
        // still want to see the rows does the same for as long as it lasts.
        bool outlives = flavour != ServerFlavour.MySql56;
        string file = Path.Combine(Server.DataPath, "gone", "marked.ibd"), copy = Path.Combine(Server.FilesPath, "marked.ibd");
        if (!outlives)
        {
            using ServerConnection reader = Server.Connect();
            reader.Execute("START TRANSACTION WITH CONSISTENT SNAPSHOT", TestContext.Current.CancellationToken);
            Server.Sql(
                "DELETE FROM marked WHERE id IN (SELECT id FROM chosen_marked); FLUSH TABLES marked FOR EXPORT; UNLOCK TABLES", "gone");
            File.Copy(file, copy);
        }

        Server.Sql("""
            SET sql_log_bin = 0; DELETE FROM freed WHERE id IN (SELECT id FROM chosen_freed) AND id % 10 = 1;
            SET sql_log_bin = 1; DELETE FROM freed WHERE id IN (SELECT id FROM chosen_freed);
            """, "gone");
        if (flavour.IsMariaDb)
            WaitForPurge();
        if (outlives)
            Server.Sql("XA START 'x'; DELETE FROM marked WHERE id IN (SELECT id FROM chosen_marked); XA END 'x'; XA PREPARE 'x'", "gone");
        // All that is committed is purged by MySQL when it is stopped, a prepared transaction or not.
        Server.Sql("SET GLOBAL innodb_fast_shutdown = 0");
        SchemaCatalog schema = TableFiles.Definitions(Server, "gone");
        Server.Stop();

        if (!outlives)
            File.Copy(copy, file, overwrite: true);
        Dictionary<string, string> found = Deleted("marked", schema, out List<TableRow> rows);
        Assert.All(rows, r => Assert.Equal(TableRowState.DeleteMarked, r.State));
        Assert.Equal(marked.OrderBy(r => r.Key), found.OrderBy(r => r.Key));

        Dictionary<string, string> left = Deleted("freed", schema, out List<TableRow> purged);
        // MariaDB clears what it purges.
        Assert.True(flavour.IsMariaDb ? left.Count == 0 : left.Count > freed.Count / 4,
            $"{left.Count} of {freed.Count} purged rows were found");
        Assert.All(left, row => Assert.Equal(Shorten(freed[row.Key], row.Value), row.Value));
        Assert.All(purged, r => Assert.NotEqual(TableRowState.Live, r.State));
        // The log has whole rows: one whose large value is lost is compared with none.
        Assert.All(
            purged.Where(r => r.State != TableRowState.Partial),
            r => Assert.Equal((r.Value["id"], (int)r.Value["id"]! % 10 != 1), (r.Value["id"], r.ConfirmedBy != null)));
        string logs = string.Join('|', Server.BinlogFiles.Select(f => Regex.Escape(Path.GetFileName(f))));
        Assert.All(purged.Where(r => r.ConfirmedBy != null), r => Assert.Matches($"^({logs}):[0-9]+( .+)?$", r.ConfirmedBy));
        Assert.Empty(_errors.Select(e => e.Message));

        // A value that is lost is not compared.
        static string Shorten(string whole, string found) =>
            found.EndsWith("|lost", StringComparison.Ordinal) ? whole[..(whole.LastIndexOf('|') + 1)] + "lost" : whole;
    }

    private void WaitForPurge()
    {
        DateTime deadline = DateTime.UtcNow.AddMinutes(5);
        while (Server.Query("SHOW GLOBAL STATUS LIKE 'Innodb_history_list_length'")[0][1] != "0")
        {
            Assert.True(DateTime.UtcNow < deadline, "the server does not purge what was deleted");
            Thread.Sleep(50);
        }
    }

    [Fact]
    public void A_page_that_is_emptied_or_put_in_order_is_cleared_so_that_no_row_is_outside_of_its_lists()
    {
        string[] formats = flavour == ServerFlavour.MySql56 ? ["COMPACT", "REDUNDANT"] : ["DYNAMIC", "REDUNDANT"];
        Server.Sql("CREATE DATABASE gone");
        foreach (string format in formats)
        {
            foreach (string table in (string[])["emptied", "ordered"])
            {
                Server.Sql($"""
                    CREATE TABLE {table}_{format} (
                        id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, v VARCHAR(200), d DECIMAL(12,2), lob LONGBLOB)
                        ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 ROW_FORMAT={format};
                    INSERT INTO {table}_{format} (v, d)
                        SELECT CONCAT('v', RAND(7), REPEAT('ü', 20)), RAND(3) * 10000 FROM mysql.help_keyword LIMIT 120;
                    CREATE TABLE chosen_{table}_{format} (id INT NOT NULL PRIMARY KEY) ENGINE=InnoDB;
                    INSERT INTO chosen_{table}_{format} SELECT id FROM {table}_{format} {(table == "emptied" ? "" : "WHERE id > 60")};
                    """, "gone");
            }
        }

        string[] tables = [.. formats.SelectMany(f => (string[])[$"emptied_{f}", $"ordered_{f}"])];
        foreach (string table in tables)
            Server.Sql($"DELETE FROM {table} WHERE id IN (SELECT id FROM chosen_{table}); SET GLOBAL innodb_fast_shutdown = 0", "gone");
        Server.Restart(); // all that was deleted is purged then
        foreach (string format in formats)
            Server.Sql($"UPDATE ordered_{format} SET v = CONCAT(v, REPEAT('z', 60)) WHERE id <= 50", "gone");
        Server.Stop();

        foreach (string table in tables)
        {
            using TablespaceFile file = TablespaceFile.Open(Path.Combine(Server.DataPath, "gone", table + ".ibd"));
            BTreeRoot root = BTreeRoot.FindAll(file).First(r => !r.IsSdi);
            byte[] page = file.ReadPage(root.Page);
            const int DirectorySlots = 38;
            int top = FilPage.U16(page, IndexPage.HeapTop), directory = page.Length - 8 - (2 * FilPage.U16(page, DirectorySlots));
            Assert.Equal((table, 0), (table, root.Level));
            Assert.InRange(directory - top, 1000, page.Length);
            Assert.Equal(-1, page.AsSpan(top, directory - top).IndexOfAnyExcept((byte)0));
        }
    }

    [Fact]
    public async Task After_a_kill_under_load_every_row_is_one_that_was_written_and_how_new_the_file_is_is_known()
    {
        Server.Sql($"""
            CREATE DATABASE busy; USE busy;
            CREATE TABLE t (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, n INT NOT NULL, v VARCHAR(300), KEY (n))
                ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
            INSERT INTO t (n, v) SELECT 0, NULL FROM mysql.help_keyword LIMIT 400; INSERT INTO t (n) SELECT 0 FROM t;
            INSERT INTO t (n) SELECT 0 FROM t; INSERT INTO t (n) SELECT 0 FROM t; {Change("id > 0")}
            FLUSH TABLES t FOR EXPORT; UNLOCK TABLES;
            """);
        Task[] load = [.. Enumerable.Range(0, 3).Select(session => Task.Run(() => Load(session)))];
        await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken);
        Server.Kill();
        await Task.WhenAll(load);

        SchemaCatalog schema = new();
        schema.Apply(
            "CREATE TABLE t (id INT NOT NULL PRIMARY KEY, n INT NOT NULL, v VARCHAR(300), KEY (n)) DEFAULT CHARSET=utf8mb4", "busy");
        using TableFile file = TableFile.Open(Path.Combine(Server.DataPath, "busy", "t.ibd"), new() { Schema = schema });
        var rows = new List<TableRow>();
        var reader = new TableRowReader(file, _errors.Add, CancellationToken.None);
        reader.ReadObjects(TableRowSelection.Live | TableRowSelection.Deleted, columns: null, _ => true, rows.Add);

        Assert.InRange(rows.Select(r => r.Value["id"]).Distinct().Count(), 800, int.MaxValue);
        // An insert writes the row before the update that gives it its text.
        Assert.All(
            rows.Where(r => r.Value["v"] != null),
            r => Assert.StartsWith($"{r.Value["id"]} {r.Value["n"]} x", (string)r.Value["v"]!));
        Assert.All(_errors, e => Assert.Equal("IbdPageDamaged", e.ErrorId));
        Assert.NotEqual(0UL, reader.NewestLsn);

        static string Change(string where) =>
            $"UPDATE t SET n = n + 1, v = CONCAT(id, ' ', n, ' ', REPEAT('x', 1 + (id * n) % 90)) WHERE {where};";

        void Load(int session)
        {
            IEnumerable<string> statements = Enumerable.Range(0, 4_000).Select(i => (i % 4) switch
            {
                0 => "INSERT INTO t (n) VALUES (0); " + Change("id = LAST_INSERT_ID()"),
                1 => $"DELETE FROM t WHERE id = {(i * 7 * (session + 3)) % 3000};",
                _ => Change($"id = {(i * 13 * (session + 5)) % 3200}"),
            });
            string batch = string.Join('\n', statements);
            // However fast the server is, there is more until it is gone.
            Assert.ThrowsAny<Exception>((Action)(() =>
            {
                while (true)
                    Server.Sql(batch, "busy");
            }));
        }
    }

    [Fact]
    public void A_server_that_has_the_table_says_what_its_columns_are()
    {
        Server.Sql("""
            CREATE DATABASE told; USE told;
            CREATE TABLE t (a INT NOT NULL, b VARCHAR(20), c DECIMAL(8,2), PRIMARY KEY (a)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
            INSERT INTO t VALUES (1, 'ü', 1.5), (2, NULL, -2);
            """);
        string root = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;
        string folder = Directory.CreateDirectory(Path.Combine(root, "told")).FullName;
        try
        {
            string path = Path.Combine(folder, "t.ibd");
            Server.Restart(); // all pages are written then
            File.Copy(Path.Combine(Server.DataPath, "told", "t.ibd"), path);
            using ServerConnection connection = Server.Connect();
            var asked = new List<TableName>();
            var options = new TableFileOptions { AskServer = Ask };
            var rows = new List<TableRow>();
            using (TableFile file = TableFile.Open(path, options))
            {
                var reader = new TableRowReader(file, _errors.Add, CancellationToken.None);
                reader.ReadObjects(TableRowSelection.Live, columns: null, _ => true, rows.Add);
            }

            Assert.Equal(["told.t Live a=1", "told.t Live a=2"], rows.Select(r => $"{r}"));
            Assert.Equal(["ü", null], rows.Select(r => r.Value["b"]));
            Assert.Equal(flavour == ServerFlavour.MySql ? [] : [new TableName("told", "t")], asked); // newer files say it themselves

            // Nobody is asked of a file that says it itself.
            string csv = Path.Combine(root, "t.csv");
            string[] nobody = flavour == ServerFlavour.MySql ? ["2"] : ["0 ServerUnreachable,MySqlRecovery.Commands.GetIbdRowCommand"];
            Assert.Equal(["1 ü 1.50", "2  -2.00", "2", .. nobody], Live.PowerShellModule.Run(
                $$"""
                $server = @{ Server = '{{Server.SocketPath}}'; Credential = [pscredential]::new('root', [securestring]::new()) }
                Get-IbdRow '{{path}}' @server | ForEach-Object { "$($_.Value.a) $($_.Value.b) $($_.Value.c)" }
                (Export-TableRow '{{csv}}' -IbdPath '{{path}}' @server -Confirm:$false).RowCount
                $rows = @(Get-IbdRow '{{path}}' -Server 127.0.0.1:1 -ErrorAction SilentlyContinue -ErrorVariable failed)
                "$($rows.Count) $($failed.FullyQualifiedErrorId)"
                """));
            Assert.Equal(["a,b,c", "1,ü,1.50", "2,,-2.00"], File.ReadAllLines(csv));

            TableSchema? Ask(TableName name)
            {
                asked.Add(name);
                return ServerSchema.Read(connection, [name], CancellationToken.None) is [{ } table] ? table : null;
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private Dictionary<string, string> RowsToDelete(string table) => Server.Query(
        $"SELECT t.id, t.v, t.d, IFNULL(SHA2(t.lob, 256), 'NULL') FROM {table} t JOIN chosen_{table} c ON c.id = t.id", "gone")
        .ToDictionary(r => r[0], r => $"{r[1]}|{r[2]}|{r[3]}");

    // Fails on a row that is given twice.
    private Dictionary<string, string> Deleted(string table, SchemaCatalog schema, out List<TableRow> rows)
    {
        var given = new List<TableRow>();
        using TableFile file = TableFile.Open(Path.Combine(Server.DataPath, "gone", table + ".ibd"), new() { Schema = schema });
        IEnumerable<LogRange> logs = Server.BinlogFiles.Select(LogRange.Whole);
        using var scan = new EventScan(logs, LoggedDeletions.FilterFor(file.Table), CancellationToken.None);
        var reader = new TableRowReader(file, _errors.Add, CancellationToken.None)
        {
            Logged = LoggedDeletions.Read(scan, file.Table, _errors.Add),
        };
        reader.ReadObjects(TableRowSelection.Deleted, columns: null, _ => true, given.Add);
        rows = given;
        return rows.ToDictionary(r => $"{r.Value["id"]}",
            r => string.Create(CultureInfo.InvariantCulture, $"{r.Value["v"]}|{r.Value["d"]}|{Lob(r)}"));

        static string Lob(TableRow row) => row.MissingColumn.Length > 0 ? "lost"
            : row.Value["lob"] is byte[] bytes ? Convert.ToHexString(SHA256.HashData(bytes)).ToLowerInvariant() : "NULL";
    }

    public void Dispose()
    {
        Server.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The same for servers that add and drop columns instantly.</summary>
public abstract class InstantIbdRowTests(ServerFlavour flavour) : IbdRowTests(flavour)
{
    [Fact]
    public void Tables_whose_columns_were_added_and_dropped_instantly_are_what_they_were()
    {
        Server.Sql("CREATE DATABASE quick");
        foreach (string format in (string[])["dynamic", "compact", "redundant"])
        {
            Server.Sql($"""
                CREATE TABLE {format} (id INT NOT NULL PRIMARY KEY, a VARCHAR(40), b INT NOT NULL, c CHAR(9),
                  d DATETIME) DEFAULT CHARSET=utf8mb4 ROW_FORMAT={format};
                INSERT INTO {format} VALUES (1, 'one', 1, 'c', NOW()), (2, NULL, 2, NULL, NULL);
                ALTER TABLE {format} ADD COLUMN e INT NOT NULL DEFAULT 7, ADD COLUMN f VARCHAR(300) DEFAULT 'ä new one', ALGORITHM=INSTANT;
                INSERT INTO {format} (id, a, b, e, f) VALUES (3, 'three', 3, 8, NULL), (4, 'four', 4, 9, REPEAT('f', 300));
                ALTER TABLE {format} ALTER COLUMN e SET DEFAULT 70, ALGORITHM=INSTANT;
                """, "quick");
            if (format == "redundant" && Server.Flavour != ServerFlavour.MySql)
                continue; // MariaDB rebuilds such a table
            Server.Sql($"""
                ALTER TABLE {format} DROP COLUMN b, ALGORITHM=INSTANT;
                INSERT INTO {format} (id, a, c) VALUES (5, 'five', 'cc');
                ALTER TABLE {format} ADD COLUMN g DECIMAL(9,3) DEFAULT 1.5 AFTER id, ALGORITHM=INSTANT;
                INSERT INTO {format} (id, a, g) VALUES (6, 'six', NULL), (7, NULL, -2.25);
                UPDATE {format} SET a = CONCAT(a, '!') WHERE id = 2 OR id = 3;
                ALTER TABLE {format} DROP COLUMN f, ALGORITHM=INSTANT; INSERT INTO {format} (id) VALUES (8);
                DELETE FROM {format} WHERE id = 4;
                """, "quick");
        }

        if (Server.Flavour.IsMariaDb)
        {
            Server.Sql("""
                CREATE TABLE squeezed (id INT NOT NULL PRIMARY KEY, v VARCHAR(254) COMPRESSED, b VARBINARY(255) COMPRESSED,
                  t MEDIUMTEXT COMPRESSED=zlib) DEFAULT CHARSET=latin1;
                INSERT INTO squeezed VALUES (1, 'v', 'b', 't'), (2, '', '', ''), (3, NULL, NULL, NULL),
                  (4, REPEAT('v', 254), REPEAT('b', 255), REPEAT('t', 100000));
                """, "quick");
        }

        TableFiles.AssertHoldWhatTheServerHas(Server, "quick");
    }
}

/// <summary>The current MySQL, whose files describe themselves.</summary>
public sealed class MySqlIbdRowTests() : InstantIbdRowTests(ServerFlavour.MySql);

/// <summary>MySQL 5.6.</summary>
public sealed class MySql56IbdRowTests() : IbdRowTests(ServerFlavour.MySql56);

/// <summary>MariaDB.</summary>
public sealed class MariaDbIbdRowTests() : InstantIbdRowTests(ServerFlavour.MariaDb);

/// <summary>MariaDB 11.8.</summary>
public sealed class MariaDb118IbdRowTests() : InstantIbdRowTests(ServerFlavour.MariaDb118);

/// <summary>MySQL 5.7.</summary>
public sealed class MySql57IbdRowTests() : IbdRowTests(ServerFlavour.MySql57);
