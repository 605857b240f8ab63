using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Rows;

/// <summary>What the table map says of one column.</summary>
internal sealed class ColumnDefinition
{
    /// <summary>The type after ENUM, SET and CHAR have been told apart.</summary>
    public required ColumnType Type { get; init; }

    /// <summary>Bytes of the length prefix of variable-length types (1 to 4); 0 for types of fixed length.</summary>
    public required int PrefixLength { get; init; }

    /// <summary>Bytes of a fixed-length value; 0 for variable-length types.</summary>
    public required int FixedLength { get; init; }

    /// <summary>CHAR, VARCHAR: maximum length in bytes. BIT: bits. NEWDECIMAL: precision.</summary>
    public int Length { get; init; }

    /// <summary>NEWDECIMAL: digits behind the point. Temporal types: digits of the fraction.</summary>
    public int Scale { get; init; }

    public bool IsNullable { get; init; }

    /// <summary>Name from <c>binlog_row_metadata=FULL</c> or a schema; <c>@1</c>, <c>@2</c> … where none is known.</summary>
    public string Name { get; set; } = string.Empty;

    public bool IsNameKnown { get; set; }

    /// <summary>Null where the log does not say (MySQL before 8.0.1 and MariaDB before 10.5).</summary>
    public bool? IsUnsigned { get; set; }

    /// <summary>Character set of character columns; binary for BLOB and BINARY; null where the log does not say.</summary>
    public CharacterSet? CharacterSet { get; set; }

    /// <summary>Members of ENUM and SET, decoded; null where the log does not say.</summary>
    public string[]? Members { get; set; }

    /// <summary>False for INVISIBLE columns (known with <c>binlog_row_metadata=FULL</c> only).</summary>
    public bool IsVisible { get; set; } = true;

    /// <summary>Whether the server computes the value; no log says so, only a schema does.</summary>
    public bool IsGenerated { get; set; }

    /// <summary>Whether an UPDATE that does not name the column sets it (ON UPDATE CURRENT_TIMESTAMP); null where it is not known.</summary>
    public bool? HasOnUpdateNow { get; set; }

    public bool IsNumeric => Type is ColumnType.Tiny or ColumnType.Short or ColumnType.Int24 or ColumnType.Long
        or ColumnType.LongLong or ColumnType.NewDecimal or ColumnType.Float or ColumnType.Double or ColumnType.Year;

    /// <summary>Types that have an entry in the character-set metadata (MySQL: <c>is_character_type</c>).</summary>
    public bool IsCharacter => Type is ColumnType.String or ColumnType.VarString or ColumnType.VarChar or ColumnType.Blob
        or ColumnType.TinyBlob or ColumnType.MediumBlob or ColumnType.LongBlob or ColumnType.Vector
        or ColumnType.MariaDbBlobCompressed or ColumnType.MariaDbVarCharCompressed;

    public bool IsEnumOrSet => Type is ColumnType.Enum or ColumnType.Set;
}
