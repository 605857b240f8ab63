using System.Diagnostics;

namespace MySqlRecovery.Server.Tests.Servers;

/// <summary>
/// A server that runs under <c>guard.sh</c>: it is killed and its folder removed when this object is disposed, and also
/// when the process of the tests ends in whatever way, because then the pipe between the two closes.
/// </summary>
internal sealed class GuardedProcess : IDisposable
{
    private readonly string _directory;
    private readonly Process _guard;

    public GuardedProcess(string directory, string program, params IEnumerable<string> arguments)
    {
        _directory = directory;
        string guard = Path.Combine(ServerInstallation.Scripts, "guard.sh");
        _guard = Process.Start(new ProcessStartInfo("sh", [guard, directory, program, .. arguments]) { RedirectStandardInput = true })!;
    }

    public bool HasExited => _guard.HasExited;

    /// <summary>Asks the server to shut down.</summary>
    public void Terminate()
    {
        _guard.StandardInput.WriteLine();
        _guard.StandardInput.Flush();
    }

    /// <summary>Kills the server and leaves the folder as it is.</summary>
    public void Kill()
    {
        _guard.StandardInput.WriteLine("kill");
        _guard.StandardInput.Flush();
        _guard.WaitForExit();
    }

    /// <summary>Waits until the program has ended by itself and leaves the folder as it is; gives the exit code.</summary>
    public int WaitForExit(TimeSpan timeout) => _guard.WaitForExit(timeout)
        ? _guard.ExitCode
        : throw new TimeoutException($"The server in {_directory} did not end within {timeout.TotalSeconds} s.");

    public void Dispose()
    {
        _guard.StandardInput.Close();
        _guard.WaitForExit();
        _guard.Dispose();
    }
}
