using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;

/// <summary>The same server behind a port: it lets anybody in, and its answers fit the questions in width alone.</summary>
public sealed class HostileWire : IDisposable
{
    private const byte Quit = 1, Query = 3, FirstDump = 0x12, GtidDump = 0x1E;
    private static readonly string[] Versions = { "9.7.4", "5.7.29-log", "5.6.51-log", "10.11.6-MariaDB-log", "11.8.2-MariaDB", "x" };

    private static readonly string[] Names =
    {
        "Host", "Port", "Log_name", "File_size", "Variable_name", "Value", "Name", "Source_UUID", "Master_Host", "Source_Host",
        "Seconds_Behind_Source", "Seconds_Behind_Master", "Executed_Gtid_Set", "Retrieved_Gtid_Set", "Channel_Name", "Auto_Position",
        "Replica_IO_Running", "Replica_SQL_Running", "Slave_IO_Running", "Slave_SQL_Running", "SQL_Delay", "Gtid_IO_Pos", "Position",
        "File", "Using_Gtid", "Last_SQL_Errno", "Skip_Counter", "Master_Server_Id", "Source_Server_Id", "Create Table",
        "Table", "Grants for x",
    };

    private readonly TcpListener _listener = new TcpListener(IPAddress.Loopback, 0);
    private readonly Random _random;
    private readonly List<TcpClient> _clients = new List<TcpClient>();

    public HostileWire(int seed)
    {
        _random = new Random(seed);
        _listener.Start();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public string Address { get { return _listener.LocalEndpoint.ToString(); } }

    public void Dispose()
    {
        _listener.Stop();
        lock (_clients)
            _clients.ForEach(c => c.Dispose());
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                TcpClient client = _listener.AcceptTcpClient();
                client.NoDelay = true;
                lock (_clients)
                    _clients.Add(client);
                new Thread(() => Serve(client)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException || e is ObjectDisposedException || e is InvalidOperationException)
        {
        }
    }

    private void Serve(TcpClient client)
    {
        try
        {
            Stream stream = client.GetStream();
            Send(stream, 0, Greeting());
            byte sequence;
            Read(stream, out sequence);
            Send(stream, (byte)(sequence + 1), Ok());
            for (byte[] command; (command = Read(stream, out sequence)).Length > 0 && command[0] != Quit;)
                Answer(stream, command);
        }
        catch (Exception e) when (e is IOException || e is ObjectDisposedException || e is InvalidOperationException)
        {
        }
        finally
        {
            client.Dispose();
        }
    }

    private void Answer(Stream stream, byte[] command)
    {
        string sql = command[0] == Query ? Encoding.UTF8.GetString(command, 1, command.Length - 1).TrimStart('\0', '\u0001', ' ') : "";
        bool asks = Array.Exists(new[] { "SELECT", "SHOW", "(SELECT" }, w => sql.StartsWith(w, StringComparison.OrdinalIgnoreCase));
        int chance;
        lock (_random)
            chance = _random.Next(100);
        byte sequence = 1;
        if (chance == 0 || command[0] == FirstDump || command[0] == GtidDump)
            Send(stream, 1, Error());
        else if (!asks)
            Send(stream, 1, Ok());
        else
            SendRows(stream, HostileCommand.Width(sql, _random), ref sequence);
    }

    private void SendRows(Stream stream, int width, ref byte sequence)
    {
        Send(stream, sequence++, new[] { (byte)width });
        int first;
        bool named;
        int rows;
        lock (_random)
        {
            first = _random.Next(Names.Length);
            named = _random.Next(3) > 0;
            rows = _random.Next(4) == 0 ? _random.Next(50) : 1;
        }

        for (int i = 0; i < width; i++)
        {
            var definition = new MemoryStream();
            foreach (string text in new[] { "def", "", "", "", named ? Names[(first + i) % Names.Length] : "c" + i, "" })
                Put(definition, text);
            definition.Write(new byte[] { 0x0C, 45, 0, 0, 4, 0, 0, 253, 0, 0, 0, 0, 0 }, 0, 13);
            Send(stream, sequence++, definition.ToArray());
        }

        Send(stream, sequence++, new byte[] { 0xFE, 0, 0, 2, 0 });
        for (; rows > 0; rows--)
        {
            var row = new MemoryStream();
            for (int i = 0; i < width; i++)
            {
                object value;
                lock (_random)
                    value = HostileCommand.Values[_random.Next(HostileCommand.Values.Length)];
                if (value is DBNull)
                    row.WriteByte(0xFB);
                else
                    Put(row, Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture));
            }

            Send(stream, sequence++, row.ToArray());
        }

        Send(stream, sequence++, new byte[] { 0xFE, 0, 0, 2, 0 });
    }

    private byte[] Greeting()
    {
        var packet = new MemoryStream();
        packet.WriteByte(10);
        string version;
        lock (_random)
            version = Versions[_random.Next(Versions.Length)];
        Write(packet, Encoding.ASCII.GetBytes(version + "\0"));
        Write(packet, new byte[] { 7, 0, 0, 0 });
        Write(packet, Encoding.ASCII.GetBytes("saltsalt\0"));
        Write(packet, new byte[] { 0x09, 0xA2, 45, 2, 0, 0x2B, 0, 21 }); // protocol 4.1, plugins, several statements
        Write(packet, new byte[10]);
        Write(packet, Encoding.ASCII.GetBytes("saltsaltsalt\0mysql_native_password\0"));
        return packet.ToArray();
    }

    private static byte[] Ok() { return new byte[] { 0, 0, 0, 2, 0, 0, 0 }; }

    private static byte[] Error()
    {
        var packet = new MemoryStream();
        Write(packet, new byte[] { 0xFF, 0x51, 0x04 });
        Write(packet, Encoding.ASCII.GetBytes("#HY000no"));
        return packet.ToArray();
    }

    private static void Write(Stream target, byte[] bytes) { target.Write(bytes, 0, bytes.Length); }

    // All texts are shorter than what takes a length of several bytes.
    private static void Put(Stream target, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        target.WriteByte((byte)bytes.Length);
        Write(target, bytes);
    }

    private static void Send(Stream stream, byte sequence, byte[] body)
    {
        var packet = new byte[body.Length + 4];
        packet[0] = (byte)body.Length;
        packet[1] = (byte)(body.Length >> 8);
        packet[3] = sequence;
        body.CopyTo(packet, 4);
        Write(stream, packet);
    }

    private static byte[] Read(Stream stream, out byte sequence)
    {
        byte[] head = Exactly(stream, 4);
        sequence = head[3];
        return Exactly(stream, head[0] | head[1] << 8 | head[2] << 16);
    }

    private static byte[] Exactly(Stream stream, int count)
    {
        var bytes = new byte[count];
        for (int at = 0, got; at < count; at += got)
        {
            got = stream.Read(bytes, at, count - at);
            if (got == 0)
                throw new IOException("gone");
        }

        return bytes;
    }
}
