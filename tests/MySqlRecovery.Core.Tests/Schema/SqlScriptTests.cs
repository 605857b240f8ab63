using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using Xunit;

namespace MySqlRecovery.Core.Tests.Schema;

public class SqlScriptTests
{
    private const string First = "CREATE TABLE `t1` (\n  `id` int NOT NULL,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB DEFAULT CHARSET=latin1";
    private const string Second = "CREATE TABLE `t2` (\n  `e` enum('a','b') DEFAULT NULL\n) ENGINE=InnoDB";

    public static TheoryData<string> Outputs => new(
        $"{First}\n{Second}",
        $"{First};\n\n{Second};",
        $"*************************** 1. row ***************************\n       Table: t1\nCreate Table: {First}\n1 row in set (0.00 "
            + $"sec)\n\n*************************** 1. row ***************************\n       Table: t2\nCreate Table: {Second}\n1 row "
            + $"in set (0.00 sec)\n",
        $"Table\tCreate Table\nt1\t{First.Replace("\n", "\\n", StringComparison.Ordinal)}\n"
            + $"Table\tCreate Table\nt2\t{Second.Replace("\n", "\\n", StringComparison.Ordinal)}\n",
        $"t1\t{First}\nt2\t{Second}\n",
        $"+-------+-----------+\n| Table | Create Table    |\n+-------+-----------+\n| t1    | "
            + $"{First} |\n+-------+-----------+\n+-------+----+\n| Table | Create Table |\n+-------+----+\n| t2    | "
            + $"{Second} |\n+-------+----+\n");

    [Theory]
    [MemberData(nameof(Outputs))]
    public void The_statements_are_found_in_what_the_mysql_client_prints(string output)
    {
        SchemaCatalog catalog = SchemaCatalog.Parse(output);
        Assert.Equal(["t1", "t2"], catalog.Tables.Select(table => table.Name).Order());
        Assert.Equal("latin1", catalog.Find("any", "t1")!.CharacterSet);
        Assert.Equal(["a", "b"], catalog.Find("any", "t2")!.Columns[0].Members);
    }

    [Fact]
    public void Delimiters_databases_and_other_statements_are_followed_as_the_client_does()
    {
        SchemaCatalog catalog = SchemaCatalog.Parse("""
            SET NAMES utf8mb4; INSERT INTO t VALUES ('CREATE TABLE no (a INT);');
            use one
            CREATE TABLE a (x INT);
            DELIMITER $$
            CREATE PROCEDURE p() BEGIN CREATE TABLE no (a INT); END$$
            CREATE DEFINER=`root`@`%` TRIGGER tr AFTER UPDATE ON a FOR EACH ROW BEGIN DELETE FROM a; END$$
            delimiter ;
            USE `two`; CREATE TABLE a (y INT); CREATE TABLE three.a (z INT); CREATE TEMPORARY TABLE tmp (a INT);
            /*!50001 CREATE TABLE `v` (a tinyint NOT NULL) ENGINE=MyISAM */;
            /*!50001 CREATE ALGORITHM=UNDEFINED */ /*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */
            /*!50001 VIEW `v` AS select 1 AS a */;
            ALTER TABLE a ADD PRIMARY KEY (y), MODIFY y BIGINT UNSIGNED NOT NULL AUTO_INCREMENT;
            """);
        Assert.Equal(["one.a", "three.a", "two.a"], catalog.Tables.Select(table => table.QualifiedName.ToString()).Order());
        Assert.Equal(new TriggerSchema("tr", "AFTER", "UPDATE"), Assert.Single(catalog.Find("one", "a")!.Triggers));
        Assert.True(catalog.Find("two", "a") is { PrimaryKey: not null, Columns: [{ DataType: "bigint", IsAutoIncrement: true }] });
    }

    [Fact]
    public void The_statements_that_mysqlbinlog_prints_are_followed() =>
        Assert.Equal(2, SchemaCatalog.Parse(
            "DELIMITER /*!*/;\nuse `d`/*!*/;\nCREATE TABLE t (a INT)\n/*!*/;\nALTER TABLE t ADD b INT\n/*!*/;\nDELIMITER ;\n")
            .Find("d", "t")!.Columns.Count);

    [Fact]
    public void A_file_is_read_in_UTF_8_and_in_what_old_shells_redirect()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "CREATE TABLE ü (é INT)", System.Text.Encoding.Unicode);
            Assert.Equal("é", SchemaCatalog.Load(path).Find(null, "ü")!.Columns[0].Name);
            File.WriteAllBytes(path, "CREATE TABLE t (\xE9 INT)"u8.ToArray()[..^1]);
            Assert.Equal("SchemaNotUnderstood", Assert.Throws<RecoveryException>(() => SchemaCatalog.Load(path)).ErrorId);
        }
        finally
        {
            File.Delete(path);
        }

        var missing = Assert.Throws<RecoveryException>(() => SchemaCatalog.Load(path));
        Assert.Equal(("SchemaNotFound", RecoveryErrorKind.ObjectNotFound, path), (missing.ErrorId, missing.Kind, missing.Path));
    }
}
