using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.InnoDb;

/// <summary>MariaDB keeps the story of columns that were added, moved or dropped instantly in the table's first record.</summary>
public sealed class MariaDbInstantTests
{
    [Theory]
    [InlineData("id INT PRIMARY KEY, a INT, b VARCHAR(20) NOT NULL, c INT, KEY c (c)", "ADD COLUMN z VARCHAR(300) DEFAULT 'zz' FIRST", 10)]
    [InlineData("id INT PRIMARY KEY, a INT, b VARCHAR(20) NOT NULL, c INT, KEY c (c)", "DROP COLUMN b", 10)]
    [InlineData("id INT PRIMARY KEY, a INT, b VARCHAR(20) NOT NULL, c INT, KEY c (c)",
        "DROP COLUMN a; ADD COLUMN y DECIMAL(9,3) NOT NULL DEFAULT 5.5 AFTER id; DROP COLUMN b", 3000)]
    [InlineData("id VARCHAR(30) CHARACTER SET latin1 PRIMARY KEY, a INT, b VARCHAR(20) NOT NULL, c INT",
        "DROP COLUMN b; ADD COLUMN d TEXT DEFAULT 'd' FIRST", 3000)]
    [InlineData("id INT, a INT, b VARCHAR(20) NOT NULL, c INT", "MODIFY COLUMN c INT FIRST; DROP COLUMN a", 3000)]
    [InlineData("id INT PRIMARY KEY, a INT, b VARCHAR(20) NOT NULL, c INT, KEY c (c)", "ADD COLUMN z INT DEFAULT 7", 3000)]
    public void Tables_with_instant_columns_come_back(string columns, string changes, int rows)
    {
        using MySqlServer lost = MySqlServer.Start(ServerFlavour.MariaDb), target = MySqlServer.Start(ServerFlavour.MariaDb);
        lost.Sql($"CREATE DATABASE d; CREATE TABLE d.t ({columns}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4");
        int number = 0;
        foreach (string change in changes.Split(';'))
        {
            lost.Sql(Fill(number++, rows));
            lost.Sql($"ALTER TABLE d.t {change}, ALGORITHM=INSTANT");
        }

        lost.Sql($"{Fill(number, rows)} DELETE FROM d.t WHERE id LIKE '%7';");
        string definition = lost.Query("SHOW CREATE TABLE d.t")[0][1].Replace("`t`", "`d`.`t`");
        string expected = lost.DumpSorted("d");
        target.Sql($"CREATE DATABASE d; {definition}");
        lost.Sql("SET GLOBAL innodb_fast_shutdown = 0");
        lost.Stop();
        target.Stop();

        IbdRepairResult result = Transplant.Replace(lost, target, definition);

        Assert.Equal((true, ""), (result.IsConsistent, string.Join("; ", result.Problem)));
        target.Start();
        Assert.Equal(expected, target.DumpSorted("d"));
        Assert.Equal("OK", target.Query("CHECK TABLE d.t EXTENDED")[^1][^1]);
        target.Sql($"{Fill(number + 1, rows)} UPDATE d.t SET c = c + 1; DELETE FROM d.t WHERE c % 3 = 0; "
            + $"ALTER TABLE d.t ADD COLUMN more INT DEFAULT 1, ALGORITHM=INSTANT; ALTER TABLE d.t FORCE");
        Assert.Equal("OK", target.Query("CHECK TABLE d.t EXTENDED")[^1][^1]);
    }

    // Into whatever columns there are at the time.
    private static string Fill(int number, int rows) => $"""
        SET sql_mode = '';
        INSERT INTO d.t (id, c) SELECT seq, seq % 100 FROM d.seq_{(number * rows) + 1}_to_{(number + 1) * rows};
        """;
}
