namespace MySqlRecovery.InnoDb.Records;

/// <summary>The fields of a clustered index record in the order in which they are stored.</summary>
internal sealed class RecordLayout
{
    public RecordLayout(IReadOnlyList<RecordField> fields, int trxIdField, int instantCoreFields = 0)
    {
        Fields = fields;
        TrxIdField = trxIdField;
        InstantCoreFields = instantCoreFields == 0 ? fields.Count : instantCoreFields;
    }

    public IReadOnlyList<RecordField> Fields { get; }

    /// <summary>Position of DB_TRX_ID; DB_ROLL_PTR follows it.</summary>
    public int TrxIdField { get; }

    /// <summary>Fields of records written before the first instant ADD COLUMN (8.0.12 to 8.0.28, MariaDB 10.3+).</summary>
    public int InstantCoreFields { get; }

    /// <summary>The same for a table with instant columns of MariaDB, whose root says how many fields old records have; 0: none.</summary>
    public RecordLayout WithInstantCore(int fields) => new(Fields, TrxIdField, fields);

    /// <summary>SDI records: type, id, system columns, two lengths, compressed JSON (dict0sdi.h).</summary>
    public static RecordLayout Sdi { get; } = new(
        [
            new("type", 4, false, false), new("id", 8, false, false),
            new("DB_TRX_ID", 6, false, false), new("DB_ROLL_PTR", 7, false, false),
            new("uncompressed_len", 4, false, false), new("compressed_len", 4, false, false),
            new("data", 0, false, true),
        ],
        2);
}

/// <summary>How one field of a clustered index record is stored.</summary>
/// <param name="Name">The column.</param>
/// <param name="FixedLength">Bytes, or 0 for a field with a length of its own in each record.</param>
/// <param name="IsNullable">The record has a bit that says whether the field is NULL.</param>
/// <param name="IsBig">Its maximum is above 255 bytes or it is a BLOB: its length may take two bytes, and it may be off-page.</param>
/// <param name="VersionAdded">Row version with which an instant ADD COLUMN brought it (8.0.29+), or 0.</param>
/// <param name="VersionDropped">Row version with which an instant DROP COLUMN took it, or 0.</param>
internal sealed record RecordField(
    string Name, int FixedLength, bool IsNullable, bool IsBig, int VersionAdded = 0, int VersionDropped = 0)
{
    public bool IsIn(int version) => VersionAdded <= version && (VersionDropped == 0 || VersionDropped > version);
}
