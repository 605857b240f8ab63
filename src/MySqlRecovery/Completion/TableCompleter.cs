namespace MySqlRecovery.Completion;

/// <summary>Offers the tables of the log files that stand on the command line, as database.table.</summary>
public sealed class TableCompleter : NameCompleter
{
    private protected override IEnumerable<string> Names(LogNames names) => names.Tables;
}
