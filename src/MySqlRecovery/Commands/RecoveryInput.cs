using System.Management.Automation;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Transactions;
using MySqlRecovery.Undo;

namespace MySqlRecovery.Commands;

/// <summary>
/// Events and rows as they come down the pipeline: live, or as the property bags that remoting, jobs and Import-Clixml make.
/// </summary>
internal sealed class RecoveryInput(Func<BinlogEvent, TableMap, bool> isMatch, RowPredicate? where, ITableSchemaSource? schema)
{
    private readonly PipelineTableMaps _maps = new(schema);

    /// <summary>A spool that shares the table maps.</summary>
    public UndoSpool CreateSpool(bool reverse) => new(_maps, reverse);

    /// <summary>Takes an object into an undo.</summary>
    public void Spool(PSObject input, UndoSpool spool)
    {
        switch (Unwrap(input))
        {
            case BinlogEvent item when item.Operation == null || where == null:
                if (item.Operation == null || isMatch(item, _maps.Find(item)!))
                    spool.Add(item);
                break;
            case BinlogEvent item:
                foreach (RowChange row in Rows(item))
                    spool.Add(row);
                break;
            case RowChange row:
                spool.Add(row);
                break;
        }
    }

    private IEnumerable<RowChange> Rows(BinlogEvent item) =>
        _maps.Find(item) is { } map && isMatch(item, map) ? item.ToRowChanges(map, where) : [];

    /// <summary>The BinlogEvent or RowChange, made anew from a property bag if need be.</summary>
    private static object Unwrap(PSObject input)
    {
        if (input.BaseObject is BinlogEvent or RowChange)
            return input.BaseObject;
        Type? type = input.Properties[nameof(RowChange.RowIndex)] != null ? typeof(RowChange)
            : input.Properties[nameof(BinlogEvent.EventType)] != null ? typeof(BinlogEvent) : null;
        try
        {
            if (type != null)
                return LanguagePrimitives.ConvertTo(input, type);
        }
        catch (PSInvalidCastException e)
        {
            throw Unknown(input, e);
        }

        throw Unknown(input, null);
    }

    private static RecoveryException Unknown(PSObject input, Exception? inner) => new(
        "InputObjectUnknown", RecoveryErrorKind.InvalidArgument,
        $"an object of type {input.TypeNames[0]} is neither a BinlogEvent nor a RowChange", inner: inner,
        recommendedAction: "Pass on what Get-BinlogEvent or Get-RowChange gave; use Export-Clixml, not CSV or JSON, to store it.");
}
