using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Consistency.Servers;

/// <summary>What keeps one table from being compared, and none of the others.</summary>
internal static class TableFailure
{
    /// <summary>Whether an exception concerns one table.</summary>
    public static bool IsOfTable(Exception e) => e is RecoveryException error
        ? error.Kind is RecoveryErrorKind.InvalidArgument or RecoveryErrorKind.PermissionDenied or RecoveryErrorKind.ObjectNotFound
        : UnreadableAnswer.Is(e);

    /// <summary>The error to report for it.</summary>
    /// <param name="e">What happened.</param>
    /// <param name="what">What was not done, with the table.</param>
    /// <param name="server">The replica.</param>
    public static RecoveryException Make(Exception e, string what, string server) => e is RecoveryException error
        ? new(error.ErrorId, error.Kind, $"{what}: {error.Detail}", error.Path, recommendedAction: error.RecommendedAction, inner: e)
        : UnreadableAnswer.Make(e, server, what, "Compare the definitions (-Check Schema), and leave the table out (-ExcludeTable).");
}
