using System.Globalization;
using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.Core.Tests.Binlog.Encryption;
using MySqlRecovery.InnoDb.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.InnoDb;

/// <summary>Kinds of tables and files whose rows could be read wrong without anybody noticing.</summary>
public sealed class IbdKindTests
{
    [Theory]
    [MemberData(nameof(ServerFlavours.All), MemberType = typeof(ServerFlavours))]
    public void Columns_without_length_virtual_ones_and_large_values_of_compressed_rows_are_what_they_were(ServerFlavour flavour)
    {
        using MySqlServer server = MySqlServer.Start(flavour);
        server.Sql("CREATE DATABASE kinds");
        foreach (string format in (string[])["DYNAMIC", "COMPACT", "REDUNDANT", "COMPRESSED KEY_BLOCK_SIZE=8",
            "COMPRESSED KEY_BLOCK_SIZE=4"])
        {
            string name = $"t{format.Replace(' ', '_').Replace("=", "")}".ToLowerInvariant();
            server.Sql($"""
                CREATE TABLE {name}_short (a CHAR(0), b BINARY(0) NOT NULL, c CHAR(0) CHARACTER SET utf8mb4 NOT NULL, id INT PRIMARY KEY,
                  d VARCHAR(0), e VARBINARY(0) NOT NULL, f CHAR(3)) ENGINE=InnoDB ROW_FORMAT={format};
                INSERT INTO {name}_short VALUES ('', '', '', 1, '', '', 'f'), (NULL, '', '', 2, NULL, '', NULL),
                  ('', '', '', 3, NULL, '', '');
                CREATE TABLE {name}_long (id INT PRIMARY KEY, v VARCHAR(300), big LONGBLOB,
                  other LONGTEXT) ENGINE=InnoDB ROW_FORMAT={format} DEFAULT CHARSET=utf8mb4;
                INSERT INTO {name}_long (id, v) SELECT help_topic_id, name FROM mysql.help_topic LIMIT 300;
                UPDATE {name}_long SET v = CONCAT(v, ' changed ', id) WHERE id % 3 = 0; DELETE FROM {name}_long WHERE id % 7 = 0;
                UPDATE {name}_long SET v = NULL WHERE id % 11 = 0;
                """, "kinds");
            // Blocks that hardly compress, and some that do, so that parts end in fragments of shared pages.
            string noise = string.Concat(
                Enumerable.Range(0, 1500).Select(i => $"{(uint)(i * 2654435761):x8}{(uint)(i * i * 40503 + 7):x8}"));
            server.Sql($"""
                UPDATE {name}_long SET big = REPEAT(UNHEX('{noise}'), 20), other = REPEAT('größer als eine Seite ',
                  30000) WHERE id % 50 = 1;
                UPDATE {name}_long SET big = CONCAT('now ', REPEAT(UNHEX('{noise[..4000]}'), 9)), other = 'ü' WHERE id % 100 = 1;
                """, "kinds");
            if (flavour == ServerFlavour.MySql56)
                continue;
            server.Sql($"""
                CREATE TABLE {name}_virtual (a INT, v1 INT AS (a + 1) VIRTUAL, b VARCHAR(20), v2 VARCHAR(30) AS (CONCAT(b, '!')) VIRTUAL,
                  c INT, s INT AS (c * 2) {(flavour.IsMariaDb ? "PERSISTENT" : "STORED")},
                    KEY (v1), UNIQUE KEY (v2, a), KEY (s)) ENGINE=InnoDB ROW_FORMAT={format};
                INSERT INTO {name}_virtual (a, b, c) VALUES (1, 'one', 10), (2, NULL, NULL), (NULL, 'three', 30);
                ALTER TABLE {name}_virtual ADD COLUMN v3 INT AS (a * c) VIRTUAL AFTER a;
                INSERT INTO {name}_virtual (a, b, c) VALUES (4, 'four', 40);
                """, "kinds");
        }

        if (flavour is not (ServerFlavour.MySql56 or ServerFlavour.MySql57))
        {
            server.Sql($"""
                CREATE TABLE moved (id INT PRIMARY KEY, a INT, v1 INT AS (id + 1) VIRTUAL, b VARCHAR(20)) ENGINE=InnoDB;
                INSERT INTO moved (id, a, b) VALUES (1, 1, 'one');
                ALTER TABLE moved ADD COLUMN c INT DEFAULT 5{(flavour.IsMariaDb ? "" : " AFTER id")}, ALGORITHM=INSTANT;
                INSERT INTO moved (id, a, b) VALUES (2, 2, 'two');
                ALTER TABLE moved DROP COLUMN a, ALGORITHM=INSTANT; INSERT INTO moved (id, b, c) VALUES (3, 'three', NULL);
                """, "kinds");
        }

        if (flavour == ServerFlavour.MySql)
        {
            server.Sql("""
                CREATE TABLE documents (id INT PRIMARY KEY, j JSON) ENGINE=InnoDB ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=4;
                INSERT INTO documents VALUES (1, JSON_OBJECT('a', REPEAT('x', 300000), 'b', REPEAT('y', 300000), 'c', 1)),
                  (2, JSON_OBJECT('a', REPEAT('z', 200000)));
                UPDATE documents SET j = JSON_REPLACE(j, '$.a', REPEAT('w', 299000)) WHERE id = 1;
                UPDATE documents SET j = JSON_REPLACE(j, '$.c', 2) WHERE id = 1;
                """, "kinds");
        }

        TableFiles.AssertHoldWhatTheServerHas(server, "kinds");
    }

    [Theory]
    [InlineData(ServerFlavour.MySql)]
    [InlineData(ServerFlavour.MySql57)]
    [InlineData(ServerFlavour.MariaDb)]
    [InlineData(ServerFlavour.MariaDb118)]
    public void Transparently_compressed_pages_are_expanded(ServerFlavour flavour)
    {
        using MySqlServer server = MySqlServer.Start(flavour);
        server.Sql("CREATE DATABASE squeezed");
        string[] clauses = flavour.IsMariaDb ? ["PAGE_COMPRESSED=1", "PAGE_COMPRESSED=1 ROW_FORMAT=COMPACT"]
            : ["COMPRESSION='zlib'", "COMPRESSION='lz4'"];
        for (int i = 0; i < clauses.Length; i++)
            Fill(server, "squeezed", $"t{i}", clauses[i]);
        if (flavour == ServerFlavour.MariaDb)
        {
            server.Sql("SET GLOBAL innodb_checksum_algorithm = crc32");
            Fill(server, "squeezed", "older", "PAGE_COMPRESSED=1");
        }

        TableFiles.AssertHoldWhatTheServerHas(server, "squeezed");
    }

    [Theory]
    [InlineData(ServerFlavour.MySql)]
    [InlineData(ServerFlavour.MariaDb)]
    [InlineData(ServerFlavour.MariaDb118)]
    public void Encrypted_files_are_read_with_their_keys_and_refused_by_name_without(ServerFlavour flavour)
    {
        string keys = Path.Combine(Path.GetTempPath(), $"mr-keys-{Guid.NewGuid():N}.txt");
        string other = keys + ".other";
        File.WriteAllText(keys, "1;770A8A65DA156D24EE2A093277530142\n3;00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF\n");
        File.WriteAllText(other,
            "1;880A8A65DA156D24EE2A093277530142\n3;0F112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF\n");
        try
        {
            foreach (string mode in flavour.IsMariaDb ? (string[])["AES_CBC", "AES_CTR"] : [""])
            {
                using MySqlServer server = flavour.IsMariaDb
                    ? MySqlServer.Start(flavour, "plugin-load-add=file_key_management", $"file-key-management-filename={keys}",
                        $"file-key-management-encryption-algorithm={mode}")
                    : MySqlServer.Start(flavour, keyring: true);
                AssertReadsEncrypted(server, flavour.IsMariaDb ? keys : Path.Combine(server.DataPath, "keyring.json"),
                    flavour.IsMariaDb ? other : null);
            }
        }
        finally
        {
            File.Delete(keys);
            File.Delete(other);
        }
    }

    private static void AssertReadsEncrypted(MySqlServer server, string keys, string? otherKeys)
    {
        server.Sql("CREATE DATABASE secret");
        (string Name, string Clause)[] tables = server.Flavour.IsMariaDb
            ? [("plain", "ENCRYPTED=YES"), ("second", "ENCRYPTED=YES ENCRYPTION_KEY_ID=3 ROW_FORMAT=COMPACT"),
                ("packed", "ENCRYPTED=YES PAGE_COMPRESSED=1")]
            : [("plain", "ENCRYPTION='Y'"), ("zip", "ENCRYPTION='Y' ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8"),
                ("packed", "ENCRYPTION='Y' COMPRESSION='zlib'")];
        foreach ((string name, string clause) in tables)
            Fill(server, "secret", name, clause);
        if (server.Flavour == ServerFlavour.MariaDb)
        {
            server.Sql("SET GLOBAL innodb_checksum_algorithm = crc32");
            Fill(server, "secret", "older", "ENCRYPTED=YES");
            Fill(server, "secret", "older_packed", "ENCRYPTED=YES PAGE_COMPRESSED=1");
            Fill(server, "secret", "older_zip", "ENCRYPTED=YES ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8");
        }

        SchemaCatalog schema = TableFiles.Definitions(server, "secret");
        TableFiles.AssertHoldWhatTheServerHas(server, "secret", new TableFileOptions { Keyring = Keyring.Open([keys]) });
        server.Stop();
        string file = Path.Combine(server.DataPath, "secret", "plain.ibd");
        Assert.Equal("TablespaceEncrypted",
            Assert.Throws<RecoveryException>(() => TableFiles.Read(file, new() { Schema = schema })).ErrorId);
        if (!server.Flavour.IsMariaDb)
        {
            // The same keys as the plugin of 5.7 and 8.0 keeps them.
            var component = Keyring.Open([keys]);
            string plugin = Path.Combine(server.FilesPath, "keyring");
            File.WriteAllBytes(
                plugin, PluginKeyring.File("2.0", 32, [.. component.KeyIds.Select(id => PluginKeyring.Key(id, "", component.Find(id)!))]));
            Assert.Equal(
                TableFiles.Read(file, new() { Keyring = component }).Select(r => $"{r.Value["id"]} {r.Value["v"]} {r.Value["t"]}"),
                TableFiles.Read(file, new() { Keyring = Keyring.Open([plugin]) })
                    .Select(r => $"{r.Value["id"]} {r.Value["v"]} {r.Value["t"]}"));
        }

        if (otherKeys != null)
        {
            var wrong = new TableFileOptions { Schema = schema, Keyring = Keyring.Open([otherKeys]) };
            Assert.Equal("TablespaceKeyWrong", Assert.Throws<RecoveryException>(() => TableFiles.Read(file, wrong)).ErrorId);
        }
    }

    [Fact]
    public void A_general_tablespace_gives_the_table_that_is_named()
    {
        using MySqlServer server = MySqlServer.Start(ServerFlavour.MySql);
        server.Sql("""
            CREATE DATABASE shared; CREATE TABLESPACE several ADD DATAFILE 'several.ibd';
            CREATE TABLE shared.one (a INT PRIMARY KEY, KEY (a)) TABLESPACE several;
            CREATE TABLE shared.two (b VARCHAR(20), c INT) TABLESPACE several;
            INSERT INTO shared.one VALUES (1), (2), (3); INSERT INTO shared.two VALUES ('x', 7), (NULL, 8);
            """);
        server.Stop();
        string file = Path.Combine(server.DataPath, "several.ibd");

        Assert.Equal("1 2 3", string.Join(' ', TableFiles.Read(file, new() { Table = "one" }).Select(r => r.Value["a"])));
        Assert.Equal("x,7 ,8",
            string.Join(' ', TableFiles.Read(file, new() { Table = "shared.two" }).Select(r => $"{r.Value["b"]},{r.Value["c"]}")));
        var refusal = Assert.Throws<RecoveryException>(() => TableFiles.Read(file, null));
        Assert.Equal("TablespaceShared", refusal.ErrorId);
        Assert.Contains("shared.one, shared.two", refusal.Message);
        Assert.Equal("TableUnknown", Assert.Throws<RecoveryException>(() => TableFiles.Read(file, new() { Table = "three" })).ErrorId);
    }

    [Theory]
    [InlineData(ServerFlavour.MariaDb)]
    [InlineData(ServerFlavour.MariaDb118)]
    public void Older_versions_of_a_system_versioned_table_are_told_from_its_rows(ServerFlavour flavour)
    {
        using MySqlServer server = MySqlServer.Start(flavour);
        string[] tables = ["implicit", "explicit", "by_trx"];
        server.Sql("""
            CREATE DATABASE versions; USE versions;
            CREATE TABLE implicit (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE=InnoDB WITH SYSTEM VERSIONING;
            CREATE TABLE explicit (id INT PRIMARY KEY, v VARCHAR(20), s TIMESTAMP(6) GENERATED ALWAYS AS ROW START,
              e TIMESTAMP(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME(s, e)) ENGINE=InnoDB WITH SYSTEM VERSIONING;
            CREATE TABLE by_trx (id INT PRIMARY KEY, v VARCHAR(20), s BIGINT UNSIGNED GENERATED ALWAYS AS ROW START,
              e BIGINT UNSIGNED GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME(s, e)) ENGINE=InnoDB WITH SYSTEM VERSIONING;
            """);
        foreach (string table in tables)
            server.Sql($"INSERT INTO {table} (id, v) VALUES (1, 'a'), (2, 'b'), (3, 'c'); UPDATE {table} SET v = 'bb' WHERE id = 2; "
                + $"DELETE FROM {table} WHERE id = 3;", "versions");
        var options = new TableFileOptions { Schema = TableFiles.Definitions(server, "versions") };
        server.Stop();

        foreach (string table in tables)
        {
            string file = Path.Combine(server.DataPath, "versions", table + ".ibd");
            Assert.Equal("1a 2bb", Text(TableFiles.Read(file, options)));
            List<TableRow> older = TableFiles.Read(file, options, TableRowSelection.History);
            Assert.Equal("2b 3c", Text(older));
            Assert.All(older, r => Assert.Equal(TableRowState.History, r.State));
        }

        static string Text(List<TableRow> rows) => string.Join(' ', rows.Select(r => $"{r.Value["id"]}{r.Value["v"]}").Order());
    }

    [Theory]
    [InlineData(ServerFlavour.MariaDb)]
    [InlineData(ServerFlavour.MariaDb118)]
    public void Times_of_before_5_6_4_are_told_from_newer_ones_by_comments_or_by_the_rows(ServerFlavour flavour)
    {
        using MySqlServer server = MySqlServer.Start(flavour);
        server.Sql("SET GLOBAL mysql56_temporal_format = OFF; CREATE DATABASE old");
        server.Sql("""
            CREATE TABLE times (id INT PRIMARY KEY, t TIME, u TIME NOT NULL) ENGINE=InnoDB; CREATE TABLE few (t TIME) ENGINE=InnoDB;
            CREATE TABLE all_kinds (id INT PRIMARY KEY, t TIME, d DATETIME, s TIMESTAMP NULL, x DATE) ENGINE=InnoDB;
            INSERT INTO times SELECT help_topic_id, SEC_TO_TIME(CAST(help_topic_id AS SIGNED) * 733 - 90000),
              SEC_TO_TIME(help_topic_id * 17) FROM mysql.help_topic LIMIT 300;
            INSERT INTO few VALUES ('12:34:56');
            INSERT INTO all_kinds SELECT help_topic_id, SEC_TO_TIME(help_topic_id * 733),
              '2026-11-29 12:34:56' + INTERVAL help_topic_id HOUR, NOW(), NOW() FROM mysql.help_topic LIMIT 50;
            """, "old");
        string definitions = TableFiles.DefinitionText(server, "old");
        Assert.Contains("/* mariadb-5.3 */", definitions);
        var expected = server.Query("SELECT id, TIME_TO_SEC(t), TIME_TO_SEC(u) FROM times ORDER BY id", "old")
            .Select(r => string.Join(' ', r)).ToList();
        var kinds = server.Query("SELECT id, TIME_TO_SEC(t), d FROM all_kinds ORDER BY id", "old").Select(r => string.Join(' ', r))
            .ToList();
        server.Stop();
        string folder = Path.Combine(server.DataPath, "old");

        foreach (string text in (string[])[definitions, definitions.Replace("/* mariadb-5.3 */", "")])
        {
            var options = new TableFileOptions { Schema = SchemaCatalog.Parse(text) };
            Assert.Equal(expected,
                TableFiles.Read(Path.Combine(folder, "times.ibd"), options)
                    .Select(r => $"{r.Value["id"]} {Seconds(r.Value["t"])} {Seconds(r.Value["u"])}"));
            Assert.Equal(kinds, TableFiles.Read(Path.Combine(folder, "all_kinds.ibd"), options).Select(r =>
                string.Create(CultureInfo.InvariantCulture,
                    $"{r.Value["id"]} {Seconds(r.Value["t"])} {r.Value["d"]:yyyy-MM-dd HH:mm:ss}")));
            using TableFile few = TableFile.Open(Path.Combine(folder, "few.ibd"), options);
            Assert.Equal(text.Contains("mariadb-5.3") ? 0 : 1, few.Doubts.Count);
        }

        static double Seconds(object? time) => ((TimeSpan)time!).TotalSeconds;
    }

    private static void Fill(MySqlServer server, string database, string name, string clause) => server.Sql($"""
        CREATE TABLE {name} (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(200), t MEDIUMTEXT,
          KEY (v(50))) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 {clause};
        INSERT INTO {name} (v, t) SELECT name, REPEAT(name, 10) FROM mysql.help_topic LIMIT 400;
        INSERT INTO {name} (v, t) SELECT CONCAT(v, 'ü'), REPEAT(SHA2(v, 256), 600) FROM {name} LIMIT 20;
        DELETE FROM {name} WHERE id % 9 = 0;
        """, database);
}
