using System.Globalization;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>
/// Looks for rows that were chosen to be undone and that something else, which is not, changed later: the undo puts its
/// old values over theirs. Rows are known by their key, or, where the log names none, by all they hold.
/// </summary>
internal sealed class LaterChanges(EventSelection selection, string[] columns)
{
    /// <summary>More rows than this are not looked for: their keys would take more than 100 MB.</summary>
    private const int MaximumRows = 1 << 20;
    private const int MaximumListed = 100;

    private readonly HashSet<UInt128> _chosen = [];
    private readonly List<string> _listed = [];
    private readonly List<string> _unread = [];
    private long _found;
    private bool _isFull;

    /// <summary>Reads logs with all changes of the tables in question; gives one line for each row found, and for what it could not read.</summary>
    public string[] Find(EventScan scan)
    {
        while (TryRead(scan))
        {
            if (!new EventView(scan).HasRows)
                continue;
            bool mayBeChosen = selection.Includes(scan);
            if (mayBeChosen || _chosen.Count > 0)
                Observe(scan, scan.Table!, mayBeChosen);
        }

        if (_found > _listed.Count)
            _listed.Add(string.Create(CultureInfo.InvariantCulture, $"and {_found - _listed.Count} more rows"));
        if (_isFull)
            _listed.Add(string.Create(CultureInfo.InvariantCulture, $"only the first {MaximumRows} rows were looked for"));
        return [.. _listed, .. _unread];
    }

    // Damage behind what was chosen is no reason not to undo it. The next log goes on.
    private bool TryRead(EventScan scan)
    {
        while (true)
        {
            try
            {
                return scan.Read();
            }
            catch (RecoveryException e)
            {
                NoteUnread($"not looked for behind this: {e.Message}");
            }
        }
    }

    private void Observe(EventScan scan, TableMap map, bool mayBeChosen)
    {
        try
        {
            var row = new RowCursor(scan.ParseRows(), map);
            while (row.MoveNext())
            {
                if (mayBeChosen && selection.Includes(row))
                    Choose(map, row);
                else if (FindChosen(map, row) is { } key && Concerns(map, row) && _chosen.Remove(key))
                    Report(scan, map, row);
            }
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            NoteUnread($"not looked for in this: {new EventView(scan).Malformed(e).Message}");
        }
    }

    private void NoteUnread(string what)
    {
        if (_unread.Count < MaximumListed)
            _unread.Add(what);
    }

    private void Choose(TableMap map, in RowCursor row)
    {
        if (_chosen.Count >= MaximumRows)
        {
            _isFull = true;
            return;
        }

        if (map.PrimaryKey.Length == 0)
        {
            if (!row.After.IsEmpty)
                _chosen.Add(RowKey.Of(row.After));
            return;
        }

        if (!row.Before.IsEmpty && RowKey.IsIn(row.BeforeLayout, map.PrimaryKey))
            _chosen.Add(RowKey.Of(map, row.BeforeLayout, map.PrimaryKey, row.Before));
        if (!row.After.IsEmpty && RowKey.IsIn(row.AfterLayout, map.PrimaryKey))
            _chosen.Add(RowKey.Of(map, row.AfterLayout, map.PrimaryKey, row.After));
    }

    private UInt128? FindChosen(TableMap map, in RowCursor row)
    {
        if (map.PrimaryKey.Length == 0)
            return row.Before.IsEmpty ? null : IfChosen(RowKey.Of(row.Before));
        UInt128? key = row.Before.IsEmpty || !RowKey.IsIn(row.BeforeLayout, map.PrimaryKey)
            ? null : IfChosen(RowKey.Of(map, row.BeforeLayout, map.PrimaryKey, row.Before));
        return key ?? (row.After.IsEmpty || !RowKey.IsIn(row.AfterLayout, map.PrimaryKey)
            ? null : IfChosen(RowKey.Of(map, row.AfterLayout, map.PrimaryKey, row.After)));
    }

    private UInt128? IfChosen(UInt128 key) => _chosen.Contains(key) ? key : null;

    private bool Concerns(TableMap map, in RowCursor row) =>
        columns.Length == 0 || row.Before.IsEmpty || row.After.IsEmpty
        || RowDecoder.ChangedOrdinals(row.BeforeLayout, row.Before, row.AfterLayout, row.After)
            .Exists(o => columns.Contains(map.Columns[o].Name, StringComparer.OrdinalIgnoreCase));

    private void Report(EventScan scan, TableMap map, in RowCursor row)
    {
        _found++;
        if (_listed.Count == MaximumListed)
            return;
        string thread = scan.Transaction.ThreadId is { } id ? string.Create(CultureInfo.InvariantCulture, $" thread {id}") : string.Empty;
        _listed.Add(string.Create(
            CultureInfo.InvariantCulture, $"{map.Database}.{map.Table}{KeyText(map, row)} at {scan.Reader.LogFile}:{scan.Reader.Position}{thread}"));
    }

    private static string KeyText(TableMap map, in RowCursor row)
    {
        RowLayout layout = row.Before.IsEmpty ? row.AfterLayout : row.BeforeLayout;
        ReadOnlySpan<byte> image = row.Before.IsEmpty ? row.After : row.Before;
        if (!RowKey.IsIn(layout, map.PrimaryKey))
            return string.Empty;
        var ranges = new ValueRange[layout.Ordinals.Length];
        layout.Locate(image, ranges);
        var parts = new List<string>();
        foreach (int ordinal in map.PrimaryKey)
        {
            ValueRange range = ranges[Array.IndexOf(layout.Ordinals, ordinal)];
            object? value = range.IsNull ? null : ColumnValue.Decode(map.Columns[ordinal], range.Of(image));
            string text = value is byte[] bytes ? $"0x{Convert.ToHexString(bytes)}" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "NULL";
            parts.Add($"{map.Columns[ordinal].Name}={text}");
        }

        return $" {string.Join(", ", parts)}";
    }
}
