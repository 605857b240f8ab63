using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Tests.Fakes;

/// <summary>Failures that a test expects.</summary>
internal static class Fail
{
    public static RecoveryException With(string errorId, Action action)
    {
        RecoveryException failure = Assert.Throws<RecoveryException>(action);
        Assert.True(errorId == failure.ErrorId, $"{errorId} was expected: {failure}");
        Assert.DoesNotContain("Secret#42", failure.ToString());
        return failure;
    }

    /// <summary>Connecting fails so.</summary>
    public static RecoveryException ToOpen(string errorId, ConnectionOptions options) =>
        With(errorId, () => ServerConnection.Open(options, TestContext.Current.CancellationToken).Dispose());
}
