using System.Globalization;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Properties;

/// <summary>A column: its definition, and how a value of it is written.</summary>
internal sealed record RandomColumn(string Name, string Type, Func<Random, string> Value, bool IsNullable, bool IsGenerated = false,
    string Attributes = "")
{
    public string Definition => $"{Name} {Type}{(IsGenerated ? "" : IsNullable ? " NULL" : " NOT NULL")}{Attributes}";

    /// <summary>A value, or NULL where that may be.</summary>
    public string ValueOrNull(Random random) => IsNullable && random.Next(5) == 0 ? "NULL" : Value(random);
}

/// <summary>A foreign key.</summary>
/// <param name="Name">What the names of its columns begin with.</param>
/// <param name="Parent">The table whose key it refers to.</param>
/// <param name="Actions">What it does where that changes, as its definition says it.</param>
internal sealed record RandomReference(string Name, RandomTable Parent, string Actions)
{
    /// <summary>The columns that refer.</summary>
    public IEnumerable<string> Columns => Parent.Referenced.Select((_, i) => $"{Name}{i}");

    /// <summary>What the columns hold that refer to a row; or to none.</summary>
    public IEnumerable<(string Column, string Value)> ValuesFor(int? parent) =>
        Columns.Zip(parent is { } id ? Parent.ReferencedValues(id) : Parent.Referenced.Select(_ => "NULL"));
}

/// <summary>
/// A table with a key of some kind and columns of random types. Its rows are told apart by a number, whatever the key makes of
/// it; a table without key may have a number twice. Every table has a column <c>n</c>.
/// </summary>
internal sealed class RandomTable
{
    private static readonly string[] KeyKinds =
        ["int", "bigint", "word", "pair", "unique", "nullable", "none", "extra", "bytes", "decimal", "date", "none"];

    private readonly Random _random;
    private readonly string _kind;
    private readonly HashSet<int> _uniques = [];
    private readonly Dictionary<int, int> _aliases = [];
    private int _added;
    private int _updates;

    private RandomTable(string name, string kind, Random random) => (Name, _kind, _random) = (name, kind, random);

    public string Name { get; private set; }

    /// <summary>The columns beside the key, in their order.</summary>
    public List<RandomColumn> Columns { get; } = [];

    /// <summary>Numbers of the rows that are there.</summary>
    public List<int> Rows { get; } = [];

    /// <summary>Whether rows are locked one by one.</summary>
    public bool HasKey => _kind is not ("none" or "nullable");

    /// <summary>Whether the number of a row is what the column <c>id</c> holds.</summary>
    public bool HasNumber => _kind is "int" or "bigint" or "unique" or "nullable" or "none" or "extra" or "alias";

    /// <summary>Whether foreign keys refer to a unique column beside the key.</summary>
    public bool HasAlias => _kind == "alias";

    /// <summary>Whether it has a foreign key or is one's parent: it keeps its name and is not emptied.</summary>
    public bool IsKin { get; private init; }

    /// <summary>Its foreign keys.</summary>
    public List<RandomReference> References { get; } = [];

    /// <summary>The CREATE TABLE statement of the start.</summary>
    public string Create { get; private set; } = "";

    /// <summary>A table by itself.</summary>
    public static RandomTable Make(string name, ServerFlavour flavour, Random random)
    {
        var table = new RandomTable(name, KeyKinds[random.Next(KeyKinds.Length)], random);
        table.AddColumns(flavour, random.Next(1, 7));
        string partitions = table._kind is "int" or "bigint" or "none" && random.Next(5) == 0
            && !table.Columns.Exists(c => c.Type == "POINT") ? " PARTITION BY HASH(id) PARTITIONS 3" : "";
        table.Create = table.Definition(partitions);
        return table;
    }

    /// <summary>A table that others refer to, or that refers to others or, where no other is named, to itself.</summary>
    public static RandomTable MakeKin(
        string name, string kind, ServerFlavour flavour, Random random,
        params (string Name, RandomTable? Parent, string Actions)[] references)
    {
        var table = new RandomTable(name, kind, random) { IsKin = true };
        foreach ((string key, RandomTable? parent, string actions) in references)
            table.References.Add(new RandomReference(key, parent ?? table, actions));
        table.Columns.AddRange(table.References.SelectMany(
            r => r.Columns.Zip(r.Parent.Referenced, (name, key) => new RandomColumn(name, key.Type, _ => "NULL", true))));
        table.AddColumns(flavour, random.Next(1, 3));
        table.Create = table.Definition("", string.Concat(table.References.Select(
            r => $", FOREIGN KEY ({string.Join(", ", r.Columns)}) REFERENCES {r.Parent.Name} "
                + $"({string.Join(", ", r.Parent.Referenced.Select(k => k.Column))}){r.Actions}")));
        return table;
    }

    /// <summary>The columns that DDL may change.</summary>
    public List<RandomColumn> FreeColumns => Columns.FindAll(c => c.Name[0] is 'c' or 'x');

    /// <summary>The values of a new row, as INSERT takes them.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="parent">The row that a foreign key refers to, or null.</param>
    public string NewRow(int id, Func<RandomReference, int?> parent)
    {
        var keys = References.SelectMany(r => r.ValuesFor(parent(r))).ToDictionary(k => k.Column, k => k.Value);
        return $"({string.Join(", ", KeyValues(id).Concat(
            Columns.Where(c => !c.IsGenerated).Select(c => keys.GetValueOrDefault(c.Name) ?? c.ValueOrNull(_random))))})";
    }

    /// <summary>An INSERT up to the values.</summary>
    public string InsertHead =>
        $"INSERT INTO {Name} ({string.Join(", ", KeyColumns.Concat(Columns.Where(c => !c.IsGenerated).Select(c => c.Name)))}) VALUES ";

    /// <summary>What an update of any rows sets: always another <c>n</c>, as no log has an update that changes nothing.</summary>
    public IEnumerable<(string Column, string Value)> Assignments() => Columns
        .Where(c => c.Name == "n" || (!c.IsGenerated && c.Name[0] is not ('p' or 'q' or 'u') && _random.Next(2) == 0))
        .Select(c => (c.Name, c.Name == "n" ? Text(++_updates + 100) : c.ValueOrNull(_random)));

    /// <summary>An update of rows.</summary>
    public RandomStatement UpdateOf(int[] ids, (string Column, string Value)[] assignments)
    {
        string name = Name;
        // Where nothing else is set, the time of the change stays, too.
        (string, string)[] time = Columns.Exists(c => c.Name == "touched") && !Array.Exists(assignments, a => a.Column == "touched")
            ? [("touched", "CURRENT_TIMESTAMP")] : [];
        return new RandomStatement(name, RowOperation.Update, ids, kept => Text(kept, assignments), HasNumber)
        {
            Rest = (chosen, columns) => Text(chosen, [.. assignments.Where(a => !columns.Contains(a.Column)), .. time]),
        };

        string Text(IReadOnlyCollection<int> rows, (string Column, string Value)[] set) => rows.Count == 0 || set.Length == 0 ? ""
            : $"UPDATE {name} SET {string.Join(", ", set.Select(a => $"{a.Column} = {a.Value}"))} WHERE {Condition(rows)}";
    }

    /// <summary>Gives a row another value that foreign keys may refer to, or the one of the start; what takes it back is given.</summary>
    public Action Rename(int id, out (string Column, string Value) assignment)
    {
        int? before = _aliases.TryGetValue(id, out int alias) ? alias : null;
        if (before == null || _random.Next(3) > 0)
            _aliases[id] = ++_added + 1_000_000;
        else
            _aliases.Remove(id);
        assignment = ("u", KeyValues(id)[1]);
        return () =>
        {
            if (before is { } old)
                _aliases[id] = old;
            else
                _aliases.Remove(id);
        };
    }

    public string Delete(string name, IEnumerable<int> ids) => $"DELETE FROM {name} WHERE {Condition(ids)}";

    /// <summary>Gives a row another number.</summary>
    public string Move(int id, int other) =>
        $"UPDATE {Name} SET {string.Join(", ", KeyColumns.Zip(KeyValues(other)).Select(k => $"{k.First} = {k.Second}"))} WHERE "
        + $"{Condition([id])}";

    /// <summary>A DDL statement; the model follows it.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="statement">It; null where the table does not lend itself to it.</param>
    public bool TryChange(int kind, out string statement)
    {
        statement = "";
        List<RandomColumn> free = FreeColumns;
        RandomColumn? column = free.Count == 0 ? null : free[_random.Next(free.Count)];
        switch (kind)
        {
            case 0:
                var added = new RandomColumn($"x{++_added}", "INT", r => Text(r.Next(99)), true);
                bool first = _random.Next(2) == 0;
                Columns.Insert(first ? 0 : Columns.Count, added);
                statement = $"ALTER TABLE {Name} ADD COLUMN {added.Definition} DEFAULT 7{(first ? " FIRST" : "")}";
                break;
            case 1 when column != null && free.Count > 1:
                Columns.Remove(column);
                statement = $"ALTER TABLE {Name} DROP COLUMN {column.Name}";
                break;
            case 2 when column != null:
                Columns.Remove(column);
                Columns.Insert(0, column);
                statement = $"ALTER TABLE {Name} MODIFY COLUMN {column.Definition} FIRST";
                break;
            case 3 when column != null:
                RandomColumn renamed = column with { Name = $"x{++_added}" };
                Columns[Columns.IndexOf(column)] = renamed;
                statement = $"ALTER TABLE {Name} CHANGE COLUMN {column.Name} {renamed.Definition}";
                break;
            case 4:
                statement = $"ALTER TABLE {Name} ADD INDEX i{++_added} (n)";
                break;
            case 5:
                statement = $"ALTER TABLE {Name} ALTER COLUMN n SET DEFAULT 5";
                break;
            case 6 when !IsKin:
                Rows.Clear();
                statement = $"TRUNCATE TABLE {Name}";
                break;
            case 7 when !IsKin:
                string old = Name;
                Name = $"{Name}r";
                statement = $"RENAME TABLE {old} TO {Name}";
                break;
            case 8:
                statement = $"CREATE TABLE other{Name}{++_added} (id INT)";
                break;
            case 9 when column?.Type is "INT":
                Columns[Columns.IndexOf(column)] = column with { Type = "BIGINT" };
                statement = $"ALTER TABLE {Name} MODIFY COLUMN {column.Name} BIGINT{(column.IsNullable ? " NULL" : " NOT NULL")}";
                break;
            case 10:
                statement = $"ALTER TABLE {Name} COMMENT 'c{++_added}'";
                break;
            case 11 when column?.Type.StartsWith("ENUM", StringComparison.Ordinal) == true:
                RandomColumn turned = column with { Type = "ENUM('ü','b','a','more')" };
                Columns[Columns.IndexOf(column)] = turned;
                statement = $"ALTER TABLE {Name} MODIFY COLUMN {turned.Definition}";
                break;
        }

        return statement.Length > 0;
    }

    private string[] KeyColumns =>
        _kind switch
        {
            "pair" => ["k1", "k2"],
            "extra" or "alias" => ["id", "u"],
            "word" => ["w"],
            "bytes" => ["b"],
            "decimal" => ["d"],
            "date" => ["t"],
            _ => ["id"]
        };

    /// <summary>The columns of its key that foreign keys refer to, with their types.</summary>
    public (string Column, string Type)[] Referenced => _kind switch
    {
        "pair" => [("k2", "VARCHAR(5)"), ("k1", "INT")],
        "bigint" => [("id", "BIGINT UNSIGNED")],
        "word" => [("w", "VARCHAR(20) CHARACTER SET utf8mb4")],
        "bytes" => [("b", "VARBINARY(8)")],
        "decimal" => [("d", "DECIMAL(8,2)")],
        "date" => [("t", "DATE")],
        "alias" => [("u", "INT")],
        _ => [("id", "INT")],
    };

    /// <summary>The values of these columns.</summary>
    public IEnumerable<string> ReferencedValues(int id) =>
        _kind == "pair" ? KeyValues(id).Reverse() : HasAlias ? KeyValues(id)[1..] : KeyValues(id);

    private string[] KeyValues(int id) => _kind switch
    {
        "pair" => [Text(id % 3), $"'k{id}'"],
        "extra" => [Text(id), NewUnique()],
        "alias" => [Text(id), Text(_aliases.GetValueOrDefault(id, id + 5000))],
        "word" => [Word(id)],
        "bytes" => [$"0x{id:X4}00"],
        "decimal" => [$"{id}.{id % 100:D2}"],
        "date" => [$"'{new DateTime(2001, 1, 1).AddDays(id):yyyy-MM-dd}'"],
        _ => [Text(id)],
    };

    private string Condition(IEnumerable<int> ids) => _kind == "pair"
        ? string.Join(" OR ", ids.Select(id => $"(k1 = {Text(id % 3)} AND k2 = 'k{id}')"))
        : $"{KeyColumns[0]} IN ({string.Join(", ", ids.Select(id => KeyValues(id)[0]))})";

    private string Definition(string partitions, string foreignKey = "")
    {
        string key = _kind switch
        {
            "int" => "id INT NOT NULL PRIMARY KEY",
            "bigint" => "id BIGINT UNSIGNED NOT NULL PRIMARY KEY",
            "word" => "w VARCHAR(20) CHARACTER SET utf8mb4 NOT NULL PRIMARY KEY",
            "pair" => "k1 INT NOT NULL, k2 VARCHAR(5) NOT NULL, PRIMARY KEY (k2, k1)",
            "unique" => "id INT NOT NULL UNIQUE",
            "nullable" => "id INT NULL UNIQUE",
            "extra" => "id INT NOT NULL PRIMARY KEY, u INT NULL UNIQUE",
            "alias" => "id INT NOT NULL PRIMARY KEY, u INT NOT NULL UNIQUE",
            "bytes" => "b VARBINARY(8) NOT NULL PRIMARY KEY",
            "decimal" => "d DECIMAL(8,2) NOT NULL PRIMARY KEY",
            "date" => "t DATE NOT NULL PRIMARY KEY",
            _ => "id INT NOT NULL",
        };
        return $"CREATE TABLE {Name} ({key}, {string.Join(", ", Columns.Select(c => c.Definition))}{foreignKey}) ENGINE = InnoDB "
            + $"DEFAULT CHARACTER SET utf8mb4{partitions}";
    }

    private void AddColumns(ServerFlavour flavour, int count)
    {
        Columns.Add(new RandomColumn("n", "INT", r => Text(r.Next(-99, 99)), false));
        for (int i = 0; i < count; i++)
        {
            (string type, Func<Random, string> value) = RandomTypes.Next(_random, flavour);
            bool isInvisible = flavour is not (ServerFlavour.MySql56 or ServerFlavour.MySql57) && _random.Next(12) == 0;
            // Before MySQL 8.0 a TIMESTAMP that may not be NULL has a default of its own.
            bool isNullable = isInvisible || type.StartsWith("TIMESTAMP", StringComparison.Ordinal) || _random.Next(3) > 0;
            Columns.Insert(_random.Next(Columns.Count + 1),
                new RandomColumn($"c{i}", type, value, isNullable, Attributes: isInvisible ? " INVISIBLE" : ""));
        }

        if (flavour != ServerFlavour.MySql56 && _random.Next(4) == 0)
            Columns.Insert(_random.Next(Columns.Count + 1),
                new RandomColumn("g", $"INT AS (n * 2) {(_random.Next(2) == 0 ? "VIRTUAL" : "STORED")}", _ => "", true, IsGenerated: true));
        if (_random.Next(5) == 0)
            Columns.Add(new RandomColumn("touched", "DATETIME", r => $"'2020-01-{r.Next(1, 28):D2}'", true,
                Attributes: " DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"));
    }

    private string NewUnique()
    {
        int value = _random.Next(1, 10_000);
        return _uniques.Add(value) ? Text(value) : "NULL";
    }

    // Letters that are the same to the server and not to a byte.
    private string Word(int id) => $"'{(_random.Next(2) == 0 ? "Wört" : "wort")}{Text(id)}'";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The types of columns, with values that strict servers take.</summary>
internal static class RandomTypes
{
    private static readonly (string Type, Func<Random, string> Value)[] All =
    [
        ("TINYINT", r => $"{r.Next(-128, 128)}"), ("SMALLINT UNSIGNED", r => $"{r.Next(65536)}"),
        ("MEDIUMINT", r => $"{r.Next(-8388608, 8388608)}"),
        ("INT", r => $"{r.Next()}"), ("INT UNSIGNED", r => $"{4294967295 - r.Next()}"),
        ("BIGINT UNSIGNED", r => $"{ulong.MaxValue - (ulong)r.Next()}"), ("BIGINT", r => $"-{r.NextInt64()}"),
        ("DECIMAL(10,3)", r => string.Create(CultureInfo.InvariantCulture, $"{r.Next(-999999, 999999) / 1000m}")),
        ("FLOAT", r => string.Create(CultureInfo.InvariantCulture, $"{r.NextSingle() * 1000:R}")),
        ("DOUBLE", r => string.Create(CultureInfo.InvariantCulture, $"{r.NextDouble() * 1e9:R}")),
        ("CHAR(5)", Letters(5)), ("VARCHAR(300)", Letters(40)), ("VARCHAR(20) CHARACTER SET latin1", Letters(9)),
        ("VARCHAR(20) CHARACTER SET utf16", Letters(9)),
        ("BINARY(4)", Bytes(4)), ("VARBINARY(20)", Bytes(20)), ("TEXT", Letters(300)), ("BLOB", Bytes(300)),
        ("MEDIUMTEXT CHARACTER SET latin1", Letters(20)),
        ("DATE", r => $"'20{r.Next(10, 99)}-0{r.Next(1, 9)}-1{r.Next(9)}'"),
        ("TIME", r => $"'-{r.Next(10, 99)}:{r.Next(10, 59)}:{r.Next(10, 59)}'"),
        ("TIME(3)", r => $"'{r.Next(10, 838)}:{r.Next(10, 59)}:{r.Next(10, 59)}.{r.Next(100, 999)}'"),
        ("DATETIME", r => $"'1999-12-{r.Next(10, 31)} 23:{r.Next(10, 59)}:01'"),
        ("DATETIME(6)", r => $"'2021-02-03 04:05:06.{r.Next(100000, 999999)}'"), ("TIMESTAMP", r => $"'2001-02-03 04:05:{r.Next(10, 59)}'"),
        ("TIMESTAMP(2)", r => $"'2031-02-03 04:05:06.{r.Next(10, 99)}'"),
        ("YEAR", r => $"{r.Next(1901, 2155)}"), ("BIT(1)", r => $"{r.Next(2)}"), ("BIT(17)", r => $"{r.Next(131072)}"),
        ("ENUM('a','b','ü')", r => $"{r.Next(1, 4)}"), ("SET('x','y','z')", r => $"{r.Next(8)}"),
        ("POINT", r => $"ST_GeomFromText('POINT({r.Next(90)} {r.Next(90)})')"),
        ("JSON", r => $$"""'{"a": {{r.Next()}}, "b": ["ü", {{r.Next(9)}}.5, null, true]}'"""),
    ];

    public static (string Type, Func<Random, string> Value) Next(Random random, ServerFlavour flavour) =>
        All[random.Next(All.Length - (flavour == ServerFlavour.MySql56 ? 1 : 0))];

    private static readonly string[] Signs = ["a", "b", "C", "X", "ä", "ß", " ", "''", "\\\\", "%", "_", "z"];

    private static Func<Random, string> Letters(int most) =>
        r => $"'{string.Concat(Enumerable.Range(0, r.Next(most)).Select(_ => Signs[r.Next(Signs.Length)]))}'";

    private static Func<Random, string> Bytes(int most) => r =>
    {
        byte[] bytes = new byte[r.Next(1, most)];
        r.NextBytes(bytes);
        return $"0x{Convert.ToHexString(bytes)}";
    };
}
