using MySqlRecovery.Binlog.Events;
using MySqlRecovery.InnoDb.Records;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>
/// Tells whether TIME columns are in the form of before MySQL 5.6.4, where neither the definition nor the length of records
/// does: both take three bytes. Most values of the old form are possible in the new one, few of the new in the old.
/// </summary>
internal static class TemporalForm
{
    /// <summary>Of so many different values of the new form hardly ever all are possible in the old one (a third of each).</summary>
    private const int EnoughValues = 10;

    /// <summary>The right one of several tables that fit the records.</summary>
    /// <param name="fitting">The tables, the most probable first.</param>
    /// <param name="leaves">Some of the file's leaf pages.</param>
    /// <param name="doubts">What is not sure, for the user; empty if all is.</param>
    public static TableFile Choose(List<TableFile> fitting, List<(uint Number, byte[] Page)> leaves, out string[] doubts)
    {
        doubts = [];
        TableFile first = fitting[0];
        TableFile? old = fitting.Find(f => Array.Exists(f.Table.Columns, c => c.Definition.Type == ColumnType.Time));
        int[] times = [.. Enumerable.Range(0, first.Table.Columns.Length).Where(i => IsNewTime(first, i))];
        if (old == null || times.Length == 0)
            return first;
        var values = new HashSet<string>();
        foreach ((uint number, byte[] page) in leaves)
        {
            Dictionary<int, string[]> ours = Read(first, number, page, times), theirs = Read(old, number, page, times);
            foreach ((int origin, string[] row) in ours)
                values.UnionWith(row.Where((v, i) => theirs.TryGetValue(origin, out string[]? other) && other[i] != v));
        }

        if (values.Count >= EnoughValues)
            return old;
        if (values.Count > 0)
        {
            string names = string.Join(", ", times.Select(i => first.Table.Columns[i].Definition.Name));
            doubts = [$"{first.Table.Database}.{first.Table.Name}: the values of {names} may be of MySQL 5.6 and later or of before; "
                + "they are read as the former. The table's .frm beside its file tells, as does SHOW CREATE TABLE under "
                + "show_old_temporals=ON."];
        }

        return first;
    }

    /// <summary>Whether a TIME of the old form, hours, minutes and seconds as decimal digits, is one; true for other types.</summary>
    public static bool IsPossible(ColumnType type, ReadOnlySpan<byte> value)
    {
        if (type != ColumnType.Time || value.Length != 3)
            return true;
        int number = Math.Abs((value[0] | value[1] << 8 | value[2] << 16) << 8 >> 8);
        return number % 100 < 60 && number / 100 % 100 < 60;
    }

    private static bool IsNewTime(TableFile file, int column) =>
        file.Table.Columns[column].Definition is { Type: ColumnType.Time2, Scale: 0 };

    private static Dictionary<int, string[]> Read(TableFile file, uint number, byte[] page, int[] columns)
    {
        var rows = new Dictionary<int, string[]>();
        var row = new StoredRow(file.Table);
        if (file.File.Flags.ZipSize != 0)
        {
            var zip = new ZipLeaf(file.Table.Layout, file.File.Flags.PageSize);
            if (zip.Expand(page) != null)
                return rows;
            page = zip.Page;
        }

        new LeafScan(file.Table.Layout).Read(page, (bytes, origin, fields) =>
        {
            row.Take(file, bytes, number, origin, fields, Model.TableRowState.DeleteMarked);
            rows[origin] = [.. columns.Select(c => $"{row.Decode(c)}")];
            return true;
        });
        return rows;
    }
}
