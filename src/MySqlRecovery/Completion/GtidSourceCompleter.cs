namespace MySqlRecovery.Completion;

/// <summary>Offers the sources of the GTIDs in the log files that stand on the command line; the numbers are left to write.</summary>
public sealed class GtidSourceCompleter : NameCompleter
{
    private protected override IEnumerable<string> Names(LogNames names) => names.GtidSources;
}
