using MySqlRecovery.Model;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>
/// What other rows say of restoring some: those that hold a unique value, those that a foreign key refers to, and those that
/// refer by one. Rows that are restored along with them are taken as they will be.
/// </summary>
/// <param name="client">The server.</param>
/// <param name="changes">All that is to be restored.</param>
/// <param name="tables">The tables of the server.</param>
/// <param name="parents">Rows to come that foreign keys refer to.</param>
/// <param name="rows">Reads the server.</param>
/// <param name="stop">Cancels.</param>
internal sealed class RowConflicts(
    IQueryClient client, NetChanges changes, RestoreTables tables, ComingParents parents, KeyedRows rows, CancellationToken stop)
{
    /// <summary>Of the rows that refer to others, so many are looked at.</summary>
    private const int MaximumChildren = 2000;

    /// <summary>Asks the server what stands in the way of rows that would be written.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="locks">Whether parents are locked against being deleted.</param>
    public void Look(IReadOnlyList<RestoreRow> batch, bool locks)
    {
        foreach (
            IGrouping<RestoreTable, RestoreRow> group in batch.Where(r =>
                r.Applies || r.Verdict == RestoreVerdict.Occupied).GroupBy(r => r.Table))
        {
            foreach (RestoreRow row in group)
            {
                // The row in whose place another is put by force is none that stands in the way.
                StoredRow? holder = row.From != null ? row.NowAtTarget : row.Applies ? null : row.Now;
                if (holder != null)
                    row.Holders.Add((null, holder));
            }

            foreach (UniqueKey key in group.Key.UniqueKeys)
                FindHolders(group.Key, key, [.. group.Where(r => Needs(r, key.Columns))]);
            foreach (Reference reference in group.Key.Parents)
            {
                int[] columns = OrdinalsOf(group.Key, reference.ChildColumns);
                FindMissing(group.Key, reference, columns, [.. group.Where(r => Needs(r, columns))], locks);
            }

            foreach (Reference reference in group.Key.Children)
            {
                int[] columns = OrdinalsOf(group.Key, reference.ParentColumns);
                FindChildren(
                    group.Key, reference, columns, [.. group.Where(
                        r => r.From != null && (r.To == null || Array.Exists(columns, c => !r.From.IsSame(r.To, c))))]);
            }
        }
    }

    /// <summary>Decides from what was found; repeated until nothing changes, for a row that stays may be in another's way.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="other">The row of a number, as far as it is known what becomes of it; null where it is not.</param>
    public void Decide(IReadOnlyList<RestoreRow> batch, Func<int, RestoreRow?> other)
    {
        bool changed;
        do
        {
            changed = false;
            var coming = new HashSet<UInt128>();
            foreach (RestoreRow row in batch.Where(r => r is { Applies: true, To: not null }))
            {
                foreach (Reference reference in row.Table.Children)
                    coming.Add(HashOf(reference, OrdinalsOf(row.Table, reference.ParentColumns).Select(c => row.To!.Values[c])));
            }

            foreach (RestoreRow row in batch)
            {
                if (row.Verdict == RestoreVerdict.Occupied && row.Holders.Count > 0 && row.Holders[0].Key == null
                    && IsReleased(row, row.Holders[0], other))
                {
                    row.Decide(RestoreVerdict.Clean, null);
                    changed = true;
                }

                if (row.Applies && FindObstacle(row, coming, other) is var (verdict, reason, columns))
                {
                    row.Decide(verdict, reason, columns);
                    row.Holders.RemoveAll(h => h.Key == null);
                    changed = true;
                }
            }
        }
        while (changed);
    }

    private (RestoreVerdict, string, int[])? FindObstacle(RestoreRow row, HashSet<UInt128> coming, Func<int, RestoreRow?> other)
    {
        foreach ((UniqueKey? Key, StoredRow Holder) held in row.Holders)
        {
            if (IsReleased(row, held, other))
                continue;
            int[] columns = held.Key?.Columns ?? row.Table.Key;
            string holder = Describe(held.Holder, row.Table.Key.Length > 0 ? row.Table.Key : columns);
            return held.Key == null
                ? (RestoreVerdict.Occupied, $"another row has the key {Describe(held.Holder, row.Table.Key)}", columns)
                : (RestoreVerdict.UniqueTaken, $"the row {holder} holds {Describe(row.To!, columns)} of the unique key {held.Key.Name}",
                    columns);
        }

        foreach (Reference reference in row.MissingParents)
        {
            int[] columns = OrdinalsOf(row.Table, reference.ChildColumns);
            IEnumerable<byte[]?> values = columns.Select(c => row.To!.Values[c]);
            if (!coming.Contains(HashOf(reference, values)) && !WillCome(reference, values, other))
                return (RestoreVerdict.ParentMissing, $"{reference.Parent} has no row with {Describe(row.To!, columns)}, which the foreign "
                    + $"key {reference.Name} refers to", columns);
        }

        foreach (IGrouping<Reference, (Reference Key, int Number)> children in row.Children.GroupBy(c => c.Key))
        {
            long left = children.LongCount(c => c.Number < 0 || other(c.Number) is not { } child || !ReleasesParent(child, row, c.Key));
            if (left > 0)
                return (RestoreVerdict.ChildPresent,
                    $"{(left >= MaximumChildren ? "at least " : "")}{left} rows of {children.Key.Child} refer to it by the foreign key "
                        + $"{children.Key.Name} (ON DELETE {children.Key.DeleteRule})",
                    OrdinalsOf(row.Table, children.Key.ParentColumns));
        }

        return null;
    }

    private bool IsReleased(RestoreRow row, (UniqueKey? Key, StoredRow Holder) held, Func<int, RestoreRow?> other)
    {
        RestoreTable table = row.Table;
        int number = table.Key.Length == 0 ? -1 : changes.Find(held.Holder.Hash(table.Key));
        if (number < 0 || number == row.Number)
            return false;
        if (other(number) is not { } holder || !holder.Releases(held.Holder, held.Key?.Columns ?? table.Key))
            return false;
        // A row that stays must step aside, and can be put back exactly only if the log has all of it.
        if (holder.To == null)
            return true;
        if (holder.Verdict != RestoreVerdict.Clean || table.Chosen != null)
            return false;
        return holder.IsChained = true;
    }

    private bool WillCome(Reference reference, IEnumerable<byte[]?> values, Func<int, RestoreRow?> other)
    {
        int number = parents.Find(reference, values);
        return number >= 0 && other(number) is { Applies: true, To: { } to } parent
            && reference.ParentColumns.Select(c => to.Values[parent.Table.Find(c)]).Zip(values, StoredRow.IsSame).All(s => s);
    }

    private static bool ReleasesParent(RestoreRow child, RestoreRow parent, Reference reference)
    {
        int[] columns = OrdinalsOf(child.Table, reference.ChildColumns), referenced = OrdinalsOf(parent.Table, reference.ParentColumns);
        return child is { Applies: true, From: not null }
            && (
                child.To == null
                || columns.Zip(referenced).Any(p => !StoredRow.IsSame(child.To.Values[p.First], parent.From!.Values[p.Second])));
    }

    private static bool Needs(RestoreRow row, int[] columns) => row.To != null && Array.TrueForAll(columns, c => row.To.Values[c] != null)
        && (row.From == null || Array.Exists(columns, c => !row.From.IsSame(row.To, c)));

    private void FindHolders(RestoreTable table, UniqueKey key, RestoreRow[] needing)
    {
        if (needing.Length == 0)
            return;
        bool isLoose = key.Columns.Any(table.IsTextual) || key.Prefixes.Any(p => p != null);
        var byValue = new Dictionary<UInt128, StoredRow>();
        List<StoredRow> found = rows.Select(
            table, isLoose
            ? LooseCondition(table, key, needing) : rows.Condition(table, key.Columns, [.. needing.Select(r => r.To!)]), locks: false);
        foreach (StoredRow holder in found)
            byValue[holder.Hash(key.Columns)] = holder;
        foreach (RestoreRow row in needing)
        {
            // Which of the rows that were found has this one's value, the server alone can tell where letters are equal to others.
            StoredRow? holder = byValue.GetValueOrDefault(row.To!.Hash(key.Columns));
            if (holder == null && isLoose && found.Count > 0)
                holder = rows.Select(table, LooseCondition(table, key, [row]), locks: false).FirstOrDefault();
            if (holder != null && !IsSameRow(row, holder))
                row.Holders.Add((key, holder));
        }
    }

    private static bool IsSameRow(RestoreRow row, StoredRow holder) =>
        row.From != null && row.Now != null && row.Table.Key.Length > 0 && Array.TrueForAll(row.Table.Key, k => holder.IsSame(row.Now, k));

    private string LooseCondition(RestoreTable table, UniqueKey key, RestoreRow[] needing) => string.Join(" OR ", needing.Select(row =>
    {
        string[] literals = rows.Literals(row.To!, key.Columns);
        return "(" + string.Join(" AND ", key.Columns.Select((c, i) => key.Prefixes[i] is { } length
            ? $"LEFT({table.NameOf(c)}, {length}) = LEFT({literals[i]}, {length})" : $"{table.NameOf(c)} = {literals[i]}")) + ")";
    }));

    private void FindMissing(RestoreTable table, Reference reference, int[] columns, RestoreRow[] needing, bool locks)
    {
        if (needing.Length == 0)
            return;
        string[] names = [.. reference.ParentColumns.Select(SqlIdentifier.Quote)];
        string select = string.Join(", ", names.Select((n, i) => StoredValue.Expression(table.Map.Columns[columns[i]], n)));
        string mode = locks ? " LOCK IN SHARE MODE" : "";
        string from = $"FROM {reference.Parent.Quoted}{KeyedRows.Hint(reference.ParentIndex)} WHERE";
        HashSet<UInt128> there = ReadHashes(
            $"SELECT {select} {from} {ConditionOn(names, columns, needing)}{mode}", columns, reference);
        foreach (RestoreRow row in needing)
        {
            bool isThere = there.Contains(HashOf(reference, columns.Select(c => row.To!.Values[c])));
            if (!isThere && columns.Any(table.IsTextual))
                isThere = client.QueryScalar($"SELECT 1 {from} {ConditionOn(names, columns, [row])} LIMIT 1{mode}", stop) != null;
            if (!isThere)
                row.MissingParents.Add(reference);
        }
    }

    private void FindChildren(RestoreTable table, Reference reference, int[] columns, RestoreRow[] leaving)
    {
        if (leaving.Length == 0)
            return;
        RestoreTable? child = tables.Find(reference.Child);
        if (child?.Key.Length == 0)
            child = null;
        string[] names = [.. reference.ChildColumns.Select(SqlIdentifier.Quote)];
        string keys = child == null ? "" : string.Concat(child.Key.Select(k => ", " + child.Expression(k)));
        string select = string.Join(", ", names.Select((n, i) => StoredValue.Expression(table.Map.Columns[columns[i]], n)));
        bool isLoose = columns.Any(table.IsTextual);
        foreach (RestoreRow[] part in isLoose ? leaving.Select(r => new[] { r }) : [leaving])
        {
            string condition = string.Join(
                " OR ", part.Select(
                    r => "(" + string.Join(" AND ", rows.Literals(r.From!, columns).Select((l, i) => $"{names[i]} = {l}")) + ")"));
            string sql = $"SELECT {select}{keys} FROM {reference.Child.Quoted} WHERE {condition} LIMIT {MaximumChildren}";
            using IQueryRows found = client.Query(sql, stop);
            var parents = part.ToLookup(r => HashOf(reference, columns.Select(c => r.From!.Values[c])));
            var budget = rows.NewBudget();
            while (found.Read())
            {
                budget.AddRow();
                byte[]?[] values = [.. columns.Select((_, i) => budget.Take(found.GetBytes(i)))];
                IEnumerable<byte[]?>? key = child?.Key.Select((_, i) => budget.Take(found.GetBytes(columns.Length + i)));
                int number = key == null ? -1 : changes.Find(StoredRow.Hash(child!.Map.Database, child.Map.Table, key));
                foreach (RestoreRow parent in isLoose ? part : parents[HashOf(reference, values)])
                    parent.Children.Add((reference, number));
            }
        }
    }

    private string ConditionOn(string[] names, int[] columns, RestoreRow[] needing) => string.Join(" OR ", needing
        .Select(r => "(" + string.Join(" AND ", rows.Literals(r.To!, columns).Select((l, i) => $"{names[i]} = {l}")) + ")").Distinct());

    private HashSet<UInt128> ReadHashes(string sql, int[] columns, Reference reference)
    {
        var hashes = new HashSet<UInt128>();
        using IQueryRows found = client.Query(sql, stop);
        var budget = rows.NewBudget();
        while (found.Read())
        {
            budget.AddRow();
            hashes.Add(HashOf(reference, columns.Select((_, i) => budget.Take(found.GetBytes(i)))));
        }

        return hashes;
    }

    private static UInt128 HashOf(Reference reference, IEnumerable<byte[]?> values) =>
        StoredRow.Hash(reference.Parent.Database!, $"{reference.Parent.Name}\0{string.Join('\0', reference.ParentColumns)}", values);

    private static int[] OrdinalsOf(RestoreTable table, string[] columns) => Array.ConvertAll(columns, table.Find);

    private static string Describe(StoredRow row, int[] columns) =>
        string.Join(", ", row.Decode(columns).Cast<System.Collections.DictionaryEntry>().Select(e => string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{e.Key}={(e.Value is byte[] bytes ? "0x" + Convert.ToHexString(bytes) : e.Value ?? "NULL")}")));
}
