using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Restore;
using MySqlRecovery.Schema;
using MySqlRecovery.Server;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Restore;

/// <summary>What restoring keeps of a server's answers, where these do not end.</summary>
public sealed class KeptAnswerTests
{
    // A VARCHAR(20) and an INT.
    private static readonly TableMap Map = TableMap.Parse(
        [
            .. new byte[EventHeader.Size], 9, 0, 0, 0, 0, 0, 1, 0, 1, (byte)'d', 0, 1, (byte)'t', 0, 2, 15, 3, 2, 80, 0, 2,
        ]);

    private static readonly TableName Name = new("d", "t");

    private static readonly TableSchema Live = SchemaCatalog.Parse("""
        CREATE TABLE d.t (id VARCHAR(20) NOT NULL PRIMARY KEY, a INT, UNIQUE KEY a (a)) DEFAULT CHARSET=utf8mb4
        """).Tables.Single();

    private static readonly Reference Reference = new("f", Name, ["a"], Name, ["a"], "CASCADE", "a");

    [Fact]
    public void Rows_by_a_condition_have_an_end() => AssertEnds(client =>
    {
        using var rows = new KeyedRows(client, CancellationToken.None);
        rows.Select(Table(), "1", locks: false);
    });

    [Fact]
    public void Rows_whose_letters_are_equal_to_those_of_a_key_have_an_end() => AssertEnds(client =>
    {
        // The rows that have the very bytes of one key come, and the other is asked for by itself.
        client.FirstAnswer = [["x"u8.ToArray(), "1"u8.ToArray()]];
        using var rows = new KeyedRows(client, CancellationToken.None);
        rows.Read(Table(), [Row("x", "1"), Row("y", "2")], locks: false);
    });

    [Fact]
    public void Parents_have_an_end() => AssertEnds(client =>
    {
        RestoreTable table = Table();
        table.Parents = [Reference];
        Look(client, table, from: null, to: Row("x", "1"));
    });

    [Fact]
    public void Children_have_an_end() => AssertEnds(client =>
    {
        RestoreTable table = Table();
        table.Children = [Reference];
        Look(client, table, from: Row("x", "1"), to: null);
    });

    [Fact]
    public void Rows_that_hold_a_unique_value_have_an_end() =>
        AssertEnds(client => Look(client, Table(), from: null, to: Row("x", "1")));

    private static void Look(EndlessClient client, RestoreTable table, StoredRow? from, StoredRow? to)
    {
        using var rows = new KeyedRows(client, CancellationToken.None);
        var tables = new RestoreTables(client, new SqlForm(), CancellationToken.None);
        var conflicts = new RowConflicts(client, null!, tables, null!, rows, CancellationToken.None);
        conflicts.Look(
            [
                new RestoreRow
                {
                    Number = -1, Change = default, Table = table, From = from, To = to, Applies = true,
                    Action = to == null ? RowOperation.Delete : RowOperation.Insert,
                },
            ],
            locks: false);
    }

    private static void AssertEnds(Action<EndlessClient> question)
    {
        RecoveryException error = Assert.Throws<RecoveryException>(() => question(new EndlessClient()));
        Assert.Equal("ServerAnswerTooLarge", error.ErrorId);
        Assert.Contains("-BatchSize", error.RecommendedAction, StringComparison.Ordinal);
    }

    private static RestoreTable Table() => new(Map, Name, Live, new SqlForm());

    private static StoredRow Row(params string[] values) => StoredRow.OfServer(Map, [.. values.Select(Encoding.ASCII.GetBytes)]);

    /// <summary>A server that answers with long rows without end, but for the first question if that is said.</summary>
    private sealed class EndlessClient : IQueryClient
    {
        public byte[][][]? FirstAnswer { get; set; }

        public string Server => "endless";

        public IQueryRows Query(string sql, CancellationToken token)
        {
            byte[][][]? answer = FirstAnswer;
            FirstAnswer = null;
            return new Rows(answer);
        }

        public long Change(string statements, CancellationToken token) => 0;
    }

    private sealed class Rows(byte[][][]? answer) : IQueryRows
    {
        private static readonly byte[] Long = [.. Enumerable.Repeat((byte)'9', 1 << 20)];
        private int _row = -1;

        public IReadOnlyList<string> ColumnNames => ["c0", "c1", "c2"];

        public bool Read()
        {
            bool more = ++_row < (answer?.Length ?? 20_000);
            return more || answer != null ? more : throw new InvalidOperationException("nobody stops reading");
        }

        public bool IsNull(int column) => false;

        public string? GetString(int column) => "0";

        public byte[]? GetBytes(int column) => answer == null ? Long : answer[_row][column];

        public void Dispose()
        {
        }
    }
}
