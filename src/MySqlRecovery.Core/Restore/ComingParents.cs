using MySqlRecovery.Changes;

namespace MySqlRecovery.Restore;

/// <summary>
/// Rows that come to have the values that a foreign key refers to, be it the key of their table or another unique one. What is no
/// key is indexed when it is first asked for.
/// </summary>
/// <param name="changes">All that is to be restored.</param>
/// <param name="tables">The tables of the server.</param>
/// <param name="reverse">Whether the changes are undone.</param>
internal sealed class ComingParents(NetChanges changes, RestoreTables tables, bool reverse)
{
    private readonly Dictionary<Reference, KeyNumbers> _byReference = [];

    /// <summary>The number of the row; -1 for none.</summary>
    /// <param name="reference">The foreign key.</param>
    /// <param name="values">The values that it refers to.</param>
    public int Find(Reference reference, IEnumerable<byte[]?> values)
    {
        if (tables.Find(reference.Parent) is not { } parent)
            return -1;
        int[] columns = Array.ConvertAll(reference.ParentColumns, parent.Find);
        if (parent.Key.SequenceEqual(columns))
            return changes.FindComing(StoredRow.Hash(parent.Map.Database, parent.Map.Table, values));
        if (!_byReference.TryGetValue(reference, out KeyNumbers? numbers))
            _byReference.Add(reference, numbers = Number(reference));
        return numbers.Find(StoredRow.Hash(parent.Map.Database, parent.Map.Table, values));
    }

    private KeyNumbers Number(Reference reference)
    {
        var numbers = new KeyNumbers();
        for (int number = 0; number < changes.Count; number++)
        {
            NetChange change = changes[number];
            FoldedRow.Image to = reverse ? change.First : change.Last;
            RestoreTable table = tables.Find(changes.MapOf(change));
            if (table.Name != reference.Parent || !to.IsRow || table.Problem != null || change.Flags.HasFlag(NetChangeFlags.Partial))
                continue;
            numbers.Set(changes.HashOf(change, to, Array.ConvertAll(reference.ParentColumns, table.Find)), number);
        }

        return numbers;
    }
}
