using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>A table while its definition is read or altered.</summary>
internal sealed class TableDraft
{
    /// <summary>The most columns that a server allows.</summary>
    public const int MaxColumns = 4096;

    // The servers allow 64 (MySQL as it is built), 128 (MariaDB) or at most 255 keys.
    private const int MaxKeys = 255;

    /// <summary>Everything that is not in the lists beside it.</summary>
    public required TableSchema Table { get; set; }

    /// <summary>The default of the database, which CHARACTER SET DEFAULT means.</summary>
    public TextDefault DatabaseText { get; init; }

    /// <summary>What holds if the statement says nothing: the database's default, or the table's before ALTER TABLE.</summary>
    public TextDefault OuterText { get; init; }

    /// <summary>The default that the statement says.</summary>
    public TextDefault Text { get; set; }

    /// <summary>The default of the table's columns.</summary>
    public TextDefault EffectiveText => Text.Within(OuterText);

    /// <summary>WITH SYSTEM VERSIONING.</summary>
    public bool IsSystemVersioned { get; set; }

    /// <summary>The column that the text itself declares AS ROW START.</summary>
    public string? OwnRowStart { get; set; }

    /// <summary>The column that the text itself declares AS ROW END.</summary>
    public string? OwnRowEnd { get; set; }

    /// <summary>The keys so far, in order; an empty name is made up at the end.</summary>
    public List<KeySchema> Keys { get; init; } = [];

    /// <summary>The foreign keys so far; an empty name is made up at the end.</summary>
    public List<ForeignKeySchema> ForeignKeys { get; init; } = [];

    /// <summary>The columns of MariaDB's application-time periods, start and end, by the period's name.</summary>
    public Dictionary<string, List<string>> Periods { get; } = new(StringComparer.OrdinalIgnoreCase);

    public void AddKey(StatementCursor cursor, KeySchema key)
    {
        if (Keys.Count == MaxKeys)
            throw cursor.Impossible($"more than {MaxKeys} keys");
        Keys.Add(key);
    }

    /// <summary>The finished table.</summary>
    /// <exception cref="RecoveryException">The parts do not fit together.</exception>
    public TableSchema Build(StatementCursor cursor, List<ColumnSchema> columns)
    {
        (string? rowStart, string? rowEnd) = IsSystemVersioned
            ? SystemVersioning.Complete(columns, Keys, OwnRowStart, OwnRowEnd) : default((string?, string?));
        var ordinals = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (ColumnSchema column in columns)
        {
            if (!ordinals.TryAdd(column.Name, ordinals.Count))
                throw cursor.Impossible($"there are two columns {column.Name}");
        }

        if (columns.Count is 0 or > MaxColumns)
            throw cursor.Impossible($"a table of {columns.Count} columns");
        if (Keys.Count(key => key.IsPrimary) > 1)
            throw cursor.Impossible("there are two primary keys");
        NameKeys();
        NameForeignKeys();
        for (int i = 0; i < Keys.Count; i++)
            Keys[i] = FitToColumns(cursor, Keys[i], columns, ordinals);
        return Table with
        {
            Columns = columns,
            Keys = Keys,
            ForeignKeys = ForeignKeys,
            CharacterSet = EffectiveText.CharacterSet,
            Collation = EffectiveText.Collation,
            RowStartColumn = rowStart,
            RowEndColumn = rowEnd,
        };
    }

    private KeySchema FitToColumns(StatementCursor cursor, KeySchema key, List<ColumnSchema> columns, Dictionary<string, int> ordinals)
    {
        var parts = new List<KeyPart>(key.Parts.Count);
        foreach (KeyPart part in key.Parts.SelectMany(WithoutPeriod))
        {
            if (part.Column == null)
            {
                parts.Add(part);
                continue;
            }

            if (!ordinals.TryGetValue(part.Column, out int ordinal))
                throw cursor.Impossible($"there is no column {part.Column} for the key {key.Name}");
            ColumnSchema column = columns[ordinal];
            if (key.IsPrimary && column.IsNullable)
                columns[ordinal] = column with { IsNullable = false };
            bool whole = column.DataType switch
            {
                "char" or "varchar" or "binary" or "varbinary" => part.PrefixLength >= column.Length,
                string type => !BlobType.IsBlob(type) && !BlobType.IsText(type),
            };
            parts.Add(new KeyPart(column.Name, whole ? null : part.PrefixLength));
        }

        return key with { Parts = parts };
    }

    // WITHOUT OVERLAPS: the server makes the end and the start of the period parts of the key.
    private IEnumerable<KeyPart> WithoutPeriod(KeyPart part) =>
        part.Column != null && Periods.TryGetValue(part.Column, out List<string>? columns)
            ? columns.Select(column => new KeyPart(column)).Reverse() : [part];

    // As make_unique_key_name() does it: the first column's name, then with _2, _3 ...
    private void NameKeys()
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "PRIMARY" };
        for (int i = 0; i < Keys.Count; i++)
        {
            KeySchema key = Keys[i];
            if (key.Name.Length == 0)
            {
                string stem = key.Parts[0].Column ?? "functional_index";
                string name = stem;
                for (int n = 2; taken.Contains(name); n++)
                    name = $"{stem}_{n}";
                Keys[i] = key with { Name = name };
            }

            taken.Add(Keys[i].Name);
        }
    }

    // As InnoDB does it: table_ibfk_1, _2 ..., beyond the highest that is there.
    private void NameForeignKeys()
    {
        string stem = Table.Name + "_ibfk_";
        int highest = 0;
        foreach (ForeignKeySchema key in ForeignKeys)
        {
            if (key.Name.StartsWith(stem, StringComparison.OrdinalIgnoreCase) && int.TryParse(key.Name.AsSpan(stem.Length), out int number))
                highest = Math.Max(highest, number);
        }

        for (int i = 0; i < ForeignKeys.Count; i++)
        {
            if (ForeignKeys[i].Name.Length == 0)
                ForeignKeys[i] = ForeignKeys[i] with { Name = stem + ++highest };
        }
    }
}

/// <summary>A column definition while it is read: what it says itself, before the table's defaults are known.</summary>
internal sealed class ColumnDraft
{
    /// <summary>What has been read; character set and collation are not in it yet.</summary>
    public required ColumnSchema Column { get; set; }

    public TextDefault Text { get; set; }

    /// <summary>The BINARY attribute: the <c>_bin</c> collation of whatever character set the column gets.</summary>
    public bool HasBinaryCollation { get; set; }

    /// <summary>The n of TEXT(n) or BLOB(n), which chooses the size of the type.</summary>
    public uint? BlobLength { get; set; }

    /// <summary>The column with the table's defaults.</summary>
    public ColumnSchema Resolve(TextDefault table)
    {
        if (BlobLength is > 0 and uint length && BlobType.IsBlob(Column.DataType))
            return Column with { DataType = BlobType.Fitting(Column.DataType, length) };
        if (!Column.IsText)
            return Column;

        (string? characterSet, string? collation) = Text.Within(table);
        if (HasBinaryCollation)
            collation = characterSet == null ? null : characterSet + "_bin";
        ColumnSchema column = Column;
        if (BlobLength is > 0 and uint characters && CharacterSets.ByName(characterSet)?.MaxBytes is { } bytes)
            column = column with { DataType = BlobType.Fitting(column.DataType, (ulong)characters * (uint)bytes) };
        return InCharacterSet(column, characterSet, collation);
    }

    /// <summary>The column in that character set: text in <c>binary</c> has a type of its own.</summary>
    public static ColumnSchema InCharacterSet(ColumnSchema column, string? characterSet, string? collation)
    {
        if (characterSet == "binary" && column.DataType is not ("enum" or "set"))
        {
            string binary = column.DataType switch { "char" => "binary", "varchar" => "varbinary", string text => BlobType.ToBlob(text) };
            return column with { DataType = binary, CharacterSet = null, Collation = null };
        }

        return column with { CharacterSet = characterSet, Collation = collation };
    }
}
