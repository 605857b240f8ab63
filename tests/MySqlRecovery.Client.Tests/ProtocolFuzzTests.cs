using System.Diagnostics;
using System.Text;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Client.Tests.Fakes;
using MySqlRecovery.Client.Tests.Replication;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Client.Tests;

/// <summary>A server that sends nonsense: whatever comes, the client ends soon, with its own error or none.</summary>
public sealed class ProtocolFuzzTests
{
    private const int Rounds = 800;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Damaged_conversations_end_in_an_error_of_ours_or_none(int seed)
    {
        var random = new Random(seed);
        byte[][][] conversations = [QueryConversation(false), QueryConversation(true), DumpConversation(), LoginConversation()];
        int failed = 0, passed = 0;
        for (int round = 0; round < Rounds; round++)
        {
            int kind = random.Next(conversations.Length);
            byte[][] exchanges = Damage(conversations[kind], random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            try
            {
                Converse(kind, exchanges);
                passed++;
            }
            catch (RecoveryException)
            {
                failed++;
            }

            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5), $"round {round} took too long");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 48 << 20, $"round {round} took too much memory");
        }

        // Both happen, or nothing was tried.
        Assert.True(failed > Rounds / 4 && passed > Rounds / 20, $"{failed} failed, {passed} passed");
    }

    private static void Converse(int kind, byte[][] exchanges)
    {
        using var server = new FakeServer(Play(exchanges), Play(exchanges));
        ConnectionOptions options = server.Options;
        options.GetServerPublicKey = true;
        try
        {
            using ServerConnection connection = ServerConnection.Open(options, Token);
            if (kind == 2)
            {
                using BinlogDump dump = BinlogDump.Start(connection, new BinlogDumpRequest(), Token);
                while (dump.Read(Token))
                    Assert.True(dump.Event.Length >= 19);
            }
            else
            {
                connection.QueryAll("SELECT 1", Token);
            }
        }
        finally
        {
            server.StopListening();
        }
    }

    /// <summary>Sends each exchange when the client has said something, or seems to wait, and takes what comes.</summary>
    private static Action<FakeSession> Play(byte[][] exchanges) => s =>
    {
        foreach (byte[] exchange in exchanges)
        {
            s.WriteRaw(exchange);
            s.WaitForBytes(TimeSpan.FromMilliseconds(2));
        }

        s.EndSending();
        s.WaitForEnd();
    };

    private static byte[][] Damage(byte[][] exchanges, Random random)
    {
        List<byte>[] all = Array.ConvertAll(exchanges, e => new List<byte>(e));
        int strokes = random.Next(4);
        for (int i = 0; i < strokes; i++)
        {
            List<byte> damaged = all[random.Next(all.Length)];
            if (damaged.Count == 0)
                continue;
            int at = random.Next(damaged.Count);
            switch (random.Next(5))
            {
                case 0:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 1:
                    damaged[at] = random.Next(2) == 0 ? (byte)0xFF : (byte)0xFE;
                    break;
                case 2:
                    damaged[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 3:
                    damaged.RemoveRange(at, Math.Min(random.Next(1, 9), damaged.Count - at));
                    break;
                case 4:
                    damaged.InsertRange(at, new byte[random.Next(1, 9)]);
                    break;
            }
        }

        return Array.ConvertAll(all, e => e.ToArray());
    }

    private static byte[][] QueryConversation(bool deprecateEof) => Packets(
        [FakeSession.Greeting(capabilities: FakeSession.Classic | (deprecateEof ? Capabilities.DeprecateEof : 0))],
        [null, null, FakeSession.OkPayload],
        [null, FakeSession.OkPayload],
        [
            null, [2], FakeSession.ColumnPayload("first"), FakeSession.ColumnPayload("second"),
            .. (byte[]?[])(deprecateEof ? [] : [FakeSession.EofPayload]),
            FakeSession.RowPayload("a value", null), FakeSession.RowPayload("another value", "and one more"),
            deprecateEof ? FakeSession.OkAsEofPayload : FakeSession.EofPayload,
        ]);

    private static byte[][] LoginConversation() => Packets(
        [FakeSession.Greeting("caching_sha2_password")],
        [
            null, null, [0xFE, .. "sha256_password\0"u8, .. FakeSession.Challenge, 0], null,
            [1, .. Encoding.ASCII.GetBytes("-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAK\n-----END PUBLIC KEY-----")],
        ]);

    private static byte[][] DumpConversation() => Packets(
        [FakeSession.Greeting()],
        [null, null, FakeSession.OkPayload],
        [null, FakeSession.OkPayload],
        [null, FakeSession.OkPayload],
        [
            null, BinlogEventBytes.FakeRotate("binlog.000001", 4),
            BinlogEventBytes.Packet(BinlogEventBytes.FormatDescription, 104, 0, new byte[77]),
            BinlogEventBytes.Packet(BinlogEventBytes.Query, 204, 0, new byte[77]),
            BinlogEventBytes.Packet(BinlogEventBytes.Heartbeat, 204, 0, "binlog.000001"u8),
            BinlogEventBytes.Packet(BinlogEventBytes.Rotate, 254, 0, new byte[27]), FakeSession.EofPayload,
        ]);

    /// <summary>The server's side of some exchanges, each numbered from 0; null is a packet of the client.</summary>
    private static byte[][] Packets(params byte[]?[][] exchanges) => Array.ConvertAll(exchanges, exchange =>
    {
        var bytes = new List<byte>();
        for (int number = 0; number < exchange.Length; number++)
        {
            if (exchange[number] is { } payload)
                bytes.AddRange([(byte)payload.Length, (byte)(payload.Length >> 8), 0, (byte)number, .. payload]);
        }

        return bytes.ToArray();
    });
}
