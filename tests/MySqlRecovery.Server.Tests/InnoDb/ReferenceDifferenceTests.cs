using MySqlRecovery.InnoDb.Repair;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.InnoDb;

public sealed class ReferenceDifferenceTests : IClassFixture<ReferenceDifferenceTests.Pair>
{
    private readonly Pair _pair;

    public ReferenceDifferenceTests(Pair pair) => _pair = pair;

    [Theory]
    [InlineData("a INT, b INT, PRIMARY KEY (a, b)", "a INT, b INT, PRIMARY KEY (b, a)",
        "index PRIMARY PRIMARY KEY (a, b) against PRIMARY PRIMARY KEY (b, a)")]
    [InlineData("a INT, b INT NOT NULL, PRIMARY KEY (a, b)", "a INT, b INT NOT NULL, PRIMARY KEY (a)",
        "index PRIMARY PRIMARY KEY (a, b) against PRIMARY PRIMARY KEY (a)")]
    [InlineData("a INT, b INT, PRIMARY KEY (a)", "a INT, b INT, PRIMARY KEY (a DESC)",
        "PRIMARY KEY (a) against PRIMARY PRIMARY KEY (a DESC)")]
    [InlineData("a INT PRIMARY KEY, b VARCHAR(30), KEY k (b)", "a INT PRIMARY KEY, b VARCHAR(30), KEY k (b(5))",
        "k KEY (b) against k KEY (b first 20 bytes)")]
    [InlineData("a INT PRIMARY KEY, b INT, c INT, KEY k (b)", "a INT PRIMARY KEY, b INT, c INT, KEY k (c)", "k KEY (b) against k KEY (c)")]
    [InlineData("a INT PRIMARY KEY, b INT, KEY k (b)", "a INT PRIMARY KEY, b INT, UNIQUE KEY k (b)", "k KEY (b) against k UNIQUE KEY (b)")]
    [InlineData("a INT PRIMARY KEY, b INT AS (a + 1) STORED", "a INT PRIMARY KEY, b INT AS (a + 2) STORED",
        "AS ((`a` + 1)) STORED against b int AS ((`a` + 2)) STORED")]
    [InlineData("a INT PRIMARY KEY, b INT AS (a + 1) STORED", "a INT PRIMARY KEY, b INT AS (a + 1) VIRTUAL",
        "STORED against b int AS ((`a` + 1)) VIRTUAL")]
    [InlineData("a INT PRIMARY KEY, b ENUM('x','y')", "a INT PRIMARY KEY, b ENUM('y','x')", "enum('x','y')")]
    [InlineData("a INT PRIMARY KEY, b VARCHAR(9) COLLATE utf8mb4_bin", "a INT PRIMARY KEY, b VARCHAR(9) COLLATE utf8mb4_general_ci",
        "(collation 46) against")]
    [InlineData("a INT PRIMARY KEY, b GEOMETRY NOT NULL SRID 4326, SPATIAL KEY (b)",
        "a INT PRIMARY KEY, b GEOMETRY NOT NULL SRID 0, SPATIAL KEY (b)", "SRID 4326 against")]
    [InlineData("a INT PRIMARY KEY|ADD COLUMN b INT DEFAULT 5", "a INT PRIMARY KEY|ADD COLUMN b INT DEFAULT 7",
        "0x80000005 in older rows against")]
    [InlineData("a INT PRIMARY KEY, b INT, c INT|DROP COLUMN b", "a INT PRIMARY KEY, c INT, b INT|DROP COLUMN b",
        "instantly changed column")]
    [InlineData("a INT PRIMARY KEY, b INT, c BIGINT|DROP COLUMN b", "a INT PRIMARY KEY, b BIGINT, c BIGINT|DROP COLUMN b",
        "of type Long (")]
    [InlineData("a INT PRIMARY KEY|ADD COLUMN b INT DEFAULT 5", "a INT PRIMARY KEY, b INT DEFAULT 5", "InstantColumnsMismatch")]
    public void The_first_difference_in_what_decides_how_bytes_are_read_is_named(string source, string reference, string difference)
    {
        RecoveryException refusal = Assert.Throws<RecoveryException>(() => Plan(source, reference));

        if (difference == "InstantColumnsMismatch")
        {
            Assert.Equal(difference, refusal.ErrorId);
            return;
        }

        Assert.Equal("TableMismatch", refusal.ErrorId);
        Assert.Contains(difference, refusal.Message);
    }

    [Fact]
    public void Other_bounds_of_partitions_are_refused()
    {
        const string Columns = "a INT PRIMARY KEY) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN";
        RecoveryException refusal = Assert.Throws<RecoveryException>(() => Plan($"{Columns} (10)", $"{Columns} (20)", "t#p#p0.ibd"));

        Assert.Equal("TableMismatch", refusal.ErrorId);
        Assert.Contains("partition p0 with values 10 against partition p0 with values 20", refusal.Message);
    }

    [Theory]
    [InlineData("a INT PRIMARY KEY COMMENT 'x', b INT DEFAULT 3", "a INT PRIMARY KEY, b INT DEFAULT 4 COMMENT 'y', CHECK (b > 0)")]
    [InlineData("a INT PRIMARY KEY|ADD COLUMN b INT DEFAULT 5", "a INT PRIMARY KEY|ADD COLUMN b INT DEFAULT 5")]
    [InlineData("a INT PRIMARY KEY, b INT, c VARCHAR(20), KEY k (b), KEY l (c(3))",
        "a INT PRIMARY KEY, b INT, c VARCHAR(20), KEY k (b), KEY l (c(3))")]
    public void What_changes_nothing_for_the_rows_may_differ(string source, string reference) =>
        Assert.False(Plan(source, reference).IsRefused);

    private RepairPlan Plan(string source, string reference, string file = "t.ibd")
    {
        (string, MySqlServer)[] sides = [(source, _pair.Lost), (reference, _pair.Target)];
        string database = $"d{Guid.NewGuid():N}";
        foreach ((string definition, MySqlServer server) in sides)
        {
            string[] parts = definition.Split('|');
            server.Sql($"CREATE DATABASE {database}; CREATE TABLE {database}.t ({parts[0]})" +
                string.Concat(parts.Skip(1).Select(p => $"; ALTER TABLE {database}.t {p}, ALGORITHM=INSTANT")));
            server.Sql($"FLUSH TABLES {database}.t FOR EXPORT");
        }

        return RepairPlanner.Plan(
            new RepairRequest
            {
                Path = Path.Combine(_pair.Lost.DataPath, database, file),
                ReferencePath = Path.Combine(_pair.Target.DataPath, database, file),
                Force = true,
            },
            CancellationToken.None);
    }

    /// <summary>Two servers for all cases.</summary>
    public sealed class Pair : IDisposable
    {
        private MySqlServer? _lost;
        private MySqlServer? _target;

        public MySqlServer Lost => _lost ??= MySqlServer.Start(ServerFlavour.MySql);

        public MySqlServer Target => _target ??= MySqlServer.Start(ServerFlavour.MySql);

        public void Dispose()
        {
            _lost?.Dispose();
            _target?.Dispose();
        }
    }
}
