using System;
using System.Collections;
using System.Data;
using System.Data.Common;

/// <summary>An open connection to a server that says anything.</summary>
public sealed class HostileServer : DbConnection
{
    private readonly Random _random;

    public HostileServer(int seed) { _random = new Random(seed); }

    public override string ConnectionString { get; set; } = "";
    public override string Database { get { return "crm"; } }
    public override string DataSource { get { return "hostile"; } }
    public override string ServerVersion { get { return "9.7.4"; } }
    public override ConnectionState State { get { return ConnectionState.Open; } }
    public override void ChangeDatabase(string databaseName) { }
    public override void Close() { }
    public override void Open() { }
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) { throw new NotSupportedException(); }
    protected override DbCommand CreateDbCommand() { return new HostileCommand(_random); }
}

public sealed class HostileCommand : DbCommand
{
    public static readonly object[] Values =
    {
        DBNull.Value, "", "0", "1", "1", "2", "-1", "9.7.4", "10.11.6-MariaDB-log", "5.6.51", "ROW", "FULL", "ON", "OFF",
        "YES", "NO", "id", "customer",
        "int", "int unsigned", "varchar(20)", "decimal(9,2)", "json", "PRI", "PRIMARY", "crm", "orders", "InnoDB", "BASE TABLE", "utf8mb4",
        "utf8mb4_0900_ai_ci", "latin1", "99999999999999999999", "1e400", "2026-02-30 25:61:61", "2026-01-01 00:00:00",
        "binlog.000002", "binlog.x",
        "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5", "0-1-5", "3e11fa47:", "CREATE TABLE `orders` (`id` int NOT NULL, PRIMARY KEY (`id`))",
        "CREATE TABLE `orders` (", "[1, 2", "\u001b]0;x", "'); DROP TABLE x; --", 7L, ulong.MaxValue, long.MinValue, 1.5, 3.7m,
        new byte[] { 0, 255, 128 }, new byte[0], new DateTime(2026, 1, 1), TimeSpan.FromHours(700), true,
    };

    private readonly Random _random;

    public HostileCommand(Random random) { _random = random; }

    public override string CommandText { get; set; } = "";
    public override int CommandTimeout { get; set; }
    public override CommandType CommandType { get; set; }
    public override bool DesignTimeVisible { get; set; }
    public override UpdateRowSource UpdatedRowSource { get; set; }
    protected override DbConnection DbConnection { get; set; }
    protected override DbParameterCollection DbParameterCollection { get { throw new NotSupportedException(); } }
    protected override DbTransaction DbTransaction { get; set; }
    public override void Cancel() { }
    public override int ExecuteNonQuery() { return _random.Next(3) - 1; }
    public override object ExecuteScalar() { return Value(); }
    public override void Prepare() { }
    protected override DbParameter CreateDbParameter() { throw new NotSupportedException(); }

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
    {
        if (_random.Next(60) == 0)
            throw new HostileException();
        var table = new DataTable();
        int width = _random.Next(12) == 0 ? _random.Next(1, 20) : Width(CommandText, _random);
        for (int i = 0; i < width; i++)
            table.Columns.Add("c" + i, typeof(object));
        for (int rows = _random.Next(4) == 0 ? _random.Next(50) : 1; rows > 0; rows--)
        {
            var row = new object[width];
            for (int i = 0; i < width; i++)
                row[i] = Value();
            table.Rows.Add(row);
        }

        return table.CreateDataReader();
    }

    private object Value() { return Values[_random.Next(Values.Length)]; }

    // As many as the select list has.
    public static int Width(string sql, Random random)
    {
        sql = sql.TrimStart(' ', '(', '\r', '\n');
        if (!sql.StartsWith("SELECT", StringComparison.OrdinalIgnoreCase))
            return sql.StartsWith("SHOW CREATE", StringComparison.OrdinalIgnoreCase) ? 2 : random.Next(1, 20);
        int depth = 0, width = 1;
        for (int i = 6; i < sql.Length; i++)
        {
            if (sql[i] == '(')
                depth++;
            else if (sql[i] == ')')
                depth--;
            else if (sql[i] == ',' && depth == 0)
                width++;
            else if (depth == 0 && string.Compare(sql, i, "FROM ", 0, 5, StringComparison.OrdinalIgnoreCase) == 0)
                break;
        }

        return width;
    }
}

public sealed class HostileException : DbException
{
    public HostileException() : base("no") { }
}
