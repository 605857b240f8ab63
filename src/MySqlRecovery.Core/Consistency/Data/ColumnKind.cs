namespace MySqlRecovery.Consistency.Data;

/// <summary>How a column's values are compared and written.</summary>
internal enum ColumnKind
{
    Integer,
    Decimal,
    Real,
    Bit,
    Temporal,

    /// <summary>CHAR to LONGTEXT.</summary>
    Text,

    /// <summary>ENUM and SET.</summary>
    Members,

    /// <summary>BINARY to LONGBLOB, geometry, vectors.</summary>
    Bytes,

    Json,

    /// <summary>A type whose text says it all, such as MariaDB's UUID and INET6.</summary>
    Other,
}
