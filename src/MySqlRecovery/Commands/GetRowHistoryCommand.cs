using System.Management.Automation;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Client;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Completion;
using MySqlRecovery.History;
using MySqlRecovery.Input;
using MySqlRecovery.Model;
using MySqlRecovery.Restore;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.Commands;

/// <summary>Gives what single rows were, from change to change.</summary>
[Cmdlet(VerbsCommon.Get, "RowHistory", DefaultParameterSetName = ServerSet)]
[OutputType(typeof(RowVersion))]
public sealed class GetRowHistoryCommand : LogReaderCmdlet
{
    private readonly List<object> _keys = [];

    /// <summary>The table, <c>database.table</c>, by the name that it has now.</summary>
    [Parameter(Mandatory = true, Position = 0), ArgumentCompleter(typeof(TableCompleter))]
    [ValidateNotNullOrEmpty]
    public string Table { get; set; } = string.Empty;

    /// <summary>The rows: values of a key of one column, or <c>@{ order_id = 1; line = 2 }</c>; one or several.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public object[] Key { get; set; } = [];

    /// <summary>Log files; wildcards. With -Server too, the logs are these, and the live row is the server's.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] LogPath { get; set; } = [];

    /// <summary>The server: <c>host</c>, <c>host:port</c>, the path of a Unix socket or a connection string.</summary>
    [Parameter(ParameterSetName = ServerSet), Alias("HostName", "ComputerName")]
    [ValidateNotNull]
    public string? Server { get; set; }

    /// <summary>Events from this time on (included). A time without zone is local.</summary>
    [Parameter, Alias("StartDateTime", "After")]
    [ValidateNotNull]
    public DateTime? StartTime { get; set; }

    /// <summary>Makes an error, after all versions, of what the logs do not tell.</summary>
    [Parameter]
    public SwitchParameter RequireComplete { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _keys.AddRange(Key.Select(k => k is PSObject wrapped ? wrapped.BaseObject : k));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_keys.Count == 0)
            return;
        bool asksServer = Server != null || DefaultsFile != null || LogPath.Length == 0;
        using ServerConnection? client =
            asksServer ? Try(() => ServerConnection.Open(OptionsFor(Server ?? string.Empty), StopToken)) : null;
        using RestoreSession? session = client == null ? null : Try(() => new RestoreSession(client, StopToken));
        RowHistoryReader reader = Try(() => Open(client));
        List<RowVersion> versions = Try(() => reader.Read().ToList());
        WriteWarnings();
        if (reader.Notes.Count > 0)
            WriteWarning($"The logs do not tell all: {reader.Notes[0]}"
                + (reader.Notes.Count > 1 ? $" (and {reader.Notes.Count - 1} more: see Reason)" : string.Empty));
        foreach (RowVersion version in versions)
            WriteObject(version);
        string? missing = reader.Notes.Count > 0 ? reader.Notes[0] : versions.Find(v => !v.IsExact)?.Reason;
        if (RequireComplete && missing != null)
            ThrowTerminatingError(ToErrorRecord(Incomplete(missing)));
    }

    private RowHistoryReader Open(ServerConnection? client)
    {
        TableName table = TableName.Parse(Table) ?? throw new RecoveryException(
            "TableNameInvalid", RecoveryErrorKind.InvalidArgument, $"'{Table}' is not of the form database.table");
        Func<IEnumerable<LogRange>> logs;
        if (LogPath.Length > 0)
        {
            List<string> files = new LogFileOrder(LogKeyring, Warn, StopToken).Sort(
                this.ResolveLogs(LogPath, literal: false, e => throw e));
            logs = () => files.Select(LogRange.Whole);
        }
        else
        {
            var request = new ServerLogRequest { StartTime = StartTime?.ToUniversalTime() };
            logs = () => new ServerLog(client!.Options, request, Warn, StopToken).Ranges();
        }

        string? definitions = SchemaPath == null ? null : this.ResolveDestination(SchemaPath);
        return new RowHistoryReader(table, new KeyChoice(_keys), (filter, schema) => OpenScan(logs(), filter, schema), StopToken)
        {
            Client = client,
            IsMariaDb = client?.IsMariaDb == true,
            OpenSchema = client != null ? tables => new ServerLogSchema(
                    () => ServerConnection.Open(client.Options, StopToken), tables, _ => { }, StopToken, followsLog: LogPath.Length == 0)
                : definitions != null ? _ => LogSchema.Load(definitions) : null,
            Schema = definitions == null ? null : SchemaCatalog.Load(definitions),
        };
    }

    private EventScan OpenScan(IEnumerable<LogRange> logs, EventFilter filter, ITableSchemaSource? schema) => new(
        logs, filter with { StartTime = StartTime?.ToUniversalTime() }, StopToken, schema)
    {
        Salvage = true,
        Keyring = LogKeyring,
        Catalogs = Catalogs,
    };
}
