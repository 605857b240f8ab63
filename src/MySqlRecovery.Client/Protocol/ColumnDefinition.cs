using MySqlRecovery.IO;
using MySqlRecovery.Text;

namespace MySqlRecovery.Client.Protocol;

/// <summary>Protocol::ColumnDefinition41, one column of a result.</summary>
/// <param name="Schema">Database of the table, empty for an expression.</param>
/// <param name="Table">Alias of the table, empty for an expression.</param>
/// <param name="Name">Name or alias of the column.</param>
/// <param name="CharacterSet">Number of the collation; 63 is binary.</param>
/// <param name="Length">Greatest length in bytes.</param>
/// <param name="Type">The type on the wire.</param>
/// <param name="Flags">NOT_NULL 1, PRI_KEY 2, UNSIGNED 32, BINARY 128 and so on, as in <c>mysql_com.h</c>.</param>
/// <param name="Decimals">Digits after the point.</param>
internal sealed record ColumnDefinition(
    string Schema, string Table, string Name, int CharacterSet, uint Length, ColumnType Type, ushort Flags, byte Decimals)
{
    public static ColumnDefinition Parse(ReadOnlySpan<byte> payload)
    {
        var cursor = new ByteCursor(payload);
        cursor.Skip(cursor.ReadLength()); // catalog, always "def"
        string schema = cursor.ReadText();
        string table = cursor.ReadText();
        cursor.Skip(cursor.ReadLength()); // name of the table behind the alias
        string name = cursor.ReadText();
        cursor.Skip(cursor.ReadLength()); // name of the column behind the alias
        var tail = new ByteCursor(cursor.Take(cursor.ReadLength()));
        ushort characterSet = tail.ReadUInt16();
        uint length = tail.ReadUInt32();
        var type = (ColumnType)tail.ReadByte();
        return new ColumnDefinition(schema, table, name, characterSet, length, type, tail.ReadUInt16(), tail.ReadByte());
    }
}
