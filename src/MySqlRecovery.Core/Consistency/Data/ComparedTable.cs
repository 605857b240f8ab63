using MySqlRecovery.Consistency.Schema;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Data;

/// <summary>A table that both servers have: what is compared, and by which key its rows are told apart.</summary>
internal sealed class ComparedTable
{
    public ComparedTable(LiveTable source, ComparedServer sourceServer, LiveTable replica, ComparedServer replicaServer)
    {
        Name = source.Name;
        EstimatedRows = source.EstimatedRows;
        Columns = [.. source.Columns
            .Where(c => !c.IsVirtual && !c.IsRowTime)
            .Select(c => (Source: c, Replica: replica.Find(c.Name)))
            .Where(c => c.Replica is { IsVirtual: false, IsRowTime: false })
            .Select(c => new ComparedColumn(c.Source, sourceServer, c.Replica!, replicaServer))];
        foreach (
            LiveKey key in source.Keys.Where(k => IsIdentifying(k, source)).OrderByDescending(k => k.IsPrimary).ThenBy(k => k.Parts.Count))
        {
            // Without the same key, the replica may have two rows where the source has one.
            if (replica.Keys.Find(k => IsIdentifying(k, replica) && HaveSameColumns(k, key)) is not { } replicaKey)
                continue;
            int[] ordinals = [.. key.Parts.Select(p => Array.FindIndex(Columns, c => IsName(c.Name, p.Column!)))];
            if (ordinals.Contains(-1))
                continue;
            Key = ordinals;
            SourceIndex = key.Name;
            ReplicaIndex = replicaKey.Name;
            break;
        }

        OrderedKeyLength = Key.TakeWhile(i => Columns[i].HasSameOrder).Count();
        OtherUniqueColumns = [.. replica.Keys.Where(k => k.IsUnique && k.Name != ReplicaIndex)
            .SelectMany(k => k.Parts).Select(p => p.Column ?? "").Distinct(StringComparer.OrdinalIgnoreCase)];
        Source = new TableSql(this, ofReplica: false, source.Name);
        Replica = new TableSql(this, ofReplica: true, replica.Name);
    }

    /// <summary>As the source names it.</summary>
    public TableName Name { get; }

    /// <summary>The columns of both, in the source's order; computed on reading ones are not compared.</summary>
    public ComparedColumn[] Columns { get; }

    /// <summary>Ordinals in <see cref="Columns"/> of the key that both have; empty if there is none.</summary>
    public int[] Key { get; } = [];

    /// <summary>The leading columns of <see cref="Key"/> that both servers sort alike: chunks are parts of their order.</summary>
    public int OrderedKeyLength { get; }

    public string? SourceIndex { get; }

    public string? ReplicaIndex { get; }

    /// <summary>Columns of unique keys other than <see cref="Key"/>, with an empty name for an expression.</summary>
    public IReadOnlyCollection<string> OtherUniqueColumns { get; }

    public long EstimatedRows { get; }

    public TableSql Source { get; }

    public TableSql Replica { get; }

    // NULLs are not told apart, and a prefix is not the whole. FORCE INDEX refuses an invisible one.
    private static bool IsIdentifying(LiveKey key, LiveTable table) =>
        key is { IsUnique: true, IsVisible: true, IndexType: "BTREE" or "HASH" }
        && key.Parts.TrueForAll(
            p => p is { Column: { } name, PrefixLength: null } && table.Find(name) is { IsNullable: false, IsVirtual: false });

    private static bool HaveSameColumns(LiveKey a, LiveKey b) =>
        a.Parts.Select(p => p.Column).SequenceEqual(b.Parts.Select(p => p.Column), StringComparer.OrdinalIgnoreCase);

    private static bool IsName(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
