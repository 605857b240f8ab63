using MySqlRecovery.Gtids;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Events;

/// <summary>
/// What a server had logged before a file begins: PREVIOUS_GTIDS (35) of MySQL 5.6+, GTID_LIST (163) of MariaDB.
/// </summary>
/// <param name="First">The first transaction of an interval.</param>
/// <param name="Last">The number of the last one, included. MariaDB names one transaction of each domain and server: all up to it.</param>
internal readonly record struct PreviousGtidsEvent(Gtid First, ulong Last)
{
    private const int CountBits = 28;

    public static List<PreviousGtidsEvent> Parse(BinlogEventType type, ReadOnlySpan<byte> body) =>
        type == BinlogEventType.MariaDbGtidList ? ParseMariaDb(body) : ParseMySql(body);

    // Sources 8, then for each: uuid 16, intervals 8, start 8 and excluded end 8 an interval. MySQL 8.3+ marks sets with
    // tags by 1 in the first and the last of the 8 bytes; a tag with its length (twice, as an integer of variable size)
    // follows the uuid then (sql/rpl_gtid_set.cc).
    private static List<PreviousGtidsEvent> ParseMySql(ReadOnlySpan<byte> body)
    {
        var result = new List<PreviousGtidsEvent>();
        var cursor = new ByteCursor(body);
        ulong sources = cursor.ReadUInt64();
        bool isTagged = sources >> 56 == 1 && (sources & 0xFF) == 1;
        if (isTagged)
            sources = sources >> 8 & 0xFFFF_FFFF_FFFF;
        for (ulong source = 0; source < sources; source++)
        {
            var uuid = new Guid(cursor.Take(16), bigEndian: true);
            string tag = isTagged ? System.Text.Encoding.ASCII.GetString(cursor.Take(cursor.ReadByte() >> 1)) : string.Empty;
            ulong intervals = cursor.ReadUInt64();
            for (ulong interval = 0; interval < intervals; interval++)
            {
                ulong first = cursor.ReadUInt64(), end = cursor.ReadUInt64();
                if (first == 0 || end <= first)
                    throw new InvalidDataException($"a GTID interval from {first} to {end}");
                result.Add(new(Gtid.MySql(uuid, tag, first), end - 1));
            }
        }

        return result;
    }

    private static List<PreviousGtidsEvent> ParseMariaDb(ReadOnlySpan<byte> body)
    {
        var result = new List<PreviousGtidsEvent>();
        var cursor = new ByteCursor(body);
        uint count = cursor.ReadUInt32() & (1u << CountBits) - 1;
        for (uint i = 0; i < count; i++)
        {
            uint domain = cursor.ReadUInt32(), server = cursor.ReadUInt32();
            ulong sequence = cursor.ReadUInt64();
            result.Add(new(Gtid.MariaDb(domain, server, 0), sequence));
        }

        return result;
    }
}
