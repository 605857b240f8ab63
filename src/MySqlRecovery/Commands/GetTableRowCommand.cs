using System.Collections;
using System.Management.Automation;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Completion;
using MySqlRecovery.History;
using MySqlRecovery.Input;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.Commands;

/// <summary>Gives the rows of a server's table, as they are or as they were at a moment.</summary>
[Cmdlet(VerbsCommon.Get, "TableRow", DefaultParameterSetName = ServerSet)]
[OutputType(typeof(TableRow))]
public sealed class GetTableRowCommand : LogReaderCmdlet
{
    /// <summary>The server: <c>host</c>, <c>host:port</c>, the path of a Unix socket or a connection string.</summary>
    [Parameter(ParameterSetName = ServerSet), Alias("HostName", "ComputerName")]
    [ValidateNotNull]
    public string Server { get; set; } = string.Empty;

    /// <summary>The table, <c>database.table</c>, by its name at the moment.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Table { get; set; } = string.Empty;

    /// <summary>The moment: all that was committed up to this time. A time without zone is local.</summary>
    [Parameter]
    [ValidateNotNull]
    public DateTime? AsOf { get; set; }

    /// <summary>The moment: all up to this transaction, which is included.</summary>
    [Parameter, ArgumentCompleter(typeof(GtidSourceCompleter))]
    [ValidateNotNullOrEmpty]
    public string? AsOfGtid { get; set; }

    /// <summary>The moment: all up to a position in this file.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? AsOfFile { get; set; }

    /// <summary>The position in -AsOfFile: the end of an event.</summary>
    [Parameter]
    [ValidateNotNull]
    public long? AsOfPosition { get; set; }

    /// <summary>Values that rows must have, <c>@{ status = 'paid'; id = 1, 2 }</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IDictionary? Where { get; set; }

    /// <summary>The columns to give, by their names at the moment; all by default.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Column { get; set; } = [];

    /// <summary>A dump of mysqldump or mariadb-dump from before the moment: the rows come from it and from the log after it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Base { get; set; }

    /// <summary>With -Base the log files after it, in place of a server's; wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] LogPath { get; set; } = [];

    /// <summary>Bytes of memory for the keys of the rows that changed since; beyond that a temporary file holds them.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long MaxMemory { get; set; } = ChangeIndex.DefaultMaximumMemory;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Base != null)
        {
            using BaseAsOf based = Try(OpenBase);
            Write(based.Rows());
            return;
        }

        if (LogPath.Length > 0 || KeyringPath.Length > 0)
        {
            Try(() => throw new RecoveryException(
                "InvalidParameters", RecoveryErrorKind.InvalidArgument, "files of logs go forward from a dump: -LogPath needs -Base"));
        }

        using ServerAsOf asOf = Try(() => ServerAsOf.Open(
            OptionsFor(Server), Request(), Moment.Of(AsOf, AsOfGtid, AsOfFile, AsOfPosition), Warn, StopToken));
        Write(asOf.Rows());
    }

    private void Write(IEnumerable<TableRow> table)
    {
        WriteWarnings();
        using IEnumerator<TableRow> rows = table.GetEnumerator();
        while (Try(rows.MoveNext))
            WriteObject(rows.Current);
    }

    private BaseAsOf OpenBase()
    {
        if (SchemaPath != null)
            throw new RecoveryException(
                "InvalidParameters", RecoveryErrorKind.InvalidArgument, "a dump has its definitions in it: -Base takes no -SchemaPath");
        var dump = DumpFile.Open(this.ResolveDestination(Base!), StopToken);
        var moment = Moment.Of(AsOf, AsOfGtid, AsOfFile, AsOfPosition);
        Func<EventFilter, ITableSchemaSource?, EventScan> log = LogPath.Length == 0
            ? LogSinceDump.OfServer(OptionsFor(Server), dump, moment, Warn, StopToken)
            : LogSinceDump.OfFiles(
                new LogFileOrder(LogKeyring, Warn, StopToken).Sort(this.ResolveLogs(LogPath, literal: false, e => throw e)),
                dump, moment, LogKeyring, Catalogs, StopToken);
        var based = new BaseAsOf(dump, Request(), log, StopToken);
        try
        {
            based.Prepare();
            return based;
        }
        catch
        {
            based.Dispose();
            throw;
        }
    }

    private AsOfRequest Request() => new()
    {
        Table = TableName.Parse(Table) ?? throw new RecoveryException(
            "TableNameInvalid", RecoveryErrorKind.InvalidArgument, $"'{Table}' is not of the form database.table"),
        Columns = Column,
        Where = Where == null || Where.Count == 0 ? null : new RowPredicate(Where),
        Schema = SchemaPath == null ? null : SchemaCatalog.Load(this.ResolveDestination(SchemaPath)),
        MaximumMemory = MaxMemory,
    };
}
