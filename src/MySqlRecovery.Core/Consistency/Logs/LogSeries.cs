using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>The logs of one server, in the order in which it wrote them.</summary>
internal abstract class LogSeries
{
    /// <summary>How findings name it: the server, or the folder of the files.</summary>
    public abstract string Name { get; }

    /// <summary>The names of the logs, without folder.</summary>
    public abstract IReadOnlyList<string> Logs { get; }

    /// <summary>Opens a log at its first event, or behind its format description at the event that starts at a position.</summary>
    /// <exception cref="Model.RecoveryException">The log cannot be opened.</exception>
    public abstract EventReader Open(int log, long position = 0);

    /// <summary>The number of a log of that name, or -1.</summary>
    public int IndexOf(string log)
    {
        for (int i = 0; i < Logs.Count; i++)
        {
            if (string.Equals(Logs[i], log, StringComparison.Ordinal))
                return i;
        }

        return -1;
    }
}
