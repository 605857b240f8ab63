using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Gtids;

namespace MySqlRecovery.Client.Replication;

/// <summary>The last GTID of each domain that has come completely: where a MariaDB server is to go on.</summary>
/// <param name="text"><c>domain-server-sequence</c>, several with commas between them.</param>
/// <exception cref="Model.RecoveryException">GtidSetInvalid</exception>
internal sealed class MariaDbGtidState(string text)
{
    private readonly MariaDbPosition _complete = MariaDbPosition.Parse(text);
    private Gtid? _current;

    /// <summary>A GTID event begins a transaction, and so ends the one before it.</summary>
    public void Enter(ReadOnlySpan<byte> gtidEvent)
    {
        if (_current is { } complete)
            _complete.Set(complete);
        _current = GtidEvent.Parse(EventHeader.Parse(gtidEvent), gtidEvent[EventHeader.Size..]).Gtid;
    }

    /// <summary>In the form of <c>@slave_connect_state</c>, without the transaction that is still coming.</summary>
    public override string ToString() => _complete.ToString();
}
