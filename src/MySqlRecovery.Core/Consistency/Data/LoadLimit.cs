using System.Diagnostics;
using System.Globalization;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Server;

namespace MySqlRecovery.Consistency.Data;

/// <summary>Slows the reading down where a server is busy or the replica falls behind.</summary>
internal sealed class LoadLimit(ServerPair pair, ReplicaProgress progress, DataCheckOptions options, CancellationToken token)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // A replica may be behind for reasons of its own, for hours: then reading goes on, slowly.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _sinceLook = Stopwatch.StartNew();

    /// <summary>Returns when the next chunk may be read.</summary>
    public void Wait()
    {
        if (_sinceLook.Elapsed < Interval)
            return;
        var pause = Stopwatch.StartNew();
        while (IsBusy() && pause.Elapsed < LongestPause)
        {
            if (token.WaitHandle.WaitOne(Interval))
                token.ThrowIfCancellationRequested();
        }

        _sinceLook.Restart();
    }

    private bool IsBusy() => ThreadsRunning(pair.Source) > options.MaxLoad || ThreadsRunning(pair.Replica) > options.MaxLoad
        || (progress.IsApplying && progress.ReadLag() > options.MaxLag);

    private int ThreadsRunning(ComparedServer server) =>
        server.Client.QueryAll("SHOW GLOBAL STATUS LIKE 'Threads_running'", token) is [[_, { } count], ..]
        ? int.Parse(count, CultureInfo.InvariantCulture) : 0;
}
