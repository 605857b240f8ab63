using System.Data.Common;
using System.Globalization;
using System.Text;
using MySqlConnector;
using MySqlRecovery.Server;

namespace MySqlRecovery.Client;

/// <summary>
/// The rows of a provider's reader, with their values turned back into the text that the server sent. That is exact for
/// text, bytes and integers; what must be exact of other types is asked for as CAST(... AS BINARY).
/// </summary>
internal sealed class ReaderRows : IQueryRows
{
    // Of an answer that nobody reads on, so much is passed over before the connection is given up.
    private const int MaxRest = 1000;

    private readonly DbCommand _command;
    private readonly DbDataReader _reader;
    private readonly CancellationTokenRegistration _cancel;
    private readonly Func<Exception, Exception> _failed;
    private readonly Action _giveUp;
    private readonly CancellationToken _token;
    private readonly Type[] _types;

    /// <param name="command">What was executed; disposed of with the rows, as are reader and registration.</param>
    /// <param name="reader">Its first result, before the first row.</param>
    /// <param name="cancel">What cancelling does.</param>
    /// <param name="failed">Makes a failure of the reader ours.</param>
    /// <param name="giveUp">Ends an answer that is not read on.</param>
    /// <param name="token">Ends the reading.</param>
    public ReaderRows(
        DbCommand command, DbDataReader reader, CancellationTokenRegistration cancel, Func<Exception, Exception> failed, Action giveUp,
        CancellationToken token)
    {
        _command = command;
        _reader = reader;
        _cancel = cancel;
        _failed = failed;
        _giveUp = giveUp;
        _token = token;
        ColumnNames = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
        _types = Enumerable.Range(0, reader.FieldCount).Select(reader.GetFieldType).ToArray();
    }

    public IReadOnlyList<string> ColumnNames { get; }

    /// <summary>Whether nothing more will come, so that the connection is free.</summary>
    public bool IsOver { get; private set; }

    public bool Read()
    {
        if (IsOver)
            return false;
        _token.ThrowIfCancellationRequested();
        try
        {
            if (_reader.Read())
                return true;
            IsOver = true;
            if (_reader.NextResult())
                throw new InvalidDataException("one question has two answers");
            return false;
        }
        catch (Exception e)
        {
            IsOver = true;
            throw _failed(e);
        }
    }

    public bool IsNull(int column) => _reader.IsDBNull(column);

    public string? GetString(int column)
    {
        try
        {
            if (_reader.IsDBNull(column))
                return null;
            return _types[column] == typeof(string) ? _reader.GetString(column) : Text(Value(column));
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or OverflowException)
        {
            throw _failed(e);
        }
    }

    public byte[]? GetBytes(int column)
    {
        if (_types[column] == typeof(byte[]) && !_reader.IsDBNull(column))
            return _reader.GetFieldValue<byte[]>(column);
        return GetString(column) is { } text ? Encoding.UTF8.GetBytes(text) : null;
    }

    /// <summary>Frees the connection: by reading what is left if that is little, else by giving it up.</summary>
    public void Dispose()
    {
        try
        {
            for (int rest = 0; !IsOver && rest < MaxRest; rest++)
                Read();
            if (!IsOver)
                _giveUp();
            _reader.Dispose();
        }
        catch (Exception)
        {
            // What was read before is right, and a connection that failed says so at its next command.
        }

        IsOver = true;
        _cancel.Dispose();
        _command.Dispose();
    }

    // A DECIMAL of 65 digits is no decimal of .NET.
    private object Value(int column) => _reader is MySqlDataReader mine && _types[column] == typeof(decimal)
        ? mine.GetMySqlDecimal(column).ToString()
        : _reader.GetValue(column);

    // Providers make bool of TINYINT(1), Guid of CHAR(36), DateTime and TimeSpan of the temporal types.
    private static string Text(object value) => value switch
    {
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        bool flag => flag ? "1" : "0",
        MySqlDateTime { IsValidDateTime: false } => "0000-00-00 00:00:00",
        MySqlDateTime time => Text(time.GetDateTime()),
        DateTime time => Text(time),
        TimeSpan time => Text(time),
        float or double => Real(((IFormattable)value).ToString("R", CultureInfo.InvariantCulture)),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    // 1E+20 is 1e20 for a server.
    private static string Real(string text) =>
        text.Replace("E+", "e", StringComparison.Ordinal).Replace("E-", "e-", StringComparison.Ordinal);

    private static string Text(DateTime time) => time.ToString(
        time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private static string Text(TimeSpan time)
    {
        TimeSpan absolute = time.Duration();
        string fraction = absolute.Ticks % TimeSpan.TicksPerSecond == 0 ? "" : absolute.ToString(@"\.ffffff", CultureInfo.InvariantCulture);
        return string.Create(
            CultureInfo.InvariantCulture, $"{(time < TimeSpan.Zero ? "-" : "")}{(int)absolute.TotalHours:00}:{absolute:mm\\:ss}{fraction}");
    }
}
