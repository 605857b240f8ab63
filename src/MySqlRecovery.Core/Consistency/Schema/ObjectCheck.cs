using System.Text.RegularExpressions;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Schema;

/// <summary>Compares what servers keep beside tables: views, routines with their parameters, and events.</summary>
internal sealed partial class ObjectCheck(ServerPair pair, TableFilter? filter, CancellationToken token)
{
    // Servers of two versions write the text of a view, types and modes in other ways by themselves.
    private readonly bool _isSameVersion = pair.Source.IsMariaDb == pair.Replica.IsMariaDb
        && (pair.Source.Version.Major, pair.Source.Version.Minor) == (pair.Replica.Version.Major, pair.Replica.Version.Minor);

    public IEnumerable<ConsistencyFinding> Run() =>
        Compare("view", Views, FindingSeverity.Error).Concat(Compare("routine", Routines, FindingSeverity.Error))
            .Concat(Compare("event", Events, FindingSeverity.Warning));

    private IEnumerable<ConsistencyFinding> Compare(
        string kind, Func<ComparedServer, Dictionary<TableName, SqlObject>> read, FindingSeverity severity)
    {
        Dictionary<TableName, SqlObject> objects = read(pair.Source), others = read(pair.Replica);
        int unseen = 0;
        foreach (TableName name in objects.Keys.Union(others.Keys).OrderBy(n => n.ToString(), StringComparer.Ordinal))
        {
            SqlObject? here = objects.GetValueOrDefault(name), there = others.GetValueOrDefault(name);
            if (here == null || there == null)
            {
                yield return Make(
                    severity, name.Database, $"{kind} {name.Name}",
                    $"{kind} {name.Database}.{name.Name}: only the {(here == null ? "replica" : "source")} has it");
                continue;
            }

            unseen += here.Text == null || there.Text == null ? 1 : 0;
            bool isSameText = here.Text == null || there.Text == null || here.Text == there.Text;
            bool isSameForm = !_isSameVersion || here.Form.AsSpan().SequenceEqual(there.Form);
            if (isSameText && isSameForm)
                continue;
            bool isWording = kind == "view" && !_isSameVersion;
            yield return Make(
                isWording ? FindingSeverity.Info : FindingSeverity.Warning, name.Database, $"{kind} {name.Name}",
                $"{kind} {name.Database}.{name.Name}: its {(isSameText ? "properties are" : "text is")} another one on the replica"
                    + (isWording ? ", which may be the other version's way to write the same" : ""));
        }

        if (unseen > 0)
            yield return Make(
                FindingSeverity.Info, null, $"{kind}s",
                $"the text of {unseen} {kind}s was not compared: a server does not show it to this account (SHOW VIEW, SHOW_ROUTINE)");
    }

    private Dictionary<TableName, SqlObject> Views(ComparedServer server) => Read(
        server,
        "SELECT TABLE_SCHEMA, TABLE_NAME, VIEW_DEFINITION, CHECK_OPTION, SECURITY_TYPE FROM information_schema.VIEWS WHERE TABLE_SCHEMA",
        row => new SqlObject(Normalize(row[2]), row[3..]));

    private Dictionary<TableName, SqlObject> Routines(ComparedServer server)
    {
        var parameters = new Dictionary<(string?, string?, string?), string>();
        foreach (string?[] row in server.Client.QueryAll(
            "SELECT SPECIFIC_SCHEMA, SPECIFIC_NAME, ROUTINE_TYPE, PARAMETER_MODE, PARAMETER_NAME, DTD_IDENTIFIER FROM "
                + $"information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA NOT IN ({StructureReader.SystemDatabases}) "
                + "ORDER BY 1, 2, 3, ORDINAL_POSITION", token))
        {
            (string?, string?, string?) routine = (row[0], row[1], row[2]);
            parameters[routine] = $"{parameters.GetValueOrDefault(routine)}{row[3]} {row[4]} {row[5]};";
        }

        return Read(
            server,
            "SELECT ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_TYPE, ROUTINE_DEFINITION, DTD_IDENTIFIER, IS_DETERMINISTIC, SQL_DATA_ACCESS, "
                + "SECURITY_TYPE, SQL_MODE FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA",
            row => new SqlObject(row[3], [.. row[4..], parameters.GetValueOrDefault((row[0], row[1], row[2]))]),
            row => $"{row[1]} ({row[2]!.ToLowerInvariant()})");
    }

    private Dictionary<TableName, SqlObject> Events(ComparedServer server) => Read(
        server,
        "SELECT EVENT_SCHEMA, EVENT_NAME, EVENT_DEFINITION, EVENT_TYPE, EXECUTE_AT, INTERVAL_VALUE, INTERVAL_FIELD, SQL_MODE, STARTS, "
            + "ENDS, ON_COMPLETION, TIME_ZONE FROM information_schema.EVENTS WHERE EVENT_SCHEMA",
        row => new SqlObject(row[2], row[3..]));

    private Dictionary<TableName, SqlObject> Read(
        ComparedServer server, string sql, Func<string?[], SqlObject> make, Func<string?[], string>? name = null)
    {
        var objects = new Dictionary<TableName, SqlObject>();
        foreach (string?[] row in server.Client.QueryAll($"{sql} NOT IN ({StructureReader.SystemDatabases})", token))
        {
            if (filter?.IsDatabaseMatch(row[0]!) != false)
                objects[new TableName(row[0], name?.Invoke(row) ?? row[1]!)] = make(row);
        }

        return objects;
    }

    private static string? Normalize(string? text) =>
        string.IsNullOrEmpty(text) ? null : Spaces().Replace(text, "").Replace("`", "", StringComparison.Ordinal);

    private ConsistencyFinding Make(FindingSeverity severity, string? database, string key, string evidence) => new()
    {
        Type = FindingType.Schema,
        Severity = severity,
        Confidence = FindingConfidence.Proven,
        Server = pair.Replica.Name,
        Database = database,
        Key = key,
        Evidence = [evidence],
        Recommendation = "Compare SHOW CREATE on both servers, and make the replica's anew with sql_log_bin = 0.",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    /// <summary>An object beside the tables.</summary>
    /// <param name="Text">What it does; null where the server does not show it.</param>
    /// <param name="Form">What else is said of it, as its server's version writes it.</param>
    private sealed record SqlObject(string? Text, string?[] Form);
}
