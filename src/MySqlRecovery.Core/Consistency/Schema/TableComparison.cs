using System.Text.RegularExpressions;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Schema;

/// <summary>Compares two definitions of a table by what they mean, not by how a version writes it.</summary>
internal sealed partial class TableComparison(ServerPair pair, LiveTable source, LiveTable replica)
{
    private readonly List<ConsistencyFinding> _findings = [];

    public List<ConsistencyFinding> Run()
    {
        Columns();
        Keys();
        Dictionary("foreign key", source.ForeignKeys, replica.ForeignKeys);
        if (pair.Source.HasChecks && pair.Replica.HasChecks && pair.Source.IsMariaDb == pair.Replica.IsMariaDb)
            Dictionary("check constraint", source.Checks, replica.Checks);
        Compare("comment", source.Comment, replica.Comment, FindingSeverity.Info);
        Compare("engine", source.Engine, replica.Engine, FindingSeverity.Warning);
        Compare("row format", source.RowFormat, replica.RowFormat, FindingSeverity.Info);
        Compare("collation", source.Collation, replica.Collation, FindingSeverity.Warning);
        Compare("partitions", string.Join("; ", source.Partitions), string.Join("; ", replica.Partitions), FindingSeverity.Warning);
        return _findings;
    }

    private void Columns()
    {
        foreach (LiveColumn column in source.Columns)
        {
            if (replica.Find(column.Name) is not { } other)
            {
                Add(
                    FindingSeverity.Error, $"column {column.Name}",
                    $"the source has column {column.Name} {column.ColumnType}, and the replica does not");
                continue;
            }

            string key = $"column {column.Name}";
            Compare(key, Type(column), Type(other), FindingSeverity.Error, "type");
            Compare(key, column.CharacterSet, other.CharacterSet, FindingSeverity.Error, "character set");
            if (column.CharacterSet == other.CharacterSet)
                Compare(key, column.Collation, other.Collation, FindingSeverity.Warning, "collation");
            Compare(
                key, column.IsNullable ? "NULL" : "NOT NULL", other.IsNullable ? "NULL" : "NOT NULL", FindingSeverity.Error, "nullability");
            Compare(key, Default(column, pair.Source), Default(other, pair.Replica), FindingSeverity.Warning, "default");
            Compare(key, Generation(column), Generation(other), FindingSeverity.Error, "generation");
            Compare(
                key, column.IsAutoIncrement ? "yes" : "no", other.IsAutoIncrement ? "yes" : "no", FindingSeverity.Error, "AUTO_INCREMENT");
            Compare(key, column.Comment, other.Comment, FindingSeverity.Info, "comment");
        }

        foreach (LiveColumn column in replica.Columns.Where(c => source.Find(c.Name) == null))
            Add(
                FindingSeverity.Error, $"column {column.Name}",
                $"the replica has a column {column.Name} {column.ColumnType}, and the source does not");

        // Rows in the log go by the columns' order, not by their names.
        string[] order = [.. source.Columns.Select(c => c.Name).Where(n => replica.Find(n) != null)];
        string[] otherOrder = [.. replica.Columns.Select(c => c.Name).Where(n => source.Find(n) != null)];
        if (!order.SequenceEqual(otherOrder, StringComparer.OrdinalIgnoreCase))
            Add(
                FindingSeverity.Error, "column order",
                $"the columns are in the order {string.Join(", ", order)} on the source and {string.Join(", ", otherOrder)} on the "
                    + "replica: row events put values into the wrong columns");
    }

    private void Keys()
    {
        SortedDictionary<string, string> keys = new(StringComparer.OrdinalIgnoreCase), others = new(StringComparer.OrdinalIgnoreCase);
        foreach (LiveKey key in source.Keys)
            keys[key.Name] = key.Definition;
        foreach (LiveKey key in replica.Keys)
            others[key.Name] = key.Definition;
        Dictionary("key", keys, others);
    }

    private void Dictionary(string kind, SortedDictionary<string, string> here, SortedDictionary<string, string> there)
    {
        foreach (string name in here.Keys.Union(there.Keys, StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase))
        {
            string? definition = here.GetValueOrDefault(name), other = there.GetValueOrDefault(name);
            bool isUnique = definition?.Contains("UNIQUE", StringComparison.Ordinal) == true
                || definition?.Contains("PRIMARY", StringComparison.Ordinal) == true;
            if (!string.Equals(definition, other, StringComparison.OrdinalIgnoreCase))
                Add(
                    isUnique || kind != "key" ? FindingSeverity.Error : FindingSeverity.Warning, $"{kind} {name}",
                    $"{kind} {name} is {definition ?? "missing"} on the source and {other ?? "missing"} on the replica");
        }
    }

    private void Compare(string key, string? value, string? other, FindingSeverity severity, string? property = null)
    {
        if (!string.Equals(value, other, StringComparison.OrdinalIgnoreCase))
            Add(severity, key, $"{(property == null ? key : $"{property} of {key}")} is {Text(value)} on the source "
                + $"and {Text(other)} on the replica");
    }

    private void Add(FindingSeverity severity, string key, string evidence) => _findings.Add(new ConsistencyFinding
    {
        Type = FindingType.Schema,
        Severity = severity,
        Confidence = FindingConfidence.Proven,
        Server = pair.Replica.Name,
        Database = source.Name.Database,
        Table = source.Name.Name,
        Key = key,
        Evidence = [evidence],
        Recommendation = "Compare SHOW CREATE TABLE on both servers, and ALTER the replica's with sql_log_bin = 0.",
    });

    private static string Text(string? value) => string.IsNullOrEmpty(value) ? "none" : value;

    // 8.0.19 leaves out the display width of integers, and no version of MySQL stores by it; YEAR(4) is YEAR.
    private static string Type(LiveColumn column) => column.DataType switch
    {
        "tinyint" or "smallint" or "mediumint" or "int" or "bigint" =>
            Width().Replace(column.ColumnType, "").Replace(" zerofill", "", StringComparison.OrdinalIgnoreCase),
        "year" => "year",
        _ => column.ColumnType,
    };

    // MariaDB quotes a default's text, writes NULL for none, and calls functions differently.
    private static string? Default(LiveColumn column, ComparedServer server)
    {
        string? text = column.Default;
        if (text == null || (server.IsMariaDb && text == "NULL"))
            return null;
        if (server.IsMariaDb && text.Length >= 2 && text[0] == '\'')
            text = text[1..^1].Replace("''", "'", StringComparison.Ordinal);
        return CurrentTimestamp().Replace(text, "CURRENT_TIMESTAMP");
    }

    private static string Generation(LiveColumn column) => !column.IsGenerated ? "none"
        : $"{(column.IsVirtual ? "VIRTUAL" : "STORED")} "
            + $"{Spaces().Replace(column.Expression, "").Replace("`", "", StringComparison.Ordinal)}";

    [GeneratedRegex(@"\(\d+\)")]
    private static partial Regex Width();

    [GeneratedRegex(@"^current_timestamp(\(\))?(?=$|\()", RegexOptions.IgnoreCase)]
    private static partial Regex CurrentTimestamp();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
