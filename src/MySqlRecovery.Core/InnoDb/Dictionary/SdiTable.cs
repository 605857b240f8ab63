using System.Text.Json;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Dictionary;

/// <summary>A table as its SDI describes it (sql/dd/impl/types: Table_impl, Column_impl, Index_impl).</summary>
internal sealed class SdiTable
{
    private const string TableType = "Table";

    private SdiTable(JsonElement table)
    {
        Name = Text(table, "name");
        Schema = Text(table, "schema_ref");
        PrivateData = DictionaryProperties.Parse(Text(table, "se_private_data"));
        Columns = Items(table, "columns").Select(c => new SdiColumn(c)).ToList();
        Indexes = Items(table, "indexes").Select(i => new SdiIndex(i)).ToList();
        Partitions = Items(table, "partitions")
            .SelectMany(p => Items(p, "subpartitions").DefaultIfEmpty(p))
            .Select(p => Items(p, "indexes").Select(i => DictionaryProperties.Parse(Text(i, "se_private_data"))).ToList()).ToList();
    }

    public string Schema { get; }

    public string Name { get; }

    public IReadOnlyDictionary<string, string> PrivateData { get; }

    public IReadOnlyList<SdiColumn> Columns { get; }

    /// <summary>The clustered index first.</summary>
    public IReadOnlyList<SdiIndex> Indexes { get; }

    /// <summary>For a partitioned table the private data of each partition's indexes, in the order of <see cref="Indexes"/>.</summary>
    public IReadOnlyList<List<IReadOnlyDictionary<string, string>>> Partitions { get; }

    /// <summary>How often columns were added or dropped instantly (8.0.29+): the newest row version.</summary>
    public int RowVersion => Columns.Select(c => Math.Max(c.VersionAdded, c.VersionDropped)).DefaultIfEmpty().Max();

    /// <summary>Columns before the first instant ADD COLUMN of 8.0.12 to 8.0.28, or 0.</summary>
    public int InstantColumns => PrivateData.TryGetValue("instant_col", out string? value) && int.TryParse(value, out int n) ? n : 0;

    /// <summary>The table among the documents of a file; null if there is none.</summary>
    public static SdiTable? Find(IEnumerable<byte[]> documents, string path)
    {
        try
        {
            foreach (byte[] json in documents)
            {
                using JsonDocument document = JsonDocument.Parse(json);
                if (Text(document.RootElement, "dd_object_type") == TableType)
                    return new SdiTable(document.RootElement.GetProperty("dd_object"));
            }

            return null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new RecoveryException("SdiUnreadable", RecoveryErrorKind.InvalidData,
                $"the dictionary information (SDI) is not what it should be: {e.Message}", path, inner: e);
        }
    }

    /// <summary>The table of a file, from the file or, because MySQL keeps it in one partition only, from another partition beside it.</summary>
    public static SdiTable? Find(TablespaceFile file)
    {
        if (!file.Flags.HasSdi)
            return null;
        SdiTable? table = Find(SdiReader.ReadAll(file), file.Path);
        if (table != null)
            return table;
        foreach (string path in TableFileName.OtherPartitions(file.Path))
        {
            using TablespaceFile other = TablespaceFile.Open(path);
            if (other.Flags.HasSdi && !other.Flags.IsEncrypted && Find(SdiReader.ReadAll(other), path) is { } found)
                return found;
        }

        return null;
    }

    /// <summary>The name of the index whose root is the given page in the tablespace with the given id.</summary>
    public string? IndexNameAt(uint rootPage, uint spaceId)
    {
        string root = rootPage.ToString(), space = spaceId.ToString();
        for (int i = 0; i < Indexes.Count; i++)
        {
            IEnumerable<IReadOnlyDictionary<string, string>> places =
                Partitions.Where(p => i < p.Count).Select(p => p[i]).Prepend(Indexes[i].PrivateData);
            if (places.Any(p => p.GetValueOrDefault("root") == root && p.GetValueOrDefault("space_id") == space))
                return Indexes[i].Name;
        }

        return null;
    }

    internal static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    internal static long Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long n) ? n : 0;

    internal static bool Flag(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    internal static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];
}
