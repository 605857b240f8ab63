namespace MySqlRecovery.Completion;

/// <summary>Offers the databases of the log files that stand on the command line.</summary>
public sealed class DatabaseCompleter : NameCompleter
{
    private protected override IEnumerable<string> Names(LogNames names) =>
        names.Tables.Select(t => t[..t.IndexOf('.', StringComparison.Ordinal)]).Distinct(StringComparer.Ordinal);
}
