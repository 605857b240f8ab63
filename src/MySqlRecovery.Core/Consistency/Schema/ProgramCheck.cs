using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Schema;

/// <summary>Compares triggers, and looks for events that run on the replica by themselves.</summary>
internal sealed class ProgramCheck(ServerPair pair, TableFilter? filter, CancellationToken token)
{
    public IEnumerable<ConsistencyFinding> Run()
    {
        Dictionary<TableName, string?[]> triggers = ReadTriggers(pair.Source), others = ReadTriggers(pair.Replica);
        foreach (TableName name in triggers.Keys.Union(others.Keys).OrderBy(name => name.ToString(), StringComparer.Ordinal))
        {
            string?[]? here = triggers.GetValueOrDefault(name), there = others.GetValueOrDefault(name);
            if (here != null && there != null && here.SequenceEqual(there))
                continue;
            string?[] one = (here ?? there)!;
            string what = here == null
                ? "only the replica has it" : there == null ? "only the source has it" : "it is another one on the replica";
            yield return Make(
                FindingSeverity.Warning, one[0], one[2], $"trigger {one[1]}", $"trigger {name.Database}.{name.Name}: {what}",
                "Compare SHOW CREATE TRIGGER on both servers.", null);
        }

        string word = pair.Replica.IsMySql(8, 0, 22) ? "REPLICA" : "SLAVE";
        foreach (string?[] row in pair.Replica.Client.QueryAll(
            $"SELECT EVENT_SCHEMA, EVENT_NAME, STATUS FROM information_schema.EVENTS WHERE STATUS = 'ENABLED' AND EVENT_SCHEMA NOT IN "
                + $"({StructureReader.SystemDatabases}) ORDER BY 1, 2", token))
        {
            if (filter?.IsDatabaseMatch(row[0]!) == false)
                continue;
            yield return Make(
                pair.Replica.IsOn("event_scheduler") ? FindingSeverity.Error : FindingSeverity.Warning, row[0], null, $"event {row[1]}",
                $"event {row[0]}.{row[1]} is enabled on the "
                    + $"replica{(pair.Replica.IsOn("event_scheduler") ? ", whose event scheduler runs" : "")}: it does there by itself "
                    + "what comes from the source too",
                "Disable it on the replica.", $"ALTER EVENT {new TableName(row[0], row[1]!).Quoted} DISABLE ON {word};");
        }
    }

    private Dictionary<TableName, string?[]> ReadTriggers(ComparedServer server)
    {
        string sql = "SELECT TRIGGER_SCHEMA, TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_STATEMENT FROM "
            + "information_schema.TRIGGERS"
            + $" WHERE TRIGGER_SCHEMA NOT IN ({StructureReader.SystemDatabases})";
        return server.Client.QueryAll(sql, token).Where(r => filter?.IsMatch(r[0]!, r[2]!) != false).ToDictionary(r => new TableName(r[0],
            r[1]!));
    }

    private ConsistencyFinding Make(
        FindingSeverity severity, string? database, string? table, string key, string evidence, string recommendation,
        string? repair) => new()
        {
            Type = FindingType.Schema,
            Severity = severity,
            Confidence = FindingConfidence.Proven,
            Server = pair.Replica.Name,
            Database = database,
            Table = table,
            Key = key,
            Evidence = [evidence],
            Recommendation = recommendation,
            Repair = repair,
        };
}
