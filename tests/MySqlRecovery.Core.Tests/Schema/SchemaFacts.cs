using System.Globalization;
using MySqlRecovery.Schema;
using Xunit;

namespace MySqlRecovery.Core.Tests.Schema;

/// <summary>Says what a schema says in the lines of Data/Schema/*.expected.tsv, with <c>?</c> where it says nothing.</summary>
internal static class SchemaFacts
{
    public static string ReadData(string file) => File.ReadAllText(DataPath(file));

    public static string DataPath(string file) => Path.Combine(AppContext.BaseDirectory, "Data", "Schema", file);

    public static IEnumerable<string> Of(TableSchema table)
    {
        yield return Line("table", table.Name, table.Engine ?? "?", Flag(table.IsPartitioned), table.Collation ?? "?");
        foreach (ColumnSchema column in table.Columns)
            yield return Of(table, column);
        foreach (KeySchema key in table.Keys)
            yield return Line("key", table.Name, key.Name, key.IsUnique ? "unique" : "not unique", string.Join(',', key.Parts.Select(Of)));
        foreach (ForeignKeySchema key in table.ForeignKeys)
            yield return Line("foreign key", table.Name, key.Name, key.ReferencedTable.Name, Of(key.OnDelete), Of(key.OnUpdate));
        foreach (TriggerSchema trigger in table.Triggers)
            yield return Line("trigger", table.Name, trigger.Name, trigger.Timing, trigger.Event);
    }

    /// <summary>Asserts that the lines are the same in any order, <c>?</c> aside.</summary>
    public static void AssertSame(IEnumerable<string> expected, IEnumerable<string> actual)
    {
        string[] expectedLines = Sorted(expected);
        string[] actualLines = Sorted(actual);
        for (int i = 0; i < Math.Min(expectedLines.Length, actualLines.Length); i++)
        {
            string[] fields = expectedLines[i].Split('\t');
            string[] known = actualLines[i].Split('\t');
            Assert.Equal(expectedLines[i],
                string.Join('\t', known.Zip(fields, (mine, theirs) => mine == "?" || theirs == "?" ? theirs : mine)));
        }

        Assert.Equal(expectedLines.Length, actualLines.Length);
    }

    // By the kind and the names alone: columns keep their order.
    private static string[] Sorted(IEnumerable<string> lines) =>
        [.. lines.OrderBy(line => string.Join('\t', line.Split('\t').Take(line.StartsWith("column", StringComparison.Ordinal) ? 2 : 3)),
            StringComparer.Ordinal)];

    private static string Of(TableSchema table, ColumnSchema column)
    {
        bool hasTime = column.DataType is "time" or "datetime" or "timestamp";
        bool hasLength = hasTime || column.DataType is "char" or "varchar" or "binary" or "varbinary" or "decimal" or "bit";
        string length = !hasLength ? "-" : (column.Length ?? 0).ToString(CultureInfo.InvariantCulture);
        return Line(
            "column", table.Name, column.Name, column.DataType, Flag(column.IsUnsigned), column.IsNullable ? "YES" : "NO",
            column.IsGenerated ? Flag(column.IsStored) : "-", Flag(column.IsInvisible), Flag(column.IsAutoIncrement),
            Flag(column.HasOnUpdateNow),
            column.IsText ? column.CharacterSet ?? "?" : "-", column.IsText ? column.Collation ?? "?" : "-", length,
            column.DataType == "decimal" ? $"{column.Scale}" : "-");
    }

    private static string Of(KeyPart part) =>
        part.Expression != null ? "(expression)" : part.PrefixLength == null ? part.Column! : $"{part.Column}({part.PrefixLength})";

    private static string Of(ReferentialAction action) => action switch
    {
        ReferentialAction.Cascade => "CASCADE",
        ReferentialAction.SetNull => "SET NULL",
        ReferentialAction.SetDefault => "SET DEFAULT",
        _ => "NO ACTION", // the same as RESTRICT in InnoDB, and some servers say one for the other
    };

    private static string Flag(bool value) => value ? "1" : "0";

    private static string Line(params string[] fields) => string.Join('\t', fields);
}
