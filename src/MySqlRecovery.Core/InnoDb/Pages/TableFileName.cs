using System.Globalization;
using System.Text;
using MySqlRecovery.Text;

namespace MySqlRecovery.InnoDb.Pages;

/// <summary>Names of tables and databases as files (strings/ctype.cc, my_charset_filename): <c>@002d</c> stands for a hyphen,
/// <c>@1o</c> for ü.</summary>
internal static class TableFileName
{
    private const string VectorIndex = "#i#";

    /// <summary>The <c>database.table</c> that the folder and the name of a file stand for, with the partition if it is one's.</summary>
    public static string TableOf(string path) => NameOf(path).ToString();

    /// <summary>The same as a value; the database is null at the root.</summary>
    public static TableName NameOf(string path) => new(
        DatabaseOf(path) is { Length: > 0 } database ? database : null, Decode(Path.GetFileNameWithoutExtension(path)));

    /// <summary>The database that the folder stands for; empty at the root.</summary>
    public static string DatabaseOf(string path) =>
        Decode(Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) ?? "");

    /// <summary>The table that is defined, without the partition (<c>t#P#p0</c>, <c>t#p#p0#sp#s1</c>) or the vector index.</summary>
    public static string DefinedTable(string path) => Decode(FileOfTable(path));

    /// <summary>The table's name with the partition that the file name has, if any.</summary>
    public static string WithPartition(string table, string path) =>
        table + Path.GetFileNameWithoutExtension(path)[BeforePartition(path).Length..];

    /// <summary>The files of the other partitions in the same folder; none for a table without partitions.</summary>
    public static IEnumerable<string> OtherPartitions(string path)
    {
        string table = BeforePartition(path), folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return table == Path.GetFileNameWithoutExtension(path) ? []
            : Directory.EnumerateFiles(folder, "*.ibd").Where(f =>
                BeforePartition(f) == table && Path.GetFileName(f) != Path.GetFileName(path)).Order();
    }

    /// <summary>Whether the file is MariaDB's of a vector index: <c>t#i#01</c> (11.7+).</summary>
    public static bool IsVectorIndex(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        int at = name.LastIndexOf(VectorIndex, StringComparison.Ordinal);
        return at > 0 && at + VectorIndex.Length + 2 == name.Length && char.IsAsciiDigit(name[^1]) && char.IsAsciiDigit(name[^2]);
    }

    /// <summary>The path of the files of the table that is defined, without extension.</summary>
    public static string PathOfTable(string path) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, FileOfTable(path));

    private static string FileOfTable(string path) => IsVectorIndex(path)
        ? Path.GetFileNameWithoutExtension(path)[..^(VectorIndex.Length + 2)] : BeforePartition(path);

    private static string BeforePartition(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        int partition = name.IndexOf("#p#", StringComparison.OrdinalIgnoreCase);
        return partition < 0 ? name : name[..partition];
    }

    /// <summary>The name that a file name stands for; sequences that stand for nothing are kept.</summary>
    public static string Decode(string name)
    {
        var text = new StringBuilder(name.Length);
        for (int i = 0; i < name.Length; i++)
        {
            if (name[i] == '@' && i + 2 < name.Length && FileNameLetters.TryFind(name[i + 1], name[i + 2], out char letter))
            {
                text.Append(letter);
                i += 2;
            }
            else if (name[i] == '@' && i + 4 < name.Length
                && ushort.TryParse(name.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
            {
                text.Append((char)code);
                i += 4;
            }
            else
            {
                text.Append(name[i]);
            }
        }

        return text.ToString();
    }
}
