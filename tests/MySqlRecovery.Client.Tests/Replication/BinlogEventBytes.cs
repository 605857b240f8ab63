using System.Text;
using MySqlRecovery.Client.Protocol;
using MySqlRecovery.IO;

namespace MySqlRecovery.Client.Tests.Replication;

/// <summary>Builds events as a server sends them, after the OK byte of their packet.</summary>
internal static class BinlogEventBytes
{
    public const byte Rotate = 4;
    public const byte FormatDescription = 15;
    public const byte Query = 2;
    public const byte Heartbeat = 27;
    public const ushort Artificial = 0x20;

    public static byte[] Packet(byte type, uint logPos, ushort flags, ReadOnlySpan<byte> body, bool checksum = true)
    {
        int length = 19 + body.Length + (checksum ? 4 : 0);
        PayloadWriter data = new PayloadWriter()
            .UInt32(1_700_000_000).Byte(type).UInt32(1).UInt32((uint)length).UInt32(logPos).UInt16(flags).Bytes(body);
        if (checksum)
            data.UInt32(Crc32.Compute(data.Written));
        return [0, .. data.Written];
    }

    public static byte[] FakeRotate(string file, long position, bool checksum = true) => Packet(
        Rotate, 0, Artificial, new PayloadWriter().UInt64((ulong)position).Bytes(Encoding.ASCII.GetBytes(file)).Written, checksum);
}
