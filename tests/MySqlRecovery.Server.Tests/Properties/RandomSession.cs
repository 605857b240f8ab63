using MySqlRecovery.Client;
using MySqlRecovery.Model;

namespace MySqlRecovery.Server.Tests.Properties;

/// <summary>A statement that was done to rows of one table.</summary>
/// <param name="Table">The table, as it was called then.</param>
/// <param name="Operation">What it did.</param>
/// <param name="Ids">Numbers of the rows, before and after.</param>
/// <param name="Text">The statement for some of them; empty for none.</param>
/// <param name="HasNumber">Whether the column <c>id</c> holds the numbers.</param>
internal sealed record RandomStatement(
    string Table, RowOperation Operation, int[] Ids, Func<IReadOnlyCollection<int>, string> Text, bool HasNumber)
{
    /// <summary>What it does to rows but for some columns, where it is an update: it as a whole where it moves a row.</summary>
    public Func<IReadOnlyCollection<int>, string[], string>? Rest { get; init; }

    /// <summary>Whether it gives a row another number.</summary>
    public bool IsMove => Ids.Length > 0 && Text([]).Length == 0 && Text([Ids[0]]).Length == 0;
}

/// <summary>What was committed together, and where in the log.</summary>
internal sealed record RandomTransaction(uint ThreadId, long Start, long End, IReadOnlyList<RandomStatement> Statements,
    string? Definition = null)
{
    /// <summary>Whether the log has anything of it.</summary>
    public bool IsLogged => End > Start;
}

/// <summary>One of the sessions of a history, with what it has done since its transaction began.</summary>
internal sealed class RandomSession(ServerConnection connection)
{
    public ServerConnection Connection => connection;

    public bool IsOpen { get; private set; }

    /// <summary>Whether what is open is logged as statements.</summary>
    private bool IsStatement { get; set; }

    /// <summary>The XA transaction that is open; null for an ordinary one.</summary>
    public string? XaId { get; private set; }

    public List<RandomStatement> Statements { get; } = [];

    /// <summary>What takes the model back, step by step.</summary>
    public List<Action> Back { get; } = [];

    public (int Statements, int Rows)? Savepoint { get; set; }

    public void TakeBack(int kept)
    {
        for (int i = Back.Count - 1; i >= kept; i--)
            Back[i]();
        Back.RemoveRange(kept, Back.Count - kept);
    }

    /// <summary>Opens a transaction.</summary>
    /// <param name="isStatement">Whether it is logged as statements.</param>
    /// <param name="xaId">Id of an XA transaction, in quotes; null for an ordinary one.</param>
    public void Begin(bool isStatement, string? xaId)
    {
        (IsStatement, XaId, IsOpen) = (isStatement, xaId, true);
        if (isStatement)
        {
            Do("SET SESSION binlog_format = 'STATEMENT'");
            Do("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        }

        Do(xaId == null ? "BEGIN" : $"XA START {xaId}");
    }

    public void Commit()
    {
        if (XaId != null)
        {
            Do($"XA END {XaId}");
            Do($"XA PREPARE {XaId}");
        }

        Do(XaId == null ? "COMMIT" : $"XA COMMIT {XaId}");
    }

    /// <summary>Takes it back.</summary>
    /// <param name="prepares">Whether an XA transaction is prepared before.</param>
    public void Rollback(bool prepares)
    {
        if (XaId != null)
        {
            Try($"XA END {XaId}");
            if (prepares)
                Try($"XA PREPARE {XaId}");
        }

        Do(XaId == null ? "ROLLBACK" : $"XA ROLLBACK {XaId}");
    }

    public void Clear()
    {
        if (IsStatement)
            Do("SET SESSION binlog_format = 'ROW'");
        Statements.Clear();
        Back.Clear();
        (Savepoint, IsOpen) = (null, false);
    }

    private void Do(string statement) => connection.Execute(statement, CancellationToken.None);

    // A deadlock or a lock may have ended the branch.
    private void Try(string statement)
    {
        try
        {
            Do(statement);
        }
        catch (RecoveryException e) when (e.ErrorId == "ServerQueryFailed")
        {
        }
    }
}
