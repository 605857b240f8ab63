using System.Data.Common;
using System.Globalization;
using System.Text;
using MySqlRecovery.Server;

namespace MySqlRecovery.Client;

/// <summary>Rows of any provider, with their values turned back into the text that the server sent.</summary>
internal sealed class DbConnectionRows : IQueryRows
{
    private readonly DbCommand _command;
    private readonly DbDataReader _reader;
    private readonly CancellationTokenRegistration _cancel;
    private readonly string _server;
    private readonly CancellationToken _token;

    public DbConnectionRows(DbCommand command, DbDataReader reader, CancellationTokenRegistration cancel, string server, CancellationToken token)
    {
        _command = command;
        _reader = reader;
        _cancel = cancel;
        _server = server;
        _token = token;
        ColumnNames = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
    }

    public IReadOnlyList<string> ColumnNames { get; }

    public bool Read()
    {
        _token.ThrowIfCancellationRequested();
        try
        {
            return _reader.Read();
        }
        catch (Exception e) when (e is DbException or InvalidOperationException)
        {
            throw DbConnectionQueryClient.Failed(e, _server, _token);
        }
    }

    public bool IsNull(int column) => _reader.IsDBNull(column);

    public string? GetString(int column) => IsNull(column) ? null : Text(_reader.GetValue(column));

    public byte[]? GetBytes(int column)
    {
        if (IsNull(column))
            return null;
        object value = _reader.GetValue(column);
        return value as byte[] ?? Encoding.UTF8.GetBytes(Text(value));
    }

    public void Dispose()
    {
        _cancel.Dispose();
        _reader.Dispose();
        _command.Dispose();
    }

    // Providers make bool of TINYINT(1), Guid of CHAR(36), DateTime and TimeSpan of the temporal types.
    private static string Text(object value) => value switch
    {
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        bool flag => flag ? "1" : "0",
        DateTime time => time.ToString(time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        TimeSpan time => Text(time),
        float or double => ((IFormattable)value).ToString("R", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Text(TimeSpan time)
    {
        TimeSpan absolute = time.Duration();
        string fraction = absolute.Ticks % TimeSpan.TicksPerSecond == 0 ? "" : absolute.ToString(@"\.ffffff", CultureInfo.InvariantCulture);
        return string.Create(
            CultureInfo.InvariantCulture, $"{(time < TimeSpan.Zero ? "-" : "")}{(int)absolute.TotalHours:00}:{absolute:mm\\:ss}{fraction}");
    }
}
