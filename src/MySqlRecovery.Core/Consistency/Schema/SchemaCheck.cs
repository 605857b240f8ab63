using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Schema;

/// <summary>Compares the definitions of tables, sequences, views, routines, triggers and events, and the AUTO_INCREMENT counters.</summary>
internal sealed class SchemaCheck(ServerPair pair, TableFilter? filter) : IConsistencyCheck
{
    public IEnumerable<ConsistencyFinding> Run(Action<RecoveryException> onError, CancellationToken token)
    {
        TablePairs tables = TablePairs.Read(pair, filter, withDetails: true, token);
        foreach (ConsistencyFinding finding in tables.MissingTables())
            yield return finding;
        var counters = new CounterCheck(pair, token);
        foreach ((LiveTable source, LiveTable replica) in tables.Both)
        {
            foreach (ConsistencyFinding finding in new TableComparison(pair, source, replica).Run())
                yield return finding;
            if (Counter(counters, source, replica, onError) is { } drift)
                yield return drift;
        }

        foreach (ConsistencyFinding finding in new SequenceCheck(pair, filter, onError, token).Run()
            .Concat(new ObjectCheck(pair, filter, token).Run()).Concat(new ProgramCheck(pair, filter, token).Run()))
            yield return finding;
    }

    // A table that cannot be read keeps none of the others from being compared.
    private ConsistencyFinding? Counter(CounterCheck counters, LiveTable source, LiveTable replica, Action<RecoveryException> onError)
    {
        try
        {
            return counters.Check(source, replica);
        }
        catch (RecoveryException e) when (TableFailure.IsOfTable(e))
        {
            onError(TableFailure.Make(e, $"the counter of {source.Name} was not compared", pair.Replica.Name));
            return null;
        }
    }
}
