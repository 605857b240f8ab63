using MySqlRecovery.Binlog.Reading;

namespace MySqlRecovery.Client.Replication;

/// <summary>From where a server is to send its binlog, and how.</summary>
internal sealed record BinlogDumpRequest
{
    /// <summary>Where the events of a binlog file begin, after its magic number.</summary>
    public const long FirstPosition = FileEventReader.FirstPosition;

    /// <summary>File to start in; empty means the oldest that the server has, or the right one for <see cref="GtidSet"/>.</summary>
    public string FileName { get; init; } = "";

    /// <summary>Byte offset to start at: the end of an event.</summary>
    public long Position { get; init; } = FirstPosition;

    /// <summary>
    /// What is already there and shall not be sent. MySQL: a GTID set (<c>uuid:1-5:7,...</c>, tags allowed; empty for
    /// everything that the server has). MariaDB: the last GTID of each domain (<c>0-1-100,1-1-7</c>). Without a file name
    /// the server finds the start; with one, events before that file and position are left out as well.
    /// </summary>
    public string? GtidSet { get; init; }

    /// <summary>Whether to wait at the end for what comes, rather than to end there.</summary>
    public bool Blocking { get; init; }

    /// <summary>How often a waiting server gives a sign of life; the dump fails after three that stay out.</summary>
    public TimeSpan HeartbeatPeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The id to register as. It must be no other replica's, whose dump the server would end: 0 takes a random one for a
    /// blocking dump and none otherwise.
    /// </summary>
    public uint ServerId { get; init; }
}
