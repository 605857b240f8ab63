using System.Text.RegularExpressions;

namespace MySqlRecovery.InnoDb.Dictionary;

/// <summary>
/// What two descriptions of a table differ in, as far as it decides how bytes are read and what queries answer: not comments,
/// defaults of new rows, names of constraints.
/// </summary>
internal static partial class SdiDifference
{
    private const int Descending = 3;
    private static readonly string[] KindsOfIndex = ["", "PRIMARY KEY", "UNIQUE KEY", "KEY", "FULLTEXT KEY", "SPATIAL KEY"];

    /// <summary>The first difference as <c>what ... against ...</c>; null if there is none.</summary>
    public static string? First(SdiTable ours, SdiTable theirs) =>
        FirstOf("column", ours.Columns.Where(IsNamed).Select(Describe), theirs.Columns.Where(IsNamed).Select(Describe))
        ?? FirstOf("instantly changed column", Instant(ours), Instant(theirs))
        ?? FirstOf("index", Indexes(ours), Indexes(theirs))
        ?? FirstOf("record", Stored(ours), Stored(theirs))
        ?? FirstOf("partitioning", [ours.PartitionedBy], [theirs.PartitionedBy])
        ?? FirstOf("partition", ours.PartitionBounds, theirs.PartitionBounds);

    private static string? FirstOf(string what, IEnumerable<string> ours, IEnumerable<string> theirs)
    {
        string[] a = [.. ours], b = [.. theirs];
        for (int i = 0; i < Math.Max(a.Length, b.Length); i++)
        {
            string one = i < a.Length ? a[i] : "none", other = i < b.Length ? b[i] : "none";
            if (one != other)
                return $"{what} {(one.Length == 0 ? "none" : one)} against {(other.Length == 0 ? "none" : other)}";
        }

        return null;
    }

    private static bool IsNamed(SdiColumn column) => !column.IsHiddenByEngine;

    // Up to 8.0.18 integers have a display width, which means nothing.
    private static string Describe(SdiColumn column) =>
        $"{column.Name} {DisplayWidth().Replace(column.TypeText, "$1")}{(column.IsNullable ? "" : " NOT NULL")}"
        + (column.IsText ? $" (collation {column.CollationId})" : "")
        + (column.Expression.Length > 0 ? $" AS ({column.Expression}) {(column.IsVirtual ? "VIRTUAL" : "STORED")}" : "")
        + (column.IsCompressedByPercona ? " COLUMN_FORMAT COMPRESSED" : "")
        + (column.ReferenceSystem is { } id ? $" SRID {id}" : "");

    // Where the rows have a column that was added or dropped instantly, and what stands for it in rows that are older.
    private static IEnumerable<string> Instant(SdiTable table) => table.Columns
        .Where(c =>
            c.VersionAdded > 0 || c.VersionDropped > 0 || c.PrivateData.ContainsKey("default") || c.PrivateData.ContainsKey("default_null"))
        .Select(c => $"{Describe(c)}{StoredType(c)}{Version("added", c.VersionAdded)}{Version("dropped", c.VersionDropped)}, "
            + (c.PrivateData.TryGetValue("default", out string? value) ? $"0x{value}"
                : c.PrivateData.ContainsKey("default_null") ? "NULL" : "nothing")
            + " in older rows");

    // The dictionary keeps no text of the type of a column that was dropped.
    private static string StoredType(SdiColumn column) => column.VersionDropped == 0 ? ""
        : $" of type {column.Type} ({column.CharLength}, {column.NumericPrecision}, {column.NumericScale}, {column.DatetimePrecision}, "
            + $"{column.ElementCount})";

    private static string Version(string what, int version) => version > 0 ? $", {what} with row version {version}" : "";

    // The clustered index decides most and comes first; the order of the others means nothing.
    private static IEnumerable<string> Indexes(SdiTable table) =>
        table.Indexes.Take(1).Concat(table.Indexes.Skip(1).OrderBy(i => i.Name, StringComparer.OrdinalIgnoreCase)).Select(i =>
        {
            string kind = (uint)i.Type < (uint)KindsOfIndex.Length ? KindsOfIndex[i.Type] : $"type {i.Type}";
            return $"{i.Name} {kind} ({string.Join(", ", i.Elements.Where(e => !e.IsHidden).Select(e => Part(table, e)))})";
        });

    private static string Part(SdiTable table, SdiIndexElement element)
    {
        SdiColumn column = table.Columns[element.Column];
        bool isPrefix = column.IsString && element.Length < column.CharLength;
        return $"{column.Name}{(isPrefix ? $" first {element.Length} bytes" : "")}{(element.Order == Descending ? " DESC" : "")}";
    }

    // The order in which a record has its columns: by position where rows are of several versions, else that of the clustered index.
    private static IEnumerable<string> Stored(SdiTable table) => table.RowVersion > 0
        ? table.Columns.Where(c =>
            c.PhysicalPosition >= 0).OrderBy(c => c.PhysicalPosition).Select(c => $"{c.Name} as field {c.PhysicalPosition}")
        : table.Indexes.Take(1).SelectMany(i => i.Elements).Select(e => table.Columns[e.Column]).Where(c => !c.IsVirtual)
            .Select((c, i) => $"{c.Name} as field {i}");

    [GeneratedRegex(@"\b(tinyint|smallint|mediumint|int|bigint|year)\(\d+\)", RegexOptions.IgnoreCase)]
    private static partial Regex DisplayWidth();
}
