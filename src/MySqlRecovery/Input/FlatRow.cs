using System.Collections.Specialized;
using System.Management.Automation;
using MySqlRecovery.Model;

namespace MySqlRecovery.Input;

/// <summary>A changed row as an object with one property a column: for tables, CSV and HTML.</summary>
internal static class FlatRow
{
    /// <summary>The row: where and who, key and change as text, then each column as it was and as it became; bytes are hexadecimal
    /// text.</summary>
    public static PSObject Of(RowChange change)
    {
        var flat = new PSObject();
        Add(flat, nameof(RowChange.Server), change.Server);
        Add(flat, nameof(RowChange.LogFile), change.LogFile);
        Add(flat, nameof(RowChange.Position), change.Position);
        Add(flat, nameof(RowChange.Timestamp), change.Timestamp);
        Add(flat, nameof(RowChange.ThreadId), change.ThreadId);
        Add(flat, nameof(RowChange.Gtid), change.Gtid);
        Add(flat, nameof(RowChange.Database), change.Database);
        Add(flat, nameof(RowChange.Table), change.Table);
        Add(flat, nameof(RowChange.Operation), change.Operation);
        Add(flat, nameof(RowChange.Key), RowText.Of(change.Key));
        Add(flat, "Change", RowText.OfChange(change));
        (OrderedDictionary? before, OrderedDictionary? after) = (change.Before, change.After);
        foreach (string column in change.ColumnName)
        {
            Add(flat, $"old_{column}", Plain(before?[column]));
            Add(flat, $"new_{column}", Plain(after?[column]));
        }

        return flat;
    }

    private static object? Plain(object? value) => value switch
    {
        byte[] => RowText.OfValue(value),
        _ => value,
    };

    private static void Add(PSObject flat, string name, object? value) => flat.Properties.Add(new PSNoteProperty(name, value));
}
