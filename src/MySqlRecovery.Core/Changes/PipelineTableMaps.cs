using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>Table maps of objects that came down the pipeline: parsed once as long as the same map comes again.</summary>
internal sealed class PipelineTableMaps(ITableSchemaSource? schema)
{
    private readonly Dictionary<byte[], TableMap> _byReference = new(ReferenceEqualityComparer.Instance);
    private readonly TableMapCache _byContent = new(schema);

    /// <summary>The schema that completes the maps, or null.</summary>
    public ITableSchemaSource? Schema => schema;

    /// <summary>The map of a row event; null for other events.</summary>
    public TableMap? Find(BinlogEvent item) =>
        item.Operation == null ? null : Find(item.TableMapEvent, item.RawEvent != null && item.FormatEvent != null, item);

    /// <summary>The map of a row.</summary>
    public TableMap Find(RowChange item) => Find(
        item.TableMapEvent, item.RowsEventHead != null && item.FormatEvent != null && (item.BeforeImage ?? item.AfterImage) != null, item);

    private TableMap Find(byte[]? raw, bool isComplete, object item)
    {
        if (raw == null || !isComplete)
            throw new RecoveryException(
                "RowEventIncomplete", RecoveryErrorKind.InvalidArgument, $"{item} does not carry the bytes of its event",
                recommendedAction: "Pass the objects on as they are; Select-Object with chosen properties drops the bytes.");
        if (_byReference.TryGetValue(raw, out TableMap? map))
            return map;
        try
        {
            map = raw.Length < EventHeader.Size ? throw new EndOfStreamException("no event header") : _byContent.Add(raw, 6);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new RecoveryException(
                "TableMapMalformed", RecoveryErrorKind.InvalidData, $"the table map of {item} cannot be read: {e.Message}", inner: e);
        }

        // Objects from another machine bring a new array each; only so many are worth remembering.
        if (_byReference.Count < 4096)
            _byReference.Add(raw, map);
        return map;
    }
}
