using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>The event that began a cascade.</summary>
/// <param name="Item">Number of the event in the index.</param>
/// <param name="LogFile">Its log.</param>
/// <param name="Transaction">Where its transaction begins.</param>
/// <param name="Key">Hash of table and key of the deleted row.</param>
internal sealed record CascadeRoot(int Item, string LogFile, long Transaction, UInt128 Key)
{
    /// <summary>Whether the reading has come past it.</summary>
    public bool IsPast { get; set; }
}

/// <summary>A row that was deleted, with the values by which others may have referred to it.</summary>
/// <param name="Table">Its table on the server.</param>
/// <param name="Root">What deleted it.</param>
/// <param name="Values">Hash of the values that a foreign key refers to, by foreign key.</param>
internal sealed record DeletedParent(TableName Table, CascadeRoot Root, IReadOnlyDictionary<Reference, UInt128> Values)
{
    /// <summary>The deleted rows of an index that may have taken others along unlogged.</summary>
    /// <param name="index">What is to be undone.</param>
    /// <param name="tables">The tables of the server.</param>
    /// <param name="where">The row test that is still to be made, or null.</param>
    /// <param name="stop">Cancels.</param>
    public static IEnumerable<DeletedParent> Find(
        ChangeIndex index, RestoreTables tables, RowPredicate? where, CancellationToken stop)
    {
        using var windows = new SourceWindows(index.Sources, backwards: false);
        for (int t = 0; t < index.Transactions.Count; t++)
        {
            IndexedTransaction transaction = index.Transactions[t];
            for (int item = transaction.FirstEvent; item < index.EndOf(t); item++)
            {
                stop.ThrowIfCancellationRequested();
                if (index.Events[item].Type.Operation() != RowOperation.Delete)
                    continue;
                RestoreTable table = tables.Find(index.Maps[index.Events[item].Map]);
                if (table.Key.Length == 0 || table.Problem != null || !table.Children.Any(IsCascade))
                    continue;
                foreach (DeletedParent parent in Find(index, transaction, item, table, windows, where))
                    yield return parent;
            }
        }
    }

    /// <summary>A row of which all columns are known; null where nothing cascades from it.</summary>
    public static DeletedParent? Of(StoredRow row, RestoreTable table, CascadeRoot root)
    {
        var values = new Dictionary<Reference, UInt128>();
        foreach (Reference key in table.Children.Where(IsCascade))
        {
            int[] columns = Array.ConvertAll(key.ParentColumns, table.Find);
            if (Array.TrueForAll(columns, c => c >= 0 && row.Values[c] != null))
                values[key] = HashOf(key, columns.Select(c => row.Values[c]));
        }

        return values.Count == 0 ? null : new DeletedParent(table.Name, root, values);
    }

    /// <summary>Hash of the values of a foreign key's columns, in the child or in the parent.</summary>
    public static UInt128 HashOf(Reference key, IEnumerable<byte[]?> values) =>
        StoredRow.Hash(key.Child.Database!, $"{key.Child.Name}\0{key.Name}", values);

    public static bool IsCascade(Reference key) => key.DeleteRule == "CASCADE";

    private static List<DeletedParent> Find(
        ChangeIndex index, in IndexedTransaction transaction, int item, RestoreTable table, SourceWindows windows, RowPredicate? where)
    {
        var found = new List<DeletedParent>();
        IndexedEvent indexed = index.Events[item];
        TableMap map = index.Maps[indexed.Map];
        string log = index.LogFiles[transaction.Log];
        try
        {
            ReadOnlySpan<byte> raw = windows.Read(indexed.Source, indexed.Offset, indexed.Length);
            RowsEvent rows = RowsEvent.Parse(EventHeader.Parse(raw).Type, raw[EventHeader.Size..], map.Columns.Length);
            if (!rows.CascadesUnlogged)
                return found;
            using var scratch = new TextBuffer();
            var row = new RowCursor(rows, map);
            while (row.MoveNext())
            {
                if (where?.IsMatch(row) == false || !RowKey.IsIn(row.BeforeLayout, map.PrimaryKey))
                    continue;
                StoredRow parent = StoredRow.OfImage(map, WidenedImages.Widen(map.Layout, row.BeforeLayout, row.Before, []), scratch);
                if (Of(parent, table, new CascadeRoot(item, log, transaction.Position, parent.Hash(table.Key))) is { } deleted)
                    found.Add(deleted);
            }

            return found;
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw MalformedData.OfEvent("a row of a deletion", e, log, indexed.Offset);
        }
    }
}
