using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>Logs that lie in files.</summary>
internal sealed class FileLogSeries : LogSeries
{
    private readonly IReadOnlyList<string> _paths;
    private readonly Keyring? _keyring;
    private readonly CancellationToken _stop;

    /// <param name="paths">The files in log order.</param>
    /// <param name="keyring">Keys for encrypted logs, or null.</param>
    /// <param name="stop">Cancels.</param>
    /// <exception cref="RecoveryException">LogSeriesIncomplete: a number is left out.</exception>
    public FileLogSeries(IReadOnlyList<string> paths, Keyring? keyring, CancellationToken stop)
    {
        _paths = paths;
        _keyring = keyring;
        _stop = stop;
        Logs = [.. paths.Select(p => Path.GetFileName(LogContainer.LogName(p)))];
        Name = Path.GetDirectoryName(paths[0]) is { Length: > 0 } folder ? folder : paths[0];
        for (int i = 1; i < paths.Count; i++)
        {
            bool isNext = LogNumber.Of(paths[i]) == LogNumber.Of(paths[i - 1]) + 1 && LogNumber.Stem(Logs[i]) == LogNumber.Stem(Logs[i - 1]);
            if (!isNext)
                throw new RecoveryException(
                    "LogSeriesIncomplete", RecoveryErrorKind.InvalidArgument,
                    $"{Logs[i]} does not follow {Logs[i - 1]}: what is between them cannot be told from what was lost", paths[i],
                    recommendedAction: "Give all logs of one server without a gap, or a shorter range of them.");
        }
    }

    public override string Name { get; }

    public override IReadOnlyList<string> Logs { get; }

    public override EventReader Open(int log, long position = 0)
    {
        var reader = new FileEventReader(LogContainer.Open(_paths[log], _keyring, _stop));
        try
        {
            if (position > FileEventReader.FirstPosition && reader.Read())
                reader.Seek(position);
            return new ExpandedEventReader(reader);
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }
}
