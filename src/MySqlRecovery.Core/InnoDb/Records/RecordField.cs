namespace MySqlRecovery.InnoDb.Records;

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
