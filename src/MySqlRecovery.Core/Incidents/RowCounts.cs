using MySqlRecovery.Model;

namespace MySqlRecovery.Incidents;

/// <summary>Rows by what was done to them.</summary>
internal record struct RowCounts(long Inserted, long Updated, long Deleted)
{
    public static readonly RowOperation[] Operations = [RowOperation.Insert, RowOperation.Update, RowOperation.Delete];

    public readonly long this[RowOperation operation] => operation switch
    {
        RowOperation.Insert => Inserted,
        RowOperation.Update => Updated,
        _ => Deleted,
    };

    public void Add(RowOperation operation, long count)
    {
        if (operation == RowOperation.Insert)
            Inserted += count;
        else if (operation == RowOperation.Update)
            Updated += count;
        else
            Deleted += count;
    }

    public void Add(in RowCounts other) =>
        (Inserted, Updated, Deleted) = (Inserted + other.Inserted, Updated + other.Updated, Deleted + other.Deleted);
}
