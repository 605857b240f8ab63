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
    private volatile bool _stopped;

    public FakeServer(params Action<FakeSession>[] scripts)
    {
        _listener.Start();
        _thread = new Thread(() => Serve(scripts)) { IsBackground = true };
        _thread.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ConnectionOptions Options => new()
    {
        Host = "127.0.0.1", Port = Port, User = "tester", Password = "Secret#42", ConnectTimeout = TimeSpan.FromSeconds(10),
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
    public void StopListening()
    {
        _stopped = true;
        _listener.Stop();
    }

    /// <summary>Waits for the end of the script and passes on an assertion that failed in it.</summary>
    public void Dispose()
    {
        bool ended = _thread.Join(TimeSpan.FromSeconds(20));
        _listener.Dispose();
        _failure?.Throw();
        if (!ended)
            throw new TimeoutException("The script of the fake server does not end.");
    }

    private void Serve(Action<FakeSession>[] scripts)
    {
        try
        {
            foreach (Action<FakeSession> script in scripts)
            {
                using TcpClient client = _listener.AcceptTcpClient();
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
            // The client hung up, which many tests want.
        }
        catch (InvalidOperationException) when (_stopped)
        {
            // Nobody else came.
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
    }
}
