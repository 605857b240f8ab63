using System.Globalization;
using System.Text;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Binlog;

/// <summary>What is decoded from a log equals what the server says is in the table.</summary>
public sealed class ValueTests(MySqlFixture fixture) : IClassFixture<MySqlFixture>
{
    private MySqlServer Server => fixture.Server;

    [Fact]
    public void Numbers_are_those_of_the_table()
    {
        var random = new Random(1);
        var values = new StringBuilder();
        for (int i = 0; i < 400; i++)
        {
            string Digits(int count) =>
                string.Concat(Enumerable.Range(0, random.Next(1, count + 1)).Select(_ => (char)('0' + random.Next(10))));
            string sign = random.Next(2) == 0 ? "" : "-";
            double real = BitConverter.Int64BitsToDouble(random.NextInt64());
            if (!double.IsFinite(real) || i % 3 == 0)
                real = Math.Round(random.NextDouble() * Math.Pow(10, random.Next(-18, 22)), random.Next(15));
            float single = BitConverter.Int32BitsToSingle(random.Next());
            values.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"""
                ({i},{random.Next(-128, 128)},{random.Next(256)},{random.Next(-32768, 32768)},{random.Next(65536)},
                {random.Next(-8388608, 8388608)},{random.Next(16777216)},
                {random.Next(int.MinValue, int.MaxValue)},{(uint)random.NextInt64()},{random.NextInt64(long.MinValue, long.MaxValue)},
                {(ulong)random.NextInt64() * 2},{random.Next(1901, 2156)},
                {sign}{Digits(35)}.{Digits(30)},{sign}0.{Digits(9)},{sign}{Digits(16)}.{Digits(2)},{sign}{real:E17},
                {(float.IsFinite(single) ? single : 1):E9},{(ulong)random.NextInt64() * 2 + 1},{random.Next(2)},{random.Next(512)})
                """);
        }

        AssertRead(
            "numbers",
            """
            id INT PRIMARY KEY, t TINYINT, tu TINYINT UNSIGNED, s SMALLINT, su SMALLINT UNSIGNED, m MEDIUMINT, mu MEDIUMINT UNSIGNED,
            i INT, iu INT UNSIGNED, b BIGINT, bu BIGINT UNSIGNED, y YEAR, widest DECIMAL(65,30), small DECIMAL(9,9), money DECIMAL(18,2),
              d DOUBLE, f FLOAT, b64 BIT(64), b1 BIT(1), b9 BIT(9)
            """,
            $"INSERT INTO t VALUES {values}",
            "SELECT id, t, tu, s, su, m, mu, i, iu, b, bu, y, widest, small, "
                + "money, d, f + 0e0, b64 + 0, b1 + 0, b9 + 0 FROM t ORDER BY id");
    }

    [Fact]
    public void Times_are_those_of_the_table()
    {
        var random = new Random(2);
        string[] columns = [.. Enumerable.Range(0, 7)
            .SelectMany(p => (string[])[$"t{p} TIME({p})", $"d{p} DATETIME({p})", $"s{p} TIMESTAMP({p}) NULL"])];
        IEnumerable<string> rows = Enumerable.Range(1, 300).Select(id =>
        {
            IEnumerable<string> values = Enumerable.Range(0, 7).SelectMany(p =>
            {
                string fraction = p == 0 ? ""
                    : "." + random.NextInt64((long)Math.Pow(10, p)).ToString("D" + p, CultureInfo.InvariantCulture);
                string time = $"{(random.Next(2) == 0 ? "-" : "")}{random.Next(id % 3 == 0 ? 1 : 838):D2}:"
                    + $"{random.Next(60):D2}:{random.Next(60):D2}{fraction}";
                var date = new DateTime(1000, 1, 1).AddSeconds(random.NextInt64(280_000_000_000));
                DateTime stamp = DateTime.UnixEpoch.AddSeconds(random.Next(1, int.MaxValue));
                return (string[])[$"'{time}'", $"'{date:yyyy-MM-dd HH:mm:ss}{fraction}'", $"'{stamp:yyyy-MM-dd HH:mm:ss}{fraction}'"];
            });
            return $"({id}, '{new DateTime(1, 1, 1).AddDays(random.Next(3_600_000)):yyyy-MM-dd}', {string.Join(',', values)})";
        });
        AssertRead(
            "times",
            $"id INT PRIMARY KEY, d DATE, {string.Join(',', columns)}",
            $"""
            SET time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES'; INSERT INTO t VALUES {string.Join(',', rows)};
            INSERT INTO t (id, d, t0, t6, d0, d6, s0, s6) VALUES (1001, '0000-00-00', '-00:00:00', '-00:00:00.000001', '2024-00-00',
              '2023-02-31 01:02:03.4', '0000-00-00', '0000-00-00'),
              (1002, '2023-02-31', '-838:59:59', '838:59:58.999999', '0000-00-00', '0000-00-00', '1970-01-01 00:00:01',
              '2038-01-19 03:14:07.999999')
            """,
            $"SET time_zone = '+00:00'; SELECT id, d, {string.Join(',', columns.Select(c => c.Split(' ')[0]))} FROM t ORDER BY id");
    }

    [Fact]
    public void Strings_are_those_of_the_table() => AssertRead(
        "strings",
        """
        id INT PRIMARY KEY, c CHAR(10), wide CHAR(255), v VARCHAR(300), l1 VARCHAR(30) CHARACTER SET latin1,
          u16 VARCHAR(20) CHARACTER SET utf16, u32 CHAR(20) CHARACTER SET utf32,
        gbk VARCHAR(20) CHARACTER SET gbk, sjis VARCHAR(20) CHARACTER SET sjis, euc VARCHAR(20) CHARACTER SET eucjpms,
          big5 VARCHAR(20) CHARACTER SET big5, koi CHAR(20) CHARACTER SET koi8r, gb VARCHAR(20) CHARACTER SET gb18030,
        t TEXT, e ENUM('a', 'it''s', 'ü,ö'), s SET('x', 'y', 'ü'), b BINARY(5), vb VARBINARY(300), bl MEDIUMBLOB, g GEOMETRY, v4 VECTOR(3)
        """,
        """
        SET NAMES utf8mb4, sql_mode = '';
        INSERT INTO t VALUES
          (1, 'abc', REPEAT('😀', 255), REPEAT('é', 300), 'Grüße €', '日本𝄞', '日本𝄞', '中文', '日本', '日本', '中文', 'Привет', '中文𠀀', REPEAT('ü',
          30000), 'ü,ö', 'x,ü', 0x6100, 0x00FF, REPEAT(0x0001FF, 30000),
          ST_GeomFromText('POINT(1 2)', 4326), STRING_TO_VECTOR('[1, -2.5, 3e10]')),
          (2, '', '', '', '', '', '', '', '', '', '', '', '', '', 'wrong', '', '', '', '', NULL, NULL),
          (3, 'a  ', 'a ', 'a  ', ' ', ' a ', 'a ', '\\', '`', '~', '|', 'a ', '\'', 'tab\tnul\0nl\nquote\'"\\', 'it''s', 'y',
          0x0000000000, 0x00, '', NULL, NULL),
          (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
        """,
        "SELECT id, c, wide, v, l1, u16, u32, gbk, sjis, euc, big5, koi, gb, t, e, s, HEX(b), HEX(vb), HEX(bl), HEX(g), "
            + "HEX(v4) FROM t ORDER BY id");

    [Fact]
    public void Documents_have_the_servers_text()
    {
        var random = new Random(3);
        var rows = new StringBuilder();
        for (int id = 1; id <= 300; id++)
            rows.Append(id == 1 ? "" : ",")
                .Append(CultureInfo.InvariantCulture, $"({id}, '{Document(random, 0).Replace("\\", "\\\\").Replace("'", "''")}')");
        AssertRead(
            "documents",
            "id INT PRIMARY KEY, doc JSON",
            $$"""
            SET NAMES utf8mb4, time_zone = '+00:00';
            INSERT INTO t VALUES {{rows}};
            INSERT INTO t VALUES (1001, JSON_OBJECT('d', CAST('2024-02-29' AS DATE), 't', CAST('-12:34:56.789' AS TIME(3)), 'dt',
              CAST('2024-02-29 12:34:56.789012' AS DATETIME(6)), 'dec',
              CAST(-12345.678900 AS DECIMAL(20, 6)), 'z', 0.00, 'year', CAST(2024 AS YEAR))),
              (1002, JSON_ARRAY(0x00FF, b'101', CAST(0x00FF10 AS BINARY), UNHEX('FF'), CAST(7 AS UNSIGNED),
              TIMESTAMP('2024-01-01 00:00:00'), ST_GeomFromText('POINT(1 2)'), POW(2, 70), -0e0)),
              (1003, JSON_OBJECT('big', REPEAT('x', 70000), 'arr', CAST(CONCAT('[', REPEAT('1, ', 30000), '2.5]') AS JSON))),
              (1004, CAST(CONCAT(REPEAT('[', 100), REPEAT(']', 100)) AS JSON)), (1005, NULL), (1006, 'null'),
              (1007, JSON_ARRAY(CAST(CONCAT(REPEAT('9', 40), '.', REPEAT('9', 25)) AS DECIMAL(65, 25)),
              CAST(CONCAT('-', REPEAT('7', 35), '.', REPEAT('7', 30)) AS DECIMAL(65, 30)), CAST(REPEAT('8', 64) AS DECIMAL(65))));
            INSERT INTO t SELECT id + 2000, JSON_SET(doc, '$.new', 'x') FROM t WHERE JSON_TYPE(doc) = 'OBJECT';
            """,
            "SELECT id, CAST(doc AS CHAR) FROM t ORDER BY id");
    }

    private static string Document(Random random, int depth)
    {
        int kind = random.Next(depth > 4 ? 6 : 9);
        switch (kind)
        {
            case 0: return (random.NextInt64() >> random.Next(64)).ToString(CultureInfo.InvariantCulture);
            case 1: return ((ulong)random.NextInt64() + (ulong)long.MaxValue).ToString(CultureInfo.InvariantCulture);
            case 2 or 3:
                double real = kind == 2 ? BitConverter.Int64BitsToDouble(random.NextInt64())
                    : random.Next(-100000, 100000) * Math.Pow(10, random.Next(-20, 20));
                return double.IsFinite(real) ? real.ToString("E17", CultureInfo.InvariantCulture) : "1.5";
            case 4: return random.Next(3) switch { 0 => "null", 1 => "true", _ => "false" };
            case 5:
                string[] signs = ["a", "ü", "日", "😀", "\\\"", "\\\\", "\\n", "\\u0001", "/", "'", " "];
                return $"\"{string.Concat(Enumerable.Range(0, random.Next(200)).Select(_ => signs[random.Next(11)]))}\"";
            case 6: return $"[{string.Join(',', Enumerable.Range(0, random.Next(6)).Select(_ => Document(random, depth + 1)))}]";
            default:
                string Member(int i) => $"\"{new string('k', random.Next(5))}{i}\": {Document(random, depth + 1)}";
                return $"{{{string.Join(',', Enumerable.Range(0, random.Next(6)).Select(Member))}}}";
        }
    }

    private void AssertRead(string database, string columns, string inserts, string select)
    {
        Server.Sql($"CREATE DATABASE {database} CHARACTER SET utf8mb4; CREATE TABLE {database}.t ({columns}) ROW_FORMAT=DYNAMIC");
        Server.FlushLogs();
        Server.Sql(inserts, database);
        List<RowChange> changes = [.. LogReading.Rows([Server.FlushLogs()]).OrderBy(c => (int)c.After!["id"]!)];
        IReadOnlyList<string[]> rows = Server.Query(select, database);

        Assert.Equal(rows.Count, changes.Count);
        for (int r = 0; r < rows.Count; r++)
        {
            for (int c = 0; c < rows[r].Length; c++)
                Assert.True(
                    IsSame(rows[r][c], changes[r].After![c]),
                    $"row {rows[r][0]}, column {changes[r].ColumnName[c]}: the table has '{rows[r][c]}', the log '{changes[r].After![c]}'");
        }
    }

    private static bool IsSame(string expected, object? actual) => actual switch
    {
        null => expected == "NULL",
        byte[] bytes => expected == Convert.ToHexString(bytes),
        float real => double.Parse(expected, CultureInfo.InvariantCulture) == real,
        double real => BitConverter.DoubleToInt64Bits(
            double.Parse(expected, CultureInfo.InvariantCulture)) == BitConverter.DoubleToInt64Bits(real),
        DateTime date => DateTime.Parse(expected, CultureInfo.InvariantCulture) == date,
        TimeSpan span => ParseTime(expected) == span,
        _ => expected == Convert.ToString(actual, CultureInfo.InvariantCulture),
    };

    private static TimeSpan ParseTime(string text)
    {
        decimal[] parts = [.. text.TrimStart('-').Split(':').Select(part => decimal.Parse(part, CultureInfo.InvariantCulture))];
        var span = new TimeSpan(
            (long)(parts[0] * TimeSpan.TicksPerHour + parts[1] * TimeSpan.TicksPerMinute + parts[2] * TimeSpan.TicksPerSecond));
        return text[0] == '-' ? -span : span;
    }
}
