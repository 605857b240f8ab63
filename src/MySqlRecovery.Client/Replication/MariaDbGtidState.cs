using System.Buffers.Binary;
using System.Globalization;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Replication;

/// <summary>The last GTID of each domain that has come completely: where a MariaDB server is to go on.</summary>
internal sealed class MariaDbGtidState
{
    private readonly SortedDictionary<uint, (uint ServerId, ulong Sequence)> _domains = [];
    private (uint Domain, uint ServerId, ulong Sequence)? _current;

    /// <summary>Reads <c>domain-server-sequence</c>, several with commas between them.</summary>
    /// <exception cref="Model.RecoveryException">GtidSetInvalid</exception>
    public MariaDbGtidState(string text)
    {
        foreach (string gtid in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = gtid.Split('-');
            if (fields.Length != 3 || !Number(fields[0], out uint domain) || !Number(fields[1], out uint server) || !Number(fields[2], out ulong sequence))
                throw GtidSetEncoding.Invalid(text);
            _domains[domain] = (server, sequence);
        }
    }

    /// <summary>A GTID event begins a transaction, and so ends the one before it.</summary>
    public void Enter(ReadOnlySpan<byte> gtidEvent)
    {
        if (_current is { } complete)
            _domains[complete.Domain] = (complete.ServerId, complete.Sequence);
        _current = (
            BinaryPrimitives.ReadUInt32LittleEndian(gtidEvent[(EventHeader.Size + 8)..]),
            EventHeader.Parse(gtidEvent).ServerId,
            BinaryPrimitives.ReadUInt64LittleEndian(gtidEvent[EventHeader.Size..]));
    }

    /// <summary>In the form of <c>@slave_connect_state</c>, without the transaction that is still coming.</summary>
    public override string ToString() => string.Join(',', _domains.Select(d => $"{d.Key}-{d.Value.ServerId}-{d.Value.Sequence}"));

    private static bool Number(string text, out uint value) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool Number(string text, out ulong value) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
