using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.InnoDb.Dictionary;

/// <summary>
/// The layout of clustered index records by a CREATE TABLE statement. What the statement leaves to the server gives several
/// candidates; the records themselves tell which is right.
/// </summary>
internal sealed class SchemaRecordLayout
{
    private const string RowId = "DB_ROW_ID", DocumentId = "FTS_DOC_ID", DocumentIdIndex = "FTS_DOC_ID_INDEX";

    // The defaults of the servers, where neither the column nor the table names a character set.
    private static readonly string[] DefaultCharacterSets = ["utf8mb4", "latin1", "utf8mb3"];
    private readonly TableSchema _table;
    private readonly string _characterSet;
    private readonly bool _isBefore564;

    private SchemaRecordLayout(TableSchema table, string characterSet, bool isBefore564)
    {
        _table = table;
        _characterSet = characterSet;
        _isBefore564 = isBefore564;
    }

    /// <summary>Whether a column is stored as before 5.6.4.</summary>
    public bool IsOldTemporal(ColumnSchema column) =>
        column.IsOldTemporal ?? (_isBefore564 && column is { DataType: "datetime" or "time", Length: null or 0 });

    /// <summary>The possible layouts, the most probable first.</summary>
    public static List<RecordLayout> Candidates(TableSchema table) => [.. All(table).Select(l => l.Build())];

    /// <summary>What the statement can mean, the most probable first.</summary>
    public static List<SchemaRecordLayout> All(TableSchema table)
    {
        bool isCharacterSetKnown = table.Columns.All(c => !c.IsText || c.CharacterSet != null);
        string[] characterSets = isCharacterSetKnown ? [DefaultCharacterSets[0]] : DefaultCharacterSets;
        // Tables of 5.5 and earlier, and those carried over from there, store DATETIME in eight bytes, TIME as a number.
        bool[] ages = table.Columns.Any(
            c => c is { DataType: "datetime" or "time", Length: null or 0, IsOldTemporal: null }) ? [false, true] : [false];
        return [.. ages.SelectMany(_ => characterSets, (age, set) => new SchemaRecordLayout(table, set, age))];
    }

    /// <summary>The layout for one of the possible character sets, with what a .cfg file says besides.</summary>
    public static SchemaRecordLayout For(TableSchema table) => new(table, DefaultCharacterSets[0], isBefore564: false);

    /// <summary>The definition for a file: the same database and table, else the only table of that name.</summary>
    public static TableSchema? Find(SchemaCatalog catalog, string database, string table)
    {
        TableSchema? found = catalog.Find(database, table);
        if (found == null)
        {
            TableSchema[] sameName = [.. catalog.Tables.Where(t => string.Equals(t.Name, table, StringComparison.OrdinalIgnoreCase))];
            found = sameName.Length == 1 ? sameName[0] : null;
        }

        return found?.UnknownReason == null ? found : null;
    }

    /// <summary>The layout of the table's records and of its keys'.</summary>
    public RecordLayout Build()
    {
        List<ColumnSchema> stored = [.. _table.Columns.Where(c => !c.IsGenerated || c.IsStored)];
        IReadOnlyList<KeyPart> key = ClusteredKey()?.Parts ?? [];
        var fields = new List<RecordField>();
        var whole = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (KeyPart part in key)
        {
            ColumnSchema column = stored.First(c => Same(c.Name, part.Column!));
            if (Prefix(part, column) == 0)
                whole.Add(column.Name);
            fields.Add(Field(part, column) with { IsNullable = false });
        }

        if (key.Count == 0)
            fields.Add(new RecordField(RowId, 6, false, false));
        int trxId = fields.Count;
        fields.Add(new RecordField("DB_TRX_ID", 6, false, false));
        fields.Add(new RecordField("DB_ROLL_PTR", 7, false, false));
        fields.AddRange(stored.Where(c =>
            !whole.Contains(c.Name)).Select(c => Field(c) with { IsNullable = c.IsNullable && !IsInPrimaryKey(c) }));
        bool isFullText = _table.Keys.Any(k => k.Kind == KeyKind.Fulltext);
        if (isFullText && !stored.Any(c => Same(c.Name, DocumentId)))
            fields.Add(new RecordField(DocumentId, 8, false, false));
        var keys = new List<KeyLayout>();
        if (isFullText && !_table.Keys.Any(k => Same(k.Name, DocumentIdIndex)))
            keys.Add(Key(new KeySchema { Name = DocumentIdIndex, Kind = KeyKind.Unique, Parts = [new(DocumentId)] }, fields, trxId));
        keys.AddRange(SecondaryKeys().Where(k => k.Kind is not (KeyKind.Fulltext or KeyKind.Vector)).Select(k => Key(k, fields, trxId)));
        List<RecordField> columns = [.. stored.Select(c => Field(c) with { IsNullable = c.IsNullable && !IsInPrimaryKey(c) })];
        return new RecordLayout(fields, trxId) { Keys = keys, Columns = columns };
    }

    /// <summary>All keys but the clustered one, in the order that the server gives them (sql_table.cc sort_keys).</summary>
    public IEnumerable<KeySchema> SecondaryKeys()
    {
        KeySchema? clustered = ClusteredKey();
        return _table.Keys.Where(k => k != clustered).OrderBy(k =>
            !k.IsUnique
                ? k.Kind == KeyKind.Fulltext
                ? 5 : 4 : (k.Parts.All(IsNotNull) ? 0 : 2) + (k.Parts.Any(p => p.PrefixLength != null) ? 1 : 0));
    }

    // The fields of the clustered key come first among those of the row, prefixes as they are there.
    private KeyLayout Key(KeySchema key, List<RecordField> row, int rowKeyFields)
    {
        if (key.Kind == KeyKind.Spatial || key.Parts.Any(p => p.Column == null))
            return new KeyLayout(key.Name, null, [], key.Kind == KeyKind.Spatial);
        var fields = new List<RecordField>();
        var sources = new List<KeyPartSource>();
        var whole = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (KeyPart part in key.Parts)
        {
            ColumnSchema? column = _table.Columns.FirstOrDefault(c => Same(c.Name, part.Column!));
            RecordField? field = column != null ? Field(part, column) with { IsNullable = column.IsNullable && !IsInPrimaryKey(column) }
                : row.Find(f => Same(f.Name, part.Column!));
            if (field == null)
                return new KeyLayout(key.Name, null, [], IsSpatial: false);
            int prefix = column == null ? 0 : Prefix(part, column);
            if (prefix == 0)
                whole.Add(part.Column!);
            fields.Add(field);
            sources.Add(new KeyPartSource(
                row.FindLastIndex(f => Same(f.Name, part.Column!)), prefix == 0 ? 0 : (int)part.PrefixLength!.Value,
                column?.IsText == true && CharacterSets.ByName(CharacterSet(column)) is { } characters
                    ? characters : Text.CharacterSet.Binary));
        }

        for (int i = 0; i < rowKeyFields; i++)
        {
            if (whole.Contains(row[i].Name))
            {
                // Where the clustered key has but a prefix of it, the record has the whole and nothing to find the row by.
                for (int s = 0; s < sources.Count; s++)
                {
                    if (Same(fields[s].Name, row[i].Name) && sources[s].Field != i)
                        sources[s] = sources[s] with { Field = -1 };
                }

                continue;
            }

            fields.Add(row[i]);
            sources.Add(new KeyPartSource(i, 0, Text.CharacterSet.Binary));
        }

        return new KeyLayout(key.Name, new RecordLayout(fields, -1), sources, IsSpatial: false);
    }

    private RecordField Field(KeyPart part, ColumnSchema column)
    {
        RecordField field = Field(column);
        return Prefix(part, column) is > 0 and var prefix && field.FixedLength > 0 ? field with { FixedLength = prefix } : field;
    }

    // The primary key, else the first unique key without NULLs and prefixes, else a hidden row id (sql_table.cc sort_keys).
    public KeySchema? ClusteredKey() => _table.PrimaryKey ?? _table.Keys.FirstOrDefault(k => k.IsUnique && k.Parts.All(IsWholeAndNotNull));

    private bool IsWholeAndNotNull(KeyPart part) => part is { Column: not null, PrefixLength: null } && IsNotNull(part)
        && _table.Columns.Any(c => Same(c.Name, part.Column) && (!c.IsGenerated || c.IsStored));

    private bool IsNotNull(KeyPart part) => _table.Columns.Any(c => Same(c.Name, part.Column ?? "") && !c.IsNullable);

    public bool IsInPrimaryKey(ColumnSchema column) => _table.PrimaryKey?.Parts.Any(p => Same(p.Column ?? "", column.Name)) ?? false;

    /// <summary>Bytes that a key part takes of its column, 0 if it takes all.</summary>
    public int Prefix(KeyPart part, ColumnSchema column)
    {
        long prefix = (long)(part.PrefixLength ?? 0) * (column.IsText ? BytesPerCharacter(column) : 1);
        return prefix > 0 && prefix < MaximumLength(column) ? (int)Math.Min(prefix, int.MaxValue) : 0;
    }

    /// <summary>The field that stores a column.</summary>
    public RecordField Field(ColumnSchema column)
    {
        int length = FixedLength(column);
        return new RecordField(
            column.Name, length > ColumnStorage.LongestFixedField ? 0 : length, column.IsNullable, MaximumLength(column) > 255);
    }

    private int FixedLength(ColumnSchema column)
    {
        int length = (int)Math.Min(column.Length ?? 1, ushort.MaxValue), digits = (int)Math.Min(column.Length ?? 0, 6);
        return column.DataType switch
        {
            "tinyint" or "year" => 1,
            "smallint" => 2,
            "mediumint" or "date" => 3,
            "int" or "float" or "inet4" => 4,
            "bigint" or "double" => 8,
            "time" => 3 + ColumnStorage.Fraction(digits),
            "timestamp" => 4 + ColumnStorage.Fraction(digits),
            "datetime" when IsOldTemporal(column) => 8,
            "datetime" => 5 + ColumnStorage.Fraction(digits),
            "decimal" => ColumnStorage.Decimal(length, (int)Math.Min(column.Scale ?? 0, 30)),
            "bit" => (length + 7) / 8,
            "enum" => ColumnStorage.Enum(column.Members.Count),
            "set" => ColumnStorage.Set(column.Members.Count),
            "binary" => length,
            "uuid" or "inet6" => 16,
            "char" when CharacterSets.ByName(CharacterSet(column)) is null or { IsFixedWidth: true } => length * BytesPerCharacter(column),
            _ => 0,
        };
    }

    /// <summary>Bytes that a value takes at most; a very large number for off-page types.</summary>
    public long MaximumLength(ColumnSchema column) => column.DataType switch
    {
        "char" or "varchar" => ((column.Length ?? 1L) * BytesPerCharacter(column)) + (column.IsCompressed ? 1 : 0),
        "binary" or "varbinary" => (column.Length ?? 1L) + (column.IsCompressed ? 1 : 0),
        // MariaDB's, a VARBINARY; files of MySQL that have vectors describe themselves.
        "vector" => 4L * (column.Length ?? 1L),
        _ => FixedLength(column) > 0 ? FixedLength(column) : int.MaxValue,
    };

    private int BytesPerCharacter(ColumnSchema column) => CharacterSets.ByName(CharacterSet(column))?.MaxBytes ?? 1;

    public string CharacterSet(ColumnSchema column) => column.CharacterSet ?? _characterSet;

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
