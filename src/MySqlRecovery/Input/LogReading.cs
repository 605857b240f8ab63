using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;

namespace MySqlRecovery.Input;

/// <summary>What one scan reads: the files given, or a server's logs.</summary>
/// <param name="FileCount">How many logs there are; null where only the server knows.</param>
/// <param name="Ranges">The logs in their order; true reads them as a whole, although a part is chosen.</param>
/// <param name="OpenSchema">What is known of the tables from elsewhere, as it is before the first event; null: nothing.</param>
internal sealed record LogInput(int? FileCount, Func<bool, IEnumerable<LogRange>> Ranges, Func<ITableSchemaSource?> OpenSchema);

/// <summary>Reads one input step by step. A step writes nothing, so that it can be made on any thread.</summary>
internal sealed class LogReading(EventScan scan, IEventOutput output) : IDisposable
{
    /// <summary>What the last step gave.</summary>
    public List<object> Items { get; } = [];

    /// <summary>What went wrong in the last step; reading goes on behind it.</summary>
    public List<RecoveryException> Errors { get; } = [];

    /// <summary>Bytes of the event that the last step gave something of.</summary>
    public long Size { get; private set; }

    /// <summary>Where the last step led to; null at the end and where it failed.</summary>
    public LogPlace? Place { get; private set; }

    /// <summary>Goes to the next matching event; false at the end.</summary>
    /// <exception cref="OperationCanceledException">The scan was stopped.</exception>
    [MethodImpl(Jit.Hot)]
    public bool Step()
    {
        Items.Clear();
        Errors.Clear();
        Place = null;
        bool isThere = true;
        RecoveryException? error = null;
        try
        {
            isThere = scan.Read();
            if (isThere)
            {
                output.Take(scan, Items);
                Size = scan.Reader.Header.Length;
                Place = LogPlace.Of(scan);
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
