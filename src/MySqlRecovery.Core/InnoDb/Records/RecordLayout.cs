using MySqlRecovery.Text;

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

    /// <summary>
    /// The other indexes by the definition, in the order in which CREATE TABLE makes them: those that have a B-tree in the file.
    /// Empty where the SDI names the indexes.
    /// </summary>
    public IReadOnlyList<KeyLayout> Keys { get; init; } = [];

    /// <summary>The stored columns in the order of the definition; empty where it is not needed.</summary>
    public IReadOnlyList<RecordField> Columns { get; init; } = [];

    /// <summary>The fields of MariaDB's first record, with the reference to a map among them, where columns were dropped or
    /// moved instantly; null elsewhere.</summary>
    public IReadOnlyList<RecordField>? Metadata { get; init; }

    /// <summary>The same for a table with instant columns of MariaDB, whose root says how many fields old records have; 0: none.</summary>
    public RecordLayout WithInstantCore(int fields) => new(Fields, TrxIdField, fields) { Keys = Keys, Columns = Columns };

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

/// <summary>A secondary index by the definition.</summary>
/// <param name="Name">The key.</param>
/// <param name="Records">Its records: the parts of the key, then what of the clustered key is not among them. Null where that
/// is not known.</param>
/// <param name="Parts">Where each of the fields comes from.</param>
/// <param name="IsSpatial">It is an R-tree.</param>
internal sealed record KeyLayout(string Name, RecordLayout? Records, IReadOnlyList<KeyPartSource> Parts, bool IsSpatial)
{
    /// <summary>Whether the rows tell what the index holds.</summary>
    public bool IsInRows => Records != null && !IsSpatial && Parts.All(p => p.Field >= 0);
}

/// <summary>Where a field of a secondary index record comes from.</summary>
/// <param name="Field">The field of the clustered record; -1 for a virtual column, which is in the index alone.</param>
/// <param name="Prefix">Characters that are indexed (bytes of binary columns), 0 for all.</param>
/// <param name="Characters">The character set; Binary for what is no text.</param>
internal readonly record struct KeyPartSource(int Field, int Prefix, CharacterSet Characters)
{
    /// <summary>
    /// As much of a value as can be compared. What a prefix takes of character sets whose characters cannot be counted from
    /// their bytes alone is at least the shortest characters.
    /// </summary>
    public ReadOnlySpan<byte> Take(ReadOnlySpan<byte> value)
    {
        if (Prefix == 0)
            return value;
        if (!Characters.IsUtf8)
            return value[..Math.Min(value.Length, Prefix * Characters.MinBytes)];
        int characters = 0;
        for (int i = 0; i < value.Length; i++)
        {
            if ((value[i] & 0xC0) != 0x80 && ++characters > Prefix)
                return value[..i];
        }

        return value;
    }
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
