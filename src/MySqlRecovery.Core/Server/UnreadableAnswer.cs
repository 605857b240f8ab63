using MySqlRecovery.Model;

namespace MySqlRecovery.Server;

/// <summary>An answer that is not what was asked for: fewer columns, NULL where none can be, values not written as their type is.</summary>
internal static class UnreadableAnswer
{
    /// <summary>Whether an exception is what comes of taking such an answer.</summary>
    public static bool Is(Exception e) => e is FormatException or OverflowException or ArgumentException or IndexOutOfRangeException
        or InvalidCastException or NullReferenceException;

    /// <summary>Does what takes answers in.</summary>
    /// <exception cref="RecoveryException">ServerAnswerUnreadable, and what the questions end in.</exception>
    public static T Guard<T>(IQueryClient client, Func<T> step) => Guard(client.Server, step);

    /// <summary>The same by the server's name.</summary>
    public static T Guard<T>(string server, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception e) when (Is(e))
        {
            throw Make(e, server);
        }
    }

    /// <summary>The error to report for it.</summary>
    /// <param name="e">What happened.</param>
    /// <param name="server">The server.</param>
    /// <param name="what">What was not done, or null.</param>
    /// <param name="recommendedAction">What the user can do.</param>
    public static RecoveryException Make(Exception e, string server, string? what = null, string? recommendedAction = null) => new(
        "ServerAnswerUnreadable", RecoveryErrorKind.InvalidData,
        $"{(what == null ? string.Empty : $"{what}: ")}a server gave a value that its type does not have: {e.Message}", server,
        recommendedAction: recommendedAction
            ?? "Check that this is a MySQL or MariaDB server, and nothing between that changes its answers.", inner: e);
}
