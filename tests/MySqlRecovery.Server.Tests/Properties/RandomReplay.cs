using MySqlRecovery.Client;
using MySqlRecovery.Model;

namespace MySqlRecovery.Server.Tests.Properties;

/// <summary>A history without what is chosen of it, or with nothing else.</summary>
/// <param name="open">Opens a session with the settings of the history's.</param>
/// <param name="setup">The statements of the start.</param>
/// <param name="transactions">What was done.</param>
internal sealed class RandomReplay(
    Func<ServerConnection> open, IReadOnlyList<string> setup, IReadOnlyList<RandomTransaction> transactions)
{
    /// <summary>The database that it is replayed in.</summary>
    public const string Replayed = "prop_replayed";

    /// <summary>The state that all would be in without what is chosen.</summary>
    public string Without(RandomChoice choice)
    {
        using ServerConnection replay = Start(Replayed);
        foreach (RandomTransaction transaction in transactions)
        {
            if (transaction.Definition != null)
                Do(replay, transaction.Definition);
            foreach (RandomStatement statement in transaction.Statements)
            {
                IReadOnlyCollection<int> chosen = choice.ChosenIds(transaction, statement);
                string rest = choice.Columns.Length == 0 ? "" : statement.Rest?.Invoke(chosen, choice.Columns) ?? "";
                foreach (string text in new[] { statement.Text([.. statement.Ids.Except(chosen)]), rest }.Where(t => t.Length > 0))
                    Redo(replay, text);
            }
        }

        return DatabaseText.Of(replay, Replayed);
    }

    /// <summary>The state that what is chosen makes of the one before it.</summary>
    public string Of(RandomChoice choice)
    {
        using ServerConnection replay = StartAt(choice.Start ?? 0, Replayed);
        foreach (RandomTransaction transaction in transactions)
        {
            foreach (RandomStatement statement in transaction.Statements)
            {
                if (statement.Text(choice.ChosenIds(transaction, statement)) is { Length: > 0 } text)
                    Redo(replay, text);
            }
        }

        return DatabaseText.Of(replay, Replayed);
    }

    /// <summary>Whether something that is not chosen changed a row before a chosen update of it.</summary>
    public bool IsSharedBefore(RandomChoice choice)
    {
        var left = new HashSet<(string, int)>();
        foreach (RandomTransaction transaction in transactions.Where(t => choice.Start == null || t.Start >= choice.Start))
        {
            foreach (RandomStatement statement in transaction.Statements.Where(s => s.Operation == RowOperation.Update))
            {
                IReadOnlyCollection<int> chosen = choice.ChosenIds(transaction, statement);
                if (chosen.Any(id => left.Contains((statement.Table, id))))
                    return true;
                left.UnionWith(statement.Ids.Except(chosen).Select(id => (statement.Table, id)));
            }
        }

        return false;
    }

    /// <summary>Takes the database back to where what is chosen begins.</summary>
    public void StartAgain(RandomChoice choice) => StartAt(choice.Start ?? 0, RandomHistory.Database).Dispose();

    /// <summary>Replays all up to a place in the log; gives the tables that there are.</summary>
    public string[] Until(long position)
    {
        using ServerConnection replay = StartAt(position, Replayed);
        return [.. replay.QueryAll("SHOW TABLES", CancellationToken.None).Select(r => r[0]!)];
    }

    private ServerConnection StartAt(long position, string database)
    {
        ServerConnection replay = Start(database);
        foreach (RandomTransaction transaction in transactions.Where(t => t.End <= position))
        {
            if (transaction.Definition != null)
                Do(replay, transaction.Definition);
            foreach (RandomStatement statement in transaction.Statements)
                Do(replay, statement.Text(statement.Ids));
        }

        return replay;
    }

    private ServerConnection Start(string database)
    {
        ServerConnection replay = open();
        Do(replay, $"DROP DATABASE IF EXISTS {database}");
        Do(replay, $"CREATE DATABASE {database} CHARACTER SET utf8mb4");
        replay.InitDb(database, CancellationToken.None);
        foreach (string statement in setup)
            Do(replay, statement);
        return replay;
    }

    // A child whose parent is chosen has none here. One that was removed again leaves nothing behind; one that stays is to be seen.
    private static void Redo(ServerConnection replay, string statement)
    {
        try
        {
            Do(replay, statement);
        }
        catch (RecoveryException e) when (e.Message.Contains("(server error 1452,", StringComparison.Ordinal))
        {
            Do(replay, "SET foreign_key_checks = 0");
            Do(replay, statement);
            Do(replay, "SET foreign_key_checks = 1");
        }
    }

    private static void Do(ServerConnection connection, string statement) => connection.Execute(statement, CancellationToken.None);
}
