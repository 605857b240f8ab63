using System.Management.Automation;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Client;
using MySqlRecovery.Completion;
using MySqlRecovery.Consistency.Data;
using MySqlRecovery.Input;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Commands;

/// <summary>Counts the rows of tables and makes one number of all that is in them: proof of what was changed and what was not.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "TableState", DefaultParameterSetName = ServerSet)]
[OutputType(typeof(TableState))]
public sealed class MeasureTableStateCommand : ServerCmdlet
{
    /// <summary>The tables, <c>table</c> or <c>database.table</c>; wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0), SupportsWildcards, ArgumentCompleter(typeof(TableCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Table { get; set; } = [];

    /// <summary>The servers: <c>host</c>, <c>host:port</c>, the path of a Unix socket or a connection string.</summary>
    [Parameter(ParameterSetName = ServerSet, ValueFromPipeline = true), Alias("HostName", "ComputerName")]
    [ValidateNotNull, ServerTransformation]
    public string[] Server { get; set; } = [string.Empty];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ForEach(Server, Measure);
    }

    private void Measure(string server)
    {
        ConnectionOptions options = OptionsFor(server);
        var filter = new TableFilter([], [], Table, []);
        var seen = new List<TableName>();
        foreach (TableState state in TableStates.Read(() => ServerConnection.Open(options, StopToken), filter, ShowTable, StopToken))
        {
            seen.Add(new TableName(state.Database, state.Table));
            WriteObject(state);
        }

        Progress.Complete();
        foreach (string pattern in filter.UnmatchedTables(seen))
            ReportError(new RecoveryException(
                "TableNotFound", RecoveryErrorKind.ObjectNotFound, $"there is no table {pattern}, or it may not be read", options.Server));
    }

    private void ShowTable(int number, int count, string table) =>
        Progress.Show("reading", $"{table}, table {number + 1} of {count}", number, count);
}
