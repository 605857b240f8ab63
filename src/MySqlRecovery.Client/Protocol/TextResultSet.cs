using System.Text;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Client.Protocol;

/// <summary>The answer to COM_QUERY: columns first, then rows as the server sends them.</summary>
internal sealed class TextResultSet : IQueryRows
{
    private readonly PacketStream _packets;
    private readonly string _server;
    private readonly bool _deprecateEof;
    private readonly CancellationToken _token;
    private readonly (int Start, int Length)[] _values;
    private ReadOnlyMemory<byte> _row;

    private TextResultSet(PacketStream packets, string server, bool deprecateEof, ColumnDefinition[] columns, CancellationToken token)
    {
        _packets = packets;
        _server = server;
        _deprecateEof = deprecateEof;
        _token = token;
        _values = new (int, int)[columns.Length];
        Columns = columns;
        ColumnNames = Array.ConvertAll(columns, c => c.Name);
        AtEnd = columns.Length == 0;
    }

    public IReadOnlyList<ColumnDefinition> Columns { get; }

    public IReadOnlyList<string> ColumnNames { get; }

    /// <summary>Whether the server has nothing more to say, so that the connection is free for the next command.</summary>
    public bool AtEnd { get; private set; }

    /// <summary>Reads the head of the answer.</summary>
    public static TextResultSet Begin(PacketStream packets, string server, bool deprecateEof, CancellationToken token)
    {
        ReadOnlySpan<byte> head = packets.Read(token).Span;
        if (head.IsEmpty)
            throw packets.Failed("the answer to a query is empty");
        switch (head[0])
        {
            case PacketMarker.Error:
                throw ServerErrors.FromServer(server, head);
            case PacketMarker.Ok:
                return new TextResultSet(packets, server, deprecateEof, [], token);
            case PacketMarker.LocalInfile:
                throw packets.Failed("the server asks for a local file, which this client never sends");
        }

        try
        {
            return new TextResultSet(packets, server, deprecateEof, ReadColumns(packets, head, deprecateEof, token), token);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw packets.Failed("the server sent a column definition that makes no sense: " + e.Message, e);
        }
    }

    public bool Read()
    {
        if (AtEnd)
            return false;
        _row = _packets.Read(_token);
        ReadOnlySpan<byte> row = _row.Span;
        if (PacketMarker.IsEnd(row, _deprecateEof))
        {
            AtEnd = true;
            return false;
        }

        if (!row.IsEmpty && row[0] == PacketMarker.Error)
        {
            AtEnd = true;
            throw ServerErrors.FromServer(_server, row);
        }

        try
        {
            Split(row);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw _packets.Failed("the server sent a row that makes no sense: " + e.Message, e);
        }

        return true;
    }

    public bool IsNull(int column) => _values[column].Length < 0;

    public string? GetString(int column) => IsNull(column) ? null : Encoding.UTF8.GetString(Value(column));

    public byte[]? GetBytes(int column) => IsNull(column) ? null : Value(column).ToArray();

    /// <summary>Reads what is left, so that the connection is free; closes the connection if that fails.</summary>
    public void Dispose()
    {
        try
        {
            while (_packets.IsOpen && Read())
            {
            }
        }
        catch (Exception e) when (e is Model.RecoveryException or OperationCanceledException)
        {
            // What was read before is right, and a connection that failed says so at its next command.
        }
    }

    private ReadOnlySpan<byte> Value(int column) => _row.Span.Slice(_values[column].Start, _values[column].Length);

    private void Split(ReadOnlySpan<byte> row)
    {
        var cursor = new ByteCursor(row);
        for (int i = 0; i < _values.Length; i++)
        {
            if (!cursor.AtEnd && cursor.Rest[0] == PacketMarker.Null)
            {
                cursor.Skip(1);
                _values[i] = (0, -1);
                continue;
            }

            int length = cursor.ReadLength();
            _values[i] = (cursor.Position, length);
            cursor.Skip(length);
        }

        if (!cursor.AtEnd)
            throw new InvalidDataException($"{cursor.Remaining} bytes follow the last of {_values.Length} values");
    }

    private static ColumnDefinition[] ReadColumns(PacketStream packets, ReadOnlySpan<byte> head, bool deprecateEof, CancellationToken token)
    {
        var cursor = new ByteCursor(head);
        ulong count = cursor.ReadLengthEncoded();

        // A table has at most 4096 columns, a join may give more; each costs the server a packet, and us only what it sent.
        if (count is 0 or > ushort.MaxValue)
            throw new InvalidDataException($"a result of {count} columns");
        var columns = new List<ColumnDefinition>();
        while ((ulong)columns.Count < count)
            columns.Add(ColumnDefinition.Parse(packets.Read(token).Span));
        if (!deprecateEof && !PacketMarker.IsEnd(packets.Read(token).Span, deprecateEof))
            throw new InvalidDataException("the columns do not end where they should");
        return columns.ToArray();
    }
}
