using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace MySqlRecovery.Client.Tests.Fakes;

/// <summary>An ADO.NET connection of some provider, all of whose queries give one table or one failure.</summary>
internal sealed class TableConnection(DataTable table, Exception? failure = null) : DbConnection
{
    public ConnectionState Now { get; set; } = ConnectionState.Open;

    /// <summary>The text of the last command.</summary>
    public string? Asked { get; set; }

    [AllowNull]
    public override string ConnectionString { get; set; } = "Server=db1;Password=Secret#42";

    public override string Database => "shop";

    public override string DataSource => "db1";

    public override string ServerVersion => "8.0";

    public override ConnectionState State => Now;

    public DataTable Table => table;

    public Exception? Failure => failure;

    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

    public override void Close() => throw new InvalidOperationException("The connection is the user's to close.");

    public override void Open() => throw new InvalidOperationException("The connection is the user's to open.");

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new NotSupportedException();

    protected override DbCommand CreateDbCommand() => new TableCommand(this);
}
