using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <summary>One pair for all tests of a class, started by the first test that asks for it.</summary>
public abstract class ReplicationPairFixture(ServerFlavour flavour, params string[] settings) : IDisposable
{
    private ReplicationPair? _pair;

    public ReplicationPair Pair => _pair ??= new ReplicationPair(flavour, settings);

    public void Dispose()
    {
        _pair?.Dispose();
        GC.SuppressFinalize(this);
    }
}
