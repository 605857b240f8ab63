using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

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
        if (BlobLength is > 0 and uint characters && CharacterSets.BytesPerCharacter(characterSet) is uint bytes)
            column = column with { DataType = BlobType.Fitting(column.DataType, (ulong)characters * bytes) };
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
