using System.Reflection;
using System.Security.Cryptography;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Client;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Model;

namespace MySqlRecovery.Server.Tests.Live;

/// <summary>Reads the logs of a running server as the cmdlets do, and makes events comparable with those of files.</summary>
internal static class WireReading
{
    // The server's name is what differs on purpose; a start further on in a file gets a format description of its own.
    private static readonly PropertyInfo[] Compared = [.. typeof(BinlogEvent).GetProperties()
        .Where(p => p.Name is not (nameof(BinlogEvent.Server) or nameof(BinlogEvent.FormatEvent)))];

    public static EventScan Scan(ConnectionOptions options, ServerLogRequest request, CancellationToken stop,
        Action<string>? warn = null) =>
        new(new ServerLog(options, request, warn ?? (_ => { }), stop).Ranges(), EventFilter.All, stop);

    public static List<BinlogEvent> Events(ConnectionOptions options, ServerLogRequest request, CancellationToken stop)
    {
        using EventScan scan = Scan(options, request, stop);
        var events = new List<BinlogEvent>();
        while (scan.Read())
            events.Add(scan.ToBinlogEvent());
        return events;
    }

    /// <summary>
    /// All properties as one line, bytes included. Of a table map that comes again and again it makes no difference which one
    /// an event carries, so its header is left out.
    /// </summary>
    public static string Text(BinlogEvent item) => string.Join('|', Compared.Select(p => p.GetValue(item) switch
    {
        byte[] map when p.Name == nameof(BinlogEvent.TableMapEvent) => Convert.ToHexString(map.AsSpan(EventHeader.Size)),
        byte[] { Length: > 4096 } bytes => $"{bytes.Length}:{Convert.ToHexString(SHA256.HashData(bytes))}",
        byte[] bytes => Convert.ToHexString(bytes),
        var value => value?.ToString(),
    }));

    public static IEnumerable<string> Texts(this IEnumerable<BinlogEvent> events) => events.Select(Text);
}
