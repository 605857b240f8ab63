using System.Buffers.Binary;
using System.Text;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.InnoDb.Dictionary;

/// <summary>
/// Reads the .frm that MySQL before 8.0 and MariaDB keep beside a table's file (sql/table.cc open_binary_frm and
/// TABLE_SHARE::init_from_binary_frm_image, sql/unireg.cc): columns, keys, and what MariaDB adds in a segment of its own.
/// </summary>
internal sealed class FrmFile
{
    private const int HeaderLength = 64, Version = 2, Extra2Length = 4, KeysAt = 6, KeysLength = 28;
    private const int FormLength = 288, FieldCount = 258, ScreensLength = 260, NamesLength = 268, IntervalCount = 270,
        IntervalsLength = 274, CommentsLength = 284, GeneratedLength = 286;

    private const int FieldLength = 17, KeyLength = 8, KeyPartLength = 9;
    private const int OldestVersion = 9, VersionWithExpressions = 11; // FRM_VER_TRUE_VARCHAR - 1, FRM_VER_EXPRESSIONS
    private const int ExpressionsStart = 16, ColumnFormatShift = 3, LastColumnFormat = 2;
    private const int LargestFile = 16 << 20;
    private readonly byte[] _bytes;
    private readonly int _form;
    private readonly int _fields;
    private readonly Extra2 _extra;
    private readonly bool _isMariaDb;

    private FrmFile(byte[] bytes)
    {
        _bytes = bytes;
        if (bytes.Length < HeaderLength || bytes[0] != 0xFE || bytes[1] != 1 || bytes[Version] < OldestVersion)
            throw new InvalidDataException("it does not begin as a definition of MySQL 5.0 or later does");
        int extra = U16(Extra2Length);
        _form = (int)U32(HeaderLength + extra);
        _fields = _form + FormLength + U16(_form + ScreensLength);
        _extra = Extra2.Read(bytes.AsSpan(HeaderLength, extra));
        _isMariaDb = U32(51) >= 100000;
    }

    /// <summary>The definition beside a table's file, or for a partition the whole table's; null if there is none.</summary>
    /// <exception cref="RecoveryException"><c>FrmUnreadable</c>.</exception>
    public static TableSchema? Beside(string ibdPath)
    {
        string path = TableFileName.PathOfTable(ibdPath) + ".frm";
        if (!File.Exists(path))
            return null;
        try
        {
            byte[] bytes = new FileInfo(path).Length <= LargestFile ? File.ReadAllBytes(path)
                : throw new InvalidDataException("it is too large");
            return new FrmFile(bytes).Read(TableFileName.DatabaseOf(ibdPath), TableFileName.DefinedTable(ibdPath));
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            throw new RecoveryException("FrmUnreadable", RecoveryErrorKind.InvalidData,
                $"the definition {path} cannot be read: {e.Message}", ibdPath, recommendedAction:
                "Give the table's CREATE TABLE statement with -SchemaPath.", inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecoveryException("IbdReadError", RecoveryErrorKind.ReadError, e.Message, path, inner: e);
        }
    }

    private TableSchema Read(string database, string name)
    {
        int count = U16(_form + FieldCount), names = _fields + (count * FieldLength);
        byte[][] columnNames = Names(names, U16(_form + NamesLength), 1)[0];
        byte[][][] members = Names(names + U16(_form + NamesLength), U16(_form + IntervalsLength), U16(_form + IntervalCount));
        int generated = names + U16(_form + NamesLength) + U16(_form + IntervalsLength) + U16(_form + CommentsLength);
        Dictionary<int, bool> expressions = Generated(generated, count);
        ReadOnlySpan<byte> formats = ColumnFormats(count);
        var columns = new ColumnSchema[count];
        var lengths = new int[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> field = _bytes.AsSpan(_fields + (i * FieldLength), FieldLength);
            var column = new FrmColumn(field, _extra.TypeNames.GetValueOrDefault(i), _isMariaDb);
            lengths[i] = column.Length;
            bool isGenerated = expressions.TryGetValue(i, out bool isStored) || i == _extra.RowStart || i == _extra.RowEnd;
            columns[i] = column.ToSchema(Encoding.UTF8.GetString(columnNames[i]), members) with
            {
                IsGenerated = isGenerated,
                IsStored = isGenerated && (isStored || i == _extra.RowStart || i == _extra.RowEnd),
                IsInvisible = _extra.IsInvisible(i),
                IsCompressedByPercona = formats.Length > 0 && formats[i] >> ColumnFormatShift > LastColumnFormat,
            };
        }

        return new TableSchema
        {
            Database = database,
            Name = name,
            Columns = columns,
            Keys = Keys(columns, lengths),
            RowStartColumn = _extra.RowStart >= 0 && _extra.RowStart < count ? columns[_extra.RowStart].Name : null,
            RowEndColumn = _extra.RowEnd >= 0 && _extra.RowEnd < count ? columns[_extra.RowEnd].Name : null,
        };
    }

    private KeySchema[] Keys(ColumnSchema[] columns, int[] lengths)
    {
        const int UniqueUnlessSet = 1, Fulltext = 128, Spatial = 1024, VectorAlgorithm = 7, FieldMask = 0x3FFF;
        int at = U16(KeysAt);
        bool isLong = (_bytes[at] & 0x80) != 0;
        int count = isLong ? _bytes[at + 1] << 7 | (_bytes[at] & 0x7F) : _bytes[at];
        at += 6;
        var keys = new (int Flags, int Algorithm, List<KeyPart> Parts)[count];
        for (int i = 0; i < count; i++)
        {
            int flags = U16(at), parts = _bytes[at + 4];
            keys[i] = (flags, _bytes[at + 5], []);
            at += KeyLength;
            for (int part = 0; part < parts; part++, at += KeyPartLength)
            {
                int field = (U16(at) & FieldMask) - 1, length = U16(at + 7);
                CharacterSet? characters = columns[field].IsText ? CharacterSets.ByName(columns[field].CharacterSet!) : null;
                bool isPrefix = FrmColumn.CanHavePrefix(columns[field].DataType) && length < lengths[field];
                keys[i].Parts.Add(new KeyPart(columns[field].Name, isPrefix ? (uint)(length / (characters?.MaxBytes ?? 1)) : null));
            }
        }

        string[] names = Array.ConvertAll(Names(at, U16(KeysLength) - (at - U16(KeysAt)), 1)[0], Encoding.UTF8.GetString);
        return [.. keys.Select((k, i) => new KeySchema
        {
            Name = names[i],
            Kind = (k.Flags & Fulltext) != 0 ? KeyKind.Fulltext : (k.Flags & Spatial) != 0 ? KeyKind.Spatial
                : k.Algorithm == VectorAlgorithm && _isMariaDb ? KeyKind.Vector
                : names[i] == "PRIMARY" ? KeyKind.Primary
                : (k.Flags & UniqueUnlessSet) == 0 ? KeyKind.Unique : KeyKind.Index,
            Parts = k.Parts,
        })];
    }

    // Which columns are generated, and whether they are stored.
    private Dictionary<int, bool> Generated(int at, int count)
    {
        var found = new Dictionary<int, bool>();
        int end = at + U16(_form + GeneratedLength);
        if (_isMariaDb && _bytes[Version] >= VersionWithExpressions)
        {
            // What it is (0 virtual, 1 stored, others: defaults and checks), the column, the lengths of expression and name.
            for (at += ExpressionsStart; at + 6 <= end; at += 6 + U16(at + 3) + _bytes[at + 5])
            {
                if (_bytes[at] <= 1)
                    found[U16(at + 1)] = _bytes[at] == 1;
            }

            return found;
        }

        for (int i = 0; i < count && at < end; i++)
        {
            ReadOnlySpan<byte> field = _bytes.AsSpan(_fields + (i * FieldLength), FieldLength);
            if (_isMariaDb && field[FrmColumn.TypeAt] == FrmColumn.OldVirtual)
            {
                found[i] = _bytes[at + 2] == 1;
                at += field[FrmColumn.IntervalAt];
            }
            else if (!_isMariaDb && (field[FrmColumn.GeneratedAt] & FrmColumn.GeneratedFlag) != 0)
            {
                found[i] = _bytes[at + 3] == 1;
                at += 4 + U16(at + 1);
            }
        }

        return found;
    }

    // MySQL 5.6 and 5.7 keep a byte for each column after the name of the tablespace; empty where it is not found.
    private ReadOnlySpan<byte> ColumnFormats(int count)
    {
        const int Defaults = 14, DefaultsLength = 16, LongDefaults = 47, SectionHeader = 8;
        if (_isMariaDb || U32(55) == 0)
            return [];
        int at = U16(KeysAt) + (U16(Defaults) == 0xFFFF ? (int)U32(LongDefaults) : U16(Defaults)) + U16(DefaultsLength);
        at += 2 + U16(at); // CONNECTION
        at += 2 + U16(at); // the engine's name
        at += 4 + (int)Math.Min(U32(at), LargestFile) + 2; // partitions
        if (at + SectionHeader + count >= _bytes.Length)
            return [];
        int length = U16(at), name = _bytes.AsSpan(at + SectionHeader).IndexOf((byte)0);
        return length == SectionHeader + name + 1 + count ? _bytes.AsSpan(at + SectionHeader + name + 1, count) : [];
    }

    // Lists of names, each with a separator before every name and after the last, and a zero after it.
    private byte[][][] Names(int at, int length, int lists)
    {
        ReadOnlySpan<byte> bytes = _bytes.AsSpan(at, length);
        var all = new byte[lists][][];
        for (int i = 0; i < lists; i++)
        {
            int end = bytes.IndexOf((byte)0);
            ReadOnlySpan<byte> list = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? [] : bytes[(end + 1)..];
            var names = new List<byte[]>();
            for (int start = 1, next; start < list.Length && (next = list[start..].IndexOf(list[0])) >= 0; start += next + 1)
                names.Add(list.Slice(start, next).ToArray());

            all[i] = [.. names];
        }

        return all;
    }

    private int U16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(at));

    private uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(at));

    /// <summary>MariaDB's segment of further facts: type, length, value (10.0+; in MySQL a short name stands there).</summary>
    private sealed record Extra2(int RowStart, int RowEnd, byte[] FieldFlags, Dictionary<int, string> TypeNames)
    {
        private const int SystemTime = 4, Flags = 129, Types = 130, InvisibleBits = 3;

        public bool IsInvisible(int field) => field < FieldFlags.Length && (FieldFlags[field] & InvisibleBits) != 0;

        public static Extra2 Read(ReadOnlySpan<byte> bytes)
        {
            (int start, int end, byte[] flags, var types) = (-1, -1, Array.Empty<byte>(), new Dictionary<int, string>());
            while (bytes.Length > 2 && bytes[0] != '/')
            {
                int type = bytes[0], length = bytes[1], head = 2;
                if (length == 0)
                    (length, head) = (BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]), 4);
                ReadOnlySpan<byte> value = bytes.Slice(head, length);
                bytes = bytes[(head + length)..];
                if (type == SystemTime && length >= 4)
                    (start, end) = (BinaryPrimitives.ReadUInt16LittleEndian(value), BinaryPrimitives.ReadUInt16LittleEndian(value[2..]));
                else if (type == Flags)
                    flags = value.ToArray();
                for (; type == Types && value.Length > 2; value = value[(2 + value[1])..])
                    types[value[0]] = Encoding.ASCII.GetString(value.Slice(2, value[1]));
            }

            return new Extra2(start, end, flags, types);
        }
    }
}
