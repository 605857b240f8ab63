using System.Collections.Specialized;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;

namespace MySqlRecovery.Consistency.Data;

/// <summary>Makes findings of rows that differ, each with the statement that makes the replica's row the source's.</summary>
internal sealed class RowFindings(ComparedTable table, ServerPair pair)
{
    /// <param name="key">The row's key; null in a table without one.</param>
    /// <param name="source">The row on the source; null if it has none.</param>
    /// <param name="replica">The row on the replica; null if it has none.</param>
    /// <param name="confidence">Proven, or Likely where the replica may not have come so far.</param>
    /// <param name="evidence">What is known beside the rows.</param>
    public ConsistencyFinding Make(
        ComparedKey? key, RowData? source, RowData? replica, FindingConfidence confidence, params string[] evidence)
    {
        FindingType type = replica == null ? FindingType.RowMissing : source == null ? FindingType.RowExtra : FindingType.RowDifferent;
        int[] differing = type == FindingType.RowDifferent
            ? [.. Enumerable.Range(0, table.Columns.Length).Where(i => !source!.IsEqual(i, replica!))] : [];
        string first = type switch
        {
            FindingType.RowMissing => "the row is on the source and not on the replica",
            FindingType.RowExtra => "the row is on the replica and not on the source",
            _ => "columns that differ: " + string.Join(", ", differing.Select(i => table.Columns[i].Name)),
        };
        int[] written = source == null
            ? [] : [.. (replica == null ? Enumerable.Range(0, table.Columns.Length) : differing).Where(i => !table.Columns[i].IsGenerated)];
        bool isUnreadable = Enumerable.Range(0, table.Columns.Length).Any(i => IsUnreadable(i, source, replica));
        string? obstacle = written.Select(i => Obstacle(i, source!, replica)).FirstOrDefault(o => o != null);
        if (key == null && source == null && Array.Find(table.Columns, c => !c.Replica.CanFind) is { } unfound)
            obstacle = $"column {unfound.Name} holds JSON in text, in words that were not compared: the row has no key to find it by";
        if (obstacle != null)
            evidence = [.. evidence, obstacle];
        var finding = new ConsistencyFinding
        {
            Type = type,
            Severity = FindingSeverity.Error,
            Confidence = isUnreadable ? FindingConfidence.Unknown : confidence,
            Server = pair.Replica.Name,
            Database = table.Name.Database,
            Table = table.Name.Name,
            Key = key == null ? null : table.Replica.IsKey(key.Values),
            SourceRow = ToDictionary(source, table.Source),
            ReplicaRow = ToDictionary(replica, table.Replica),
            Evidence = [first, .. evidence],
            Recommendation = "Find out why before it is repaired; Export-RowChangeSql writes the repairs of many rows as one script.",
        };
        if (obstacle == null)
            finding.SetRepair(Repair(type, key, source, replica, written));
        return finding;
    }

    /// <summary>What keeps a column from being made what it is on the source; null for nothing.</summary>
    private string? Obstacle(int column, RowData source, RowData? replica)
    {
        string name = table.Columns[column].Name;
        if (IsUnreadable(column, source, replica))
            return $"column {name} holds a document whose text is longer than max_allowed_packet, which the server does not give: it was "
                + "not compared";
        if (!table.Replica.Columns[column].CanWrite(source[column]))
            return $"column {name} holds bytes that are not valid in its character set: no SQL statement writes them";
        return replica != null && table.Source.Columns[column].AreAlike(source[column], replica[column])
            ? $"column {name} holds documents of equal value whose numbers are of other types: to an UPDATE that is no change" : null;
    }

    private bool IsUnreadable(int column, RowData? source, RowData? replica) =>
        table.Source.Columns[column].IsUnreadable(source?[column]) || table.Replica.Columns[column].IsUnreadable(replica?[column]);

    private IEnumerable<string> Repair(FindingType type, ComparedKey? key, RowData? source, RowData? replica, int[] written)
    {
        IEnumerable<string> statements = type switch
        {
            FindingType.RowMissing => [Insert(source!)],
            FindingType.RowExtra => [Delete(key, replica!)],
            _ => Update(key!, source!, replica!, written),
        };
        return written.Any(i => table.Replica.Columns[i].NeedsLenientMode(source![i]))
            ? statements.Prepend(SqlScriptWriter.LenientMode) : statements;
    }

    private OrderedDictionary? ToDictionary(RowData? row, TableSql sql)
    {
        if (row == null)
            return null;
        var values = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < table.Columns.Length; i++)
            values[table.Columns[i].Name] = sql.Columns[i].ToObject(row[i]);
        return values;
    }

    private string Insert(RowData row)
    {
        int[] written = [.. Enumerable.Range(0, table.Columns.Length).Where(i => !table.Columns[i].IsGenerated)];
        return $"INSERT INTO {table.Replica.Name} ({string.Join(", ", written.Select(i => table.Replica.Columns[i].Name))})"
            + $" VALUES ({string.Join(", ", written.Select(i => Literal(i, row)))});";
    }

    private string Delete(ComparedKey? key, RowData row)
    {
        string condition = key != null ? table.Replica.IsKey(key.Values)
            : string.Join(" AND ", Enumerable.Range(0, table.Columns.Length).Select(i => table.Replica.Columns[i].IsExactly(row[i])));
        return $"DELETE FROM {table.Replica.Name} WHERE {condition} LIMIT 1;";
    }

    // Two rows may have to change places in a unique key: then both go first and come back after all others went.
    private IEnumerable<string> Update(ComparedKey key, RowData source, RowData replica, int[] written)
    {
        if (written.Length == 0)
            return [];
        if (table.OtherUniqueColumns.Contains("")
            || written.Any(i => table.OtherUniqueColumns.Contains(table.Columns[i].Name, StringComparer.OrdinalIgnoreCase)))
            return [Delete(key, replica), Insert(source)];
        string changes = string.Join(", ", written.Select(i => $"{table.Replica.Columns[i].Name} = {Literal(i, source)}"));
        return [$"UPDATE {table.Replica.Name} SET {changes} WHERE {table.Replica.IsKey(key.Values)} LIMIT 1;"];
    }

    private string Literal(int column, RowData row) => row[column] is { } value ? table.Replica.Columns[column].Literal(value) : "NULL";
}
