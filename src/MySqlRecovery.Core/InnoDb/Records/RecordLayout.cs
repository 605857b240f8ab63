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
