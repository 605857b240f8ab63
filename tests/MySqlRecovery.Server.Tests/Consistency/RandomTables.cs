using System.Globalization;
using System.Text;
using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <summary>Tables of random columns, character sets and keys, their rows, and what is changed in them, for servers of two
/// versions.</summary>
internal sealed class RandomTables
{
    private static readonly string[] Numbers =
        ["TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT", "TINYINT UNSIGNED", "INT UNSIGNED", "BIGINT UNSIGNED", "INT(6) ZEROFILL"];

    private static readonly (string Set, string Letters)[] Sets =
    [
        ("latin1", "aAzZ é'\\\"\n%_-ÿ"), ("utf8mb4", "aAzZ é'\\\"\n%中😀ß"), ("utf8", "aAzZ é'\\\"\n中Ω"), ("ucs2", "aAzZ é'\\中,-/+"),
        ("utf16", "aAzZ é'\\中😀-N"), ("utf32", "aAzZ é'中😀"), ("latin2", "aAzZ é'ł"), ("cp1251", "aAzZ 'жЯ"), ("koi8r", "aAzZ 'жЯ"),
        ("sjis", "aAzZ 'あ漢"), ("gbk", "aAzZ '中"), ("big5", "aAzZ '中"), ("ascii", "aAzZ '\\\"~"),
    ];

    private readonly Random _random;
    private readonly bool _hasJson, _hasGenerated;

    /// <param name="seed">The same seed gives the same tables.</param>
    /// <param name="older">The older server, which decides what there is.</param>
    /// <param name="newer">The newer one.</param>
    public RandomTables(int seed, ServerFlavour older, ServerFlavour newer)
    {
        _random = new Random(seed);
        _hasJson = older != ServerFlavour.MySql56 && older.IsMariaDb == newer.IsMariaDb && !older.IsMariaDb;
        _hasGenerated = older != ServerFlavour.MySql56;
    }

    /// <summary>A table with its rows, and one change of it after which another row, or none, is there.</summary>
    public (string Create, string Change) Next(string table)
    {
        Column[] columns = [.. Enumerable.Range(0, _random.Next(1, 8)).Select(i => MakeColumn($"c{i}"))];
        var sql = new StringBuilder($"CREATE TABLE {table} ({string.Join(", ", columns.Select(c => c.Definition))}");
        if (_hasGenerated && columns.FirstOrDefault(c => c.Definition.Contains(" INT", StringComparison.Ordinal)) is { } number)
            sql.Append(CultureInfo.InvariantCulture,
                $", gen BIGINT GENERATED ALWAYS AS ({number.Name} + 1) {(_random.Next(2) == 0 ? "STORED" : "VIRTUAL")}");
        int key = _random.Next(10);
        Column[] usable = [.. columns.Where(c => c.MayBeKey && (key >= 5 || c.Definition.EndsWith(" NOT NULL", StringComparison.Ordinal)))
            .OrderBy(_ => _random.Next())];
        int parts = Math.Min(usable.Length, _random.Next(1, 4));
        if (key < 7 && parts > 0)
            sql.Append(CultureInfo.InvariantCulture,
                $", {(key < 5 ? "PRIMARY KEY" : "UNIQUE KEY u")} ({string.Join(", ", usable.Take(parts).Select(c => c.Name))})");
        if (_random.Next(3) == 0 && usable.Length > 0)
            sql.Append(CultureInfo.InvariantCulture, $", KEY k ({usable[^1].Name})");
        sql.Append(") ENGINE=InnoDB DEFAULT CHARSET=latin1;\n");
        string names = string.Join(", ", columns.Select(c => c.Name));
        int rows = _random.Next(1, 40);
        for (int i = 0; i < rows; i++)
            sql.Append(CultureInfo.InvariantCulture, $"INSERT IGNORE INTO {table} ({names}) VALUES ({Values(columns)});\n");
        Column changed = columns[_random.Next(columns.Length)];
        string order = columns.FirstOrDefault(c => c.MayBeKey) is { } first ? $" ORDER BY {first.Name}" : "";
        string change = _random.Next(3) switch
        {
            0 => $"DELETE FROM {table}{order} LIMIT 1",
            1 => $"INSERT IGNORE INTO {table} ({names}) VALUES ({Values(columns)})",
            _ => $"UPDATE IGNORE {table} SET {changed.Name} = {changed.Value()}{order} LIMIT {_random.Next(1, 5)}",
        };
        return (sql.ToString(), change + ";");
    }

    private static string Values(Column[] columns) => string.Join(", ", columns.Select(c => c.Value()));

    private Column MakeColumn(string name)
    {
        int length = _random.Next(1, 30);
        (string set, string letters) = Pick(Sets);
        (string type, bool mayBeKey, Func<string> value) = _random.Next(17) switch
        {
            0 or 1 or 2 => Number(),
            3 => ($"DECIMAL(12,{length % 7})", true, () => Decimal(length % 7)),
            4 => ("DOUBLE", false,
                () => Pick(["0e0", "1e0", "-1.5e0", "0.1e0", "1e300", "1e-300", "123456789012345680e0", "0.30000000000000004e0"])),
            5 => ("FLOAT", false, () => Pick(["0e0", "1e0", "0.1e0", "16777216e0", "-3.4e38", "1e-30"])),
            6 => ($"BIT({length})", true, () => $"b'{(_random.Next(2) == 0 ? "0" : "1")}'"),
            7 => ("DATE", true, () => Pick(["'1000-01-01'", "'9999-12-31'", "'2024-02-29'", "'2000-01-01'"])),
            8 => ($"DATETIME({length % 7})", true,
                () => $"'20{_random.Next(10, 99)}-0{_random.Next(1, 9)}-28 12:34:56{Fraction(length % 7)}'"),
            9 => ($"TIMESTAMP({length % 7}) NULL", false,
                () => $"'20{_random.Next(10, 37)}-0{_random.Next(1, 9)}-28 12:34:56{Fraction(length % 7)}'"),
            10 => ($"TIME({length % 7})", true,
                () => Pick(["'-838:59:59'", "'00:00:00'", $"'12:34:56{Fraction(length % 7)}'", "'838:59:59'"])),
            11 => ("YEAR", true, () => Pick(["1901", "2155", "2024", "0"])),
            12 => ("ENUM('a','b','C','d e')", true, () => Pick(["'a'", "'b'", "'C'", "'d e'", "0"])),
            13 => ("SET('a','b','c','d')", true, () => Pick(["''", "'a'", "'a,c'", "'a,b,c,d'"])),
            14 => ($"VARBINARY({length})", true, () => $"X'{Convert.ToHexString(Bytes(length))}'"),
            15 when _hasJson => ("JSON", false,
                () => Pick(["'{\"a\": 1}'", "'[1, 2.5, null]'", "'\"é中\"'", "'{\"bb\": {\"a\": []}, \"c\": 1}'", "'0'"])),
            15 => (Pick(["TEXT", "MEDIUMTEXT", "LONGTEXT"]) + $" CHARACTER SET {set}", false, () => Text(letters, 50)),
            _ => ($"{Pick(["CHAR", "VARCHAR"])}({length}) CHARACTER SET {set}{Collation(set)}", true, () => Text(letters, length)),
        };
        bool isNullable = _random.Next(2) == 0 || type.EndsWith(" NULL", StringComparison.Ordinal);
        return new Column(name, $"{name} {type}{(isNullable ? "" : " NOT NULL")}", mayBeKey,
            () => isNullable && _random.Next(6) == 0 ? "NULL" : value());
    }

    private (string, bool, Func<string>) Number()
    {
        string type = Pick(Numbers);
        string[] values = type.Contains("UNSIGNED", StringComparison.Ordinal) || type.Contains("ZEROFILL", StringComparison.Ordinal)
            ? ["0", "1", "255", "200"] : ["0", "1", "-1", "-128", "127"];
        string[] all = type == "BIGINT UNSIGNED" ? [.. values, "18446744073709551615"]
            : type == "BIGINT" ? [.. values, "-9223372036854775808"] : values;
        bool isSmall = type.StartsWith("TINY", StringComparison.Ordinal);
        return (type, true, () =>
            isSmall || _random.Next(3) == 0 ? Pick(all) : _random.Next(30_000).ToString(CultureInfo.InvariantCulture));
    }

    private string Decimal(int scale) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(_random.Next(2) == 0 ? "-" : "")}{_random.Next(10_000)}{(scale == 0 ? "" : "." + new string('7', scale))}");

    // The default collation of utf8mb4 is another one from 8.0 on, for which '' and ' ' are two values of a unique key.
    private string Collation(string set) =>
        _random.Next(3) == 0 ? $" COLLATE {set}_bin" : set == "utf8mb4" ? " COLLATE utf8mb4_general_ci" : "";

    // As many digits as the column has: MySQL rounds what is more, and MariaDB cuts it off.
    private string Fraction(int digits) =>
        digits == 0 ? "" : "." + _random.Next(1_000_000).ToString("000000", CultureInfo.InvariantCulture)[..digits];

    private string Text(string letters, int length)
    {
        Rune[] runes = [.. letters.EnumerateRunes()];
        string text = string.Concat(
            Enumerable.Range(0, _random.Next(length + 1)).Select(_ => runes[_random.Next(runes.Length)].ToString()));
        return "'" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal) + "'";
    }

    private byte[] Bytes(int length)
    {
        var bytes = new byte[_random.Next(length + 1)];
        _random.NextBytes(bytes);
        return bytes;
    }

    private T Pick<T>(T[] values) => values[_random.Next(values.Length)];

    private sealed record Column(string Name, string Definition, bool MayBeKey, Func<string> Value);
}
