using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Schema;

/// <summary>The tables of two servers, side by side.</summary>
internal sealed class TablePairs
{
    private readonly ServerPair _pair;
    private readonly List<LiveTable> _onlyOnSource = [];
    private readonly List<LiveTable> _onlyOnReplica;

    private TablePairs(ServerPair pair, IEnumerable<LiveTable> source, IEnumerable<LiveTable> replica)
    {
        _pair = pair;

        // With lower_case_table_names a server has other names for the same tables.
        bool ignoreCase = pair.Source.Variable("lower_case_table_names") != "0" || pair.Replica.Variable("lower_case_table_names") != "0";
        Dictionary<TableName, LiveTable> replicaTables = [];
        _onlyOnReplica = [.. replica.Where(t => !replicaTables.TryAdd(Key(t.Name), t))];
        var both = new List<(LiveTable, LiveTable)>();
        foreach (LiveTable table in source)
        {
            if (replicaTables.Remove(Key(table.Name), out LiveTable? other))
                both.Add((table, other));
            else
                _onlyOnSource.Add(table);
        }

        Both = both;
        _onlyOnReplica.AddRange(replicaTables.Values);

        TableName Key(TableName name) => ignoreCase ? new TableName(name.Database?.ToLowerInvariant(), name.Name.ToLowerInvariant()) : name;
    }

    /// <summary>Tables that both servers have, in the ordinal order of their names.</summary>
    public IReadOnlyList<(LiveTable Source, LiveTable Replica)> Both { get; }

    /// <summary>Orders tables as they are compared.</summary>
    public static int Order(TableName a, TableName b)
    {
        int order = string.CompareOrdinal(a.Database, b.Database);
        return order != 0 ? order : string.CompareOrdinal(a.Name, b.Name);
    }

    /// <summary>Reads both servers.</summary>
    /// <param name="pair">The servers.</param>
    /// <param name="filter">The tables to take; null for all.</param>
    /// <param name="withDetails">Whether foreign keys and partitions are needed.</param>
    /// <param name="token">Ends the reading.</param>
    public static TablePairs Read(ServerPair pair, TableFilter? filter, bool withDetails, CancellationToken token) =>
        new(pair, ReadOne(pair.Source, filter, withDetails, token), ReadOne(pair.Replica, filter, withDetails, token));

    /// <summary>The tables that one of the servers lacks.</summary>
    public IEnumerable<ConsistencyFinding> MissingTables() =>
    [
        .. _onlyOnSource.Select(t => Missing(t, "the source has the table, and the replica does not: its rows are not there either")),
        .. _onlyOnReplica.Select(t => Missing(t, "the replica has a table that the source does not have")),
    ];

    private static IEnumerable<LiveTable> ReadOne(ComparedServer server, TableFilter? filter, bool withDetails, CancellationToken token)
    {
        var reader = new StructureReader(server, filter, token);
        SortedDictionary<TableName, LiveTable> tables = reader.Read();
        if (withDetails)
            reader.ReadDetails();
        return tables.Values;
    }

    private ConsistencyFinding Missing(LiveTable table, string what) => new()
    {
        Type = FindingType.Schema,
        Severity = FindingSeverity.Error,
        Confidence = FindingConfidence.Proven,
        Server = _pair.Replica.Name,
        Database = table.Name.Database,
        Table = table.Name.Name,
        Evidence = [what],
        Recommendation =
            "Look for a replication filter or DDL that one server did not run; then create, load or drop the table on the replica.",
    };
}
