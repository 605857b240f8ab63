using System.Buffers.Binary;
using System.Text;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Events;

/// <summary>
/// The first event of a binlog: version 2, server version 50, create timestamp 4, header length 1, one post-header
/// length a type, checksum algorithm 1 (MySQL 5.6.1+, always followed by a CRC-32 of 4 bytes).
/// </summary>
internal sealed class FormatDescriptionEvent
{
    private const int FixedLength = 2 + 50 + 4 + 1;
    private readonly byte[] _postHeaderLengths;
    private readonly Server.ServerVersion _version;

    // Post-header lengths of MySQL 9.7 by type; earlier servers have the first of them (5.6: 35 types, 5.7: 38, 8.0: 41).
    private static readonly byte[] MySqlPostHeaderLengths = Convert.FromHexString(
        "000d0008000000000400040000006300041a08000000000000020000000a0a0a2a2a001234000a280000");

    private FormatDescriptionEvent(byte[] raw, string serverVersion, byte[] postHeaderLengths, ChecksumAlgorithm checksum)
    {
        Raw = raw;
        ServerVersion = serverVersion;
        _postHeaderLengths = postHeaderLengths;
        Checksum = checksum;
        _version = Server.ServerVersion.Parse(serverVersion);
    }

    /// <summary>The whole event: header, body, checksum.</summary>
    public byte[] Raw { get; }

    public string ServerVersion { get; }

    public ChecksumAlgorithm Checksum { get; }

    /// <summary>Whether the server began the log when it started: only then it says when that was.</summary>
    public bool IsFirstSinceStart => BinaryPrimitives.ReadUInt32LittleEndian(Raw.AsSpan(EventHeader.Size + 52)) != 0;

    /// <summary>The version as the server counts it: 80405 for 8.4.5.</summary>
    public uint VersionNumber => (uint)(_version.Major * 10_000 + _version.Minor * 100 + _version.Patch);

    public bool IsMariaDb => _version.IsMariaDb;

    /// <summary>Parses a whole event (header and checksum included).</summary>
    public static FormatDescriptionEvent Parse(ReadOnlySpan<byte> raw)
    {
        if (raw.Length < EventHeader.Size + FixedLength)
            throw new EndOfStreamException($"a format description event of {raw.Length} bytes");
        ReadOnlySpan<byte> body = raw[EventHeader.Size..];
        ushort version = (ushort)(body[0] | body[1] << 8);
        if (version != 4)
            throw new InvalidDataException($"binlog format version {version} (only 4, MySQL 5.0 and later, is supported)");
        if (body[56] != EventHeader.Size)
            throw new InvalidDataException($"a common header of {body[56]} bytes");

        ReadOnlySpan<byte> name = body.Slice(2, 50);
        int end = name.IndexOf((byte)0);
        string serverVersion = Encoding.ASCII.GetString(end < 0 ? name : name[..end]);
        bool hasChecksumByte = KnowsChecksums(serverVersion);
        int lengths = body.Length - FixedLength - (hasChecksumByte ? 1 + 4 : 0);
        if (lengths < (int)BinlogEventType.Xid)
            throw new InvalidDataException("a format description event without post-header lengths");
        // Branches that became 5.1 (5.1.1-a_drop5 to 5.2.2-a_drop6) had row events from 16 on, where XID is since.
        if (body[FixedLength + (int)BinlogEventType.Xid - 1] != 0)
            throw new InvalidDataException($"the server, a {serverVersion}, numbers its events otherwise than any release");
        var checksum = hasChecksumByte ? (ChecksumAlgorithm)body[FixedLength + lengths] : ChecksumAlgorithm.Undefined;
        if (checksum is not (ChecksumAlgorithm.None or ChecksumAlgorithm.Crc32 or ChecksumAlgorithm.Undefined))
            throw new InvalidDataException($"checksum algorithm {(byte)checksum} is unknown");
        return new FormatDescriptionEvent(raw.ToArray(), serverVersion, body.Slice(FixedLength, lengths).ToArray(), checksum);
    }

    /// <summary>The format description that a MySQL server of a version (5.6 or later) would write, with CRC-32.</summary>
    public static FormatDescriptionEvent ForMySql(Version version)
    {
        string text = $"{version.Major}.{version.Minor}.{Math.Max(0, version.Build)}";
        int types = version.Major >= 9 || version >= new Version(8, 3) ? 42 : version.Major >= 8 ? 41 : version.Minor >= 7 ? 38 : 35;
        var raw = new byte[EventHeader.Size + FixedLength + types + 1 + 4];
        Span<byte> body = raw.AsSpan(EventHeader.Size);
        body[0] = 4;
        Encoding.ASCII.GetBytes(text, body[2..]);
        body[FixedLength - 1] = EventHeader.Size;
        Span<byte> lengths = body.Slice(FixedLength, types);
        MySqlPostHeaderLengths.AsSpan(0, types).CopyTo(lengths);
        if (types == 35)
            lengths[(int)BinlogEventType.Gtid - 1] = lengths[(int)BinlogEventType.AnonymousGtid - 1] = 25;
        // Row events of version 1 are known up to 8.3.
        if (version < new Version(8, 4))
            lengths.Slice((int)BinlogEventType.WriteRowsV1 - 1, 3).Fill(8);
        body[FixedLength + types] = (byte)ChecksumAlgorithm.Crc32;
        new EventHeader(0, BinlogEventType.FormatDescription, 0, (uint)raw.Length, 0, EventFlags.None).Write(raw);
        return Parse(raw);
    }

    /// <summary>Bytes of a table id: 6, but 4 in logs of servers before 5.1.4.</summary>
    public int TableIdLength => PostHeaderLength(BinlogEventType.TableMap) == 6 ? 4 : 6;

    /// <summary>Post-header length of a type, or -1 where this server does not list the type.</summary>
    public int PostHeaderLength(BinlogEventType type) =>
        (int)type - 1 < _postHeaderLengths.Length && type != BinlogEventType.Unknown ? _postHeaderLengths[(int)type - 1] : -1;

    /// <summary>Whether the server is of at least this version.</summary>
    public bool IsAtLeast(int major, int minor, int patch) => _version.IsAtLeast(major, minor, patch);

    private static bool KnowsChecksums(string serverVersion)
    {
        var version = Server.ServerVersion.Parse(serverVersion);
        // MariaDB has checksums since 5.3.0, MySQL since 5.6.1.
        return version.IsMariaDb ? version.IsAtLeast(5, 3) : version.IsAtLeast(5, 6, 1);
    }

    /// <summary>Whether the bytes of an event are of a MariaDB server.</summary>
    public static bool IsOfMariaDb(ReadOnlySpan<byte> raw) => raw.Length >= EventHeader.Size + FixedLength
        && Server.ServerVersion.Parse(Encoding.ASCII.GetString(raw.Slice(EventHeader.Size + 2, 50))).IsMariaDb;
}
