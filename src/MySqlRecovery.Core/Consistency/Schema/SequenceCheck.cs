using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Schema;

/// <summary>Compares MariaDB's sequences (10.3+): which there are, how they count, and which number is next.</summary>
/// <param name="pair">The servers.</param>
/// <param name="filter">Which of them; null for all.</param>
/// <param name="onError">Takes what keeps one of them from being compared.</param>
/// <param name="token">Ends the check.</param>
internal sealed class SequenceCheck(
    ServerPair pair, TableFilter? filter, Action<RecoveryException> onError, CancellationToken token)
{
    private ReplicaProgress? _progress;

    public IEnumerable<ConsistencyFinding> Run()
    {
        HashSet<TableName> sequences = Names(pair.Source), others = Names(pair.Replica);
        foreach (TableName name in sequences.Union(others).OrderBy(n => n.ToString(), StringComparer.Ordinal))
        {
            if (!sequences.Contains(name) || !others.Contains(name))
            {
                yield return Make(
                    name, FindingSeverity.Error, $"only the {(sequences.Contains(name) ? "source" : "replica")} has the sequence", null);
                continue;
            }

            if (ReadBoth(name) is not var (here, there))
                continue;
            if (!here.AsSpan(1).SequenceEqual(there.AsSpan(1)))
                yield return Make(
                    name, FindingSeverity.Error, $"it counts {Describe(here)} on the source and {Describe(there)} on the replica", null);
            else if (Next(there) - Next(here) is var ahead && (here[4]!.StartsWith('-') ? ahead > 0 : ahead < 0))
                yield return Make(
                    name, FindingSeverity.Error,
                    $"the next value is {here[0]} on the source and {there[0]} on the replica: it gives numbers out again after a failover",
                    $"SELECT SETVAL({name.Quoted}, {here[0]}, 0);");
        }
    }

    // The source's first, and the replica's when it is there: what comes in between moves the replica on.
    private (string?[] Here, string?[] There)? ReadBoth(TableName name)
    {
        try
        {
            string?[] here = Read(pair.Source, name);
            _progress ??= new ReplicaProgress(pair, token);
            _progress.Wait(_progress.ReadSource());
            return (here, Read(pair.Replica, name));
        }
        catch (RecoveryException e) when (TableFailure.IsOfTable(e))
        {
            onError(TableFailure.Make(e, $"the sequence {name} was not compared", pair.Replica.Name));
            return null;
        }
    }

    private HashSet<TableName> Names(ComparedServer server) => !server.IsMariaDb || !server.Version.IsAtLeast(10, 3) ? []
        : [.. server.Client.QueryAll(
            "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE TABLE_TYPE = 'SEQUENCE'", token)
            .Where(r => filter?.IsMatch(r[0]!, r[1]!) != false).Select(r => new TableName(r[0], r[1]!))];

    private string?[] Read(ComparedServer server, TableName name) => server.Client.QueryAll(
        "SELECT next_not_cached_value, minimum_value, maximum_value, start_value, increment, cache_size, cycle_option "
            + $"FROM {name.Quoted}", token)[0];

    private static Int128 Next(string?[] sequence) => Int128.Parse(sequence[0]!, CultureInfo.InvariantCulture);

    private static string Describe(string?[] sequence) =>
        $"from {sequence[3]} by {sequence[4]} between {sequence[1]} and {sequence[2]}, cache {sequence[5]}, cycle {sequence[6]}";

    private ConsistencyFinding Make(TableName name, FindingSeverity severity, string evidence, string? repair) => new()
    {
        Type = FindingType.Schema,
        Severity = severity,
        Confidence = FindingConfidence.Proven,
        Server = pair.Replica.Name,
        Database = name.Database,
        Table = name.Name,
        Key = "sequence",
        Evidence = [evidence],
        Recommendation = "Compare SHOW CREATE SEQUENCE on both servers, and set the replica's right with sql_log_bin = 0.",
        Repair = repair,
    };
}
