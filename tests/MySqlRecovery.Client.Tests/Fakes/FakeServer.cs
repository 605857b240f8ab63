using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;

namespace MySqlRecovery.Client.Tests.Fakes;

/// <summary>Listens on loopback and plays a script to whoever connects.</summary>
internal sealed class FakeServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Thread _thread;
    private readonly List<byte> _received = [];
    private ExceptionDispatchInfo? _failure;

    public FakeServer(params Action<FakeSession>[] scripts)
    {
        _listener.Start();
        Socket listening = _listener.Server;
        _thread = new Thread(() => Serve(listening, scripts)) { IsBackground = true };
        _thread.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ConnectionOptions Options => new()
    {
        Host = "127.0.0.1",
        Port = Port,
        User = "tester",
        Password = "Secret#42",
        ConnectTimeout = TimeSpan.FromSeconds(10),
        CommandTimeout = TimeSpan.FromSeconds(10),
    };

    /// <summary>Everything that clients sent, once the script has ended.</summary>
    public ReadOnlySpan<byte> Received
    {
        get
        {
            _thread.Join(TimeSpan.FromSeconds(20));
            return _received.ToArray();
        }
    }

    /// <summary>Whoever did not come until now is not waited for.</summary>
    public void StopListening() => _listener.Stop();

    /// <summary>Waits for the end of the script and passes on an assertion that failed in it.</summary>
    public void Dispose()
    {
        bool ended = _thread.Join(TimeSpan.FromSeconds(20));
        _listener.Dispose();
        _failure?.Throw();
        if (!ended)
            throw new TimeoutException("The script of the fake server does not end.");
    }

    /// <param name="listening">The listener's socket: the listener itself forgets it when it is stopped meanwhile.</param>
    /// <param name="scripts">What to play to each who connects.</param>
    private void Serve(Socket listening, Action<FakeSession>[] scripts)
    {
        try
        {
            foreach (Action<FakeSession> script in scripts)
            {
                using var client = new TcpClient { Client = listening.Accept() };
                using var session = new FakeSession(client.GetStream());
                try
                {
                    script(session);
                }
                finally
                {
                    _received.AddRange(session.Received);
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The client hung up, which many tests want, or nobody else came.
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
    }
}
