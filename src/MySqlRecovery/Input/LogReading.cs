using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Client;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Input;

/// <summary>What one scan reads: the files given, or a server's logs.</summary>
/// <param name="FileCount">How many logs there are; null where only the server knows.</param>
/// <param name="Ranges">The logs in their order; true reads them as a whole, although a part is chosen.</param>
/// <param name="OpenSchema">What is known of the tables from elsewhere, as it is before the first event; null: nothing.</param>
/// <param name="Sizes">How long the logs are; none where that is not known.</param>
internal sealed record LogInput(
    int? FileCount, Func<bool, IEnumerable<LogRange>> Ranges, Func<ITableSchemaSource?> OpenSchema, Lazy<LogSize[]> Sizes);

/// <summary>How long a log is.</summary>
/// <param name="LogFile">Its name.</param>
/// <param name="Bytes">Its bytes.</param>
internal sealed record LogSize(string LogFile, long Bytes)
{
    /// <summary>Of a file; 0 for what has no length, such as standard input.</summary>
    public static LogSize OfFile(string path) => new(Path.GetFileName(path), File.Exists(path) ? new FileInfo(path).Length : 0);

    /// <summary>Of a server's logs, as far as the account may ask; only those that are still to be read.</summary>
    public static LogSize[] OfServer(ConnectionOptions options, string? startFile, string? stopFile, CancellationToken stop)
    {
        try
        {
            using ServerConnection connection = ServerConnection.Open(options, stop);
            IReadOnlyList<BinaryLog> logs = UnreadableAnswer.Guard(connection, () => BinaryLogs.List(connection, stop));
            return [.. logs.Where(l => (startFile == null || !LogNumber.IsBefore(l.Name, startFile))
                && (stopFile == null || !LogNumber.IsBefore(stopFile, l.Name))).Select(l => new LogSize(l.Name, l.Size))];
        }
        catch (RecoveryException)
        {
            return [];
        }
    }
}

/// <summary>Reads one input step by step. A step writes nothing, so that it can be made on any thread.</summary>
internal sealed class LogReading(EventScan scan, IEventOutput output) : IDisposable
{
    /// <summary>What the last step gave.</summary>
    public List<object> Items { get; } = [];

    /// <summary>What went wrong in the last step; reading goes on after it.</summary>
    public List<RecoveryException> Errors { get; } = [];

    /// <summary>Bytes of the event that the last step gave something of.</summary>
    public long Size { get; private set; }

    /// <summary>Where the reading is at this moment, whoever asks; null before the first log and after the last.</summary>
    public LogPlace? PlaceNow =>
        scan.ReaderNow is { } reader ? new LogPlace(reader.Path, reader.LogFile, scan.LogIndex, reader.Position) : null;

    /// <summary>Goes to the next matching event; false at the end.</summary>
    /// <exception cref="OperationCanceledException">The scan was stopped.</exception>
    [MethodImpl(Jit.Hot)]
    public bool Step()
    {
        Items.Clear();
        Errors.Clear();
        bool isThere = true;
        RecoveryException? error = null;
        try
        {
            isThere = scan.Read();
            if (isThere)
            {
                output.Take(scan, Items);
                Size = scan.Reader.Header.Length;
            }
            else
            {
                output.Complete(Items);
            }
        }
        catch (RecoveryException e)
        {
            error = e;
        }

        while (scan.Gaps.TryDequeue(out RecoveryException? gap))
            Errors.Add(gap);
        if (error != null)
            Errors.Add(error);
        return isThere;
    }

    public void Dispose() => scan.Dispose();
}

/// <summary>How far a reading is.</summary>
/// <param name="Path">The log's path or server.</param>
/// <param name="LogFile">The log's name.</param>
/// <param name="LogIndex">Its number among those read, from 0.</param>
/// <param name="Position">Offset in it.</param>
internal readonly record struct LogPlace(string Path, string LogFile, int LogIndex, long Position)
{
    [MethodImpl(Jit.Hot)]
    public static LogPlace Of(EventScan scan) => new(scan.Reader.Path, scan.Reader.LogFile, scan.LogIndex, scan.Reader.Position);
}
