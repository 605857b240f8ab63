using System.Collections.Specialized;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Model;

namespace MySqlRecovery.Output.Report;

/// <summary>Which columns' values a report must not show: patterns of <c>column</c>, <c>table.column</c> or
/// <c>database.table.column</c>.</summary>
internal sealed class ValueMask(IEnumerable<string> patterns)
{
    private readonly NamePattern[] _patterns = [.. patterns.Select(p => new NamePattern(p))];

    public bool IsEmpty => _patterns.Length == 0;

    /// <summary>A row as text; a masked value shows that it is there, and nothing of it.</summary>
    public string Text(string database, string table, OrderedDictionary? row) => row == null ? "-" : string.Join(
        ", ", row.Keys.Cast<string>().Select(c => $"{c}={Value(database, table, c, row[c])}"));

    /// <summary>What changed in a row, as text.</summary>
    public string Change(RowChange change) => change.Operation != RowOperation.Update
        ? Text(change.Database, change.Table, change.Before ?? change.After)
        : string.Join(", ", change.ChangedColumn.Select(c => $"{c}: {Value(change.Database, change.Table, c, change.Before?[c])} → "
            + $"{Value(change.Database, change.Table, c, change.After?[c])}"));

    private string Value(string database, string table, string column, object? value) =>
        value != null && Array.Exists(_patterns, p => p.IsMatch(column) || p.IsMatch($"{table}.{column}")
            || p.IsMatch($"{database}.{table}.{column}")) ? "•••" : Shorten(RowText.OfValue(value));

    private static string Shorten(string text) => text.Length <= 80 ? text : $"{text[..79]}…";
}
