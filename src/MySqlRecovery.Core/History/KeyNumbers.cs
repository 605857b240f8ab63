using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;

namespace MySqlRecovery.History;

/// <summary>Which of many keys a row of one table may have, by hash.</summary>
internal sealed class KeyNumbers
{
    private readonly LogKeyReader _reader;
    private readonly Dictionary<ulong, List<int>> _byHash = [];

    private KeyNumbers(LogKeyReader reader) => _reader = reader;

    /// <summary>The keys of a choice in a table; null where they cannot be told by hash.</summary>
    public static KeyNumbers? Of(TableMap map, KeyChoice keys)
    {
        if (LogKeyReader.For(map, out _) is not { } reader)
            return null;
        var numbers = new KeyNumbers(reader);
        var table = new LogTable(map.Database, map.Table, keys.Names is { } names ? [.. names] : reader.Columns)
        {
            AreNumbers = reader.AreNumbers,
        };
        if (table.KeyColumns!.Length != table.AreNumbers.Length)
            return null;
        for (int key = 0; key < keys.Count; key++)
        {
            if (keys.FormsOf(key, table, table.KeyColumns) is not { } forms)
                return null;
            foreach (LogKey form in forms)
                (numbers._byHash.TryGetValue(form.Hash, out List<int>? known) ? known : numbers._byHash[form.Hash] = []).Add(key);
        }

        return numbers;
    }

    /// <summary>The numbers of the keys that a row may have, ascending; null for any.</summary>
    public IReadOnlyList<int>? Find(RowLayout layout, ReadOnlySpan<byte> image) =>
        _reader.Read(layout, image, layout, default) is not { } key ? null
            : _byHash.TryGetValue(key.Hash, out List<int>? numbers) ? numbers : [];
}
