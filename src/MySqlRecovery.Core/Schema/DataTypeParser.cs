using System.Collections.Frozen;
using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>Reads the type of a column with its length, and resolves the synonyms.</summary>
internal static class DataTypeParser
{
    private static readonly FrozenDictionary<string, string> Synonyms = new Dictionary<string, string>
    {
        ["INT1"] = "tinyint",
        ["INT2"] = "smallint",
        ["INT3"] = "mediumint",
        ["MIDDLEINT"] = "mediumint",
        ["INT4"] = "int",
        ["INTEGER"] = "int",
        ["INT8"] = "bigint",
        ["FLOAT4"] = "float",
        ["FLOAT8"] = "double",
        ["DEC"] = "decimal",
        ["NUMERIC"] = "decimal",
        ["FIXED"] = "decimal",
        ["BOOLEAN"] = "bool",
        ["CHARACTER"] = "char",
        ["NCHAR"] = "char",
        ["VARCHARACTER"] = "varchar",
        ["NVARCHAR"] = "varchar",
        ["GEOMCOLLECTION"] = "geometrycollection",
    }.ToFrozenDictionary();

    private static readonly FrozenSet<string> Types = new[]
    {
        "tinyint", "smallint", "mediumint", "int", "bigint", "bool", "serial", "decimal", "float", "double", "real", "bit",
        "date", "time", "datetime", "timestamp", "year", "char", "varchar", "binary", "varbinary", "tinyblob", "blob",
        "mediumblob", "longblob", "tinytext", "text", "mediumtext", "longtext", "enum", "set", "json", "geometry", "point",
        "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection", "vector", "uuid",
        "inet4", "inet6",
    }.ToFrozenSet();

    /// <summary>Reads the type of the column <paramref name="name"/>.</summary>
    public static ColumnDraft Parse(StatementCursor cursor, string name)
    {
        bool national = cursor.Accept("NATIONAL") || cursor.IsWord("NCHAR") || cursor.IsWord("NVARCHAR");
        string type = ParseWords(cursor);
        var draft = new ColumnDraft { Column = new ColumnSchema { Name = name, DataType = type, IsNullable = true } };
        if (national)
            draft.Text = new TextDefault("utf8mb3", null);

        if (type is "enum" or "set")
            draft.Column = draft.Column with { Members = ParseMembers(cursor) };
        else if (cursor.AcceptSymbol('('))
            ParseLength(cursor, draft);
        Complete(cursor, draft);
        return draft;
    }

    private static string ParseWords(StatementCursor cursor)
    {
        string word = cursor.PeekWord() ?? throw cursor.Unexpected("a column type");
        if (word == "LONG")
        {
            cursor.Skip();
            if (cursor.Accept("VARBINARY"))
                return "mediumblob";
            if (cursor.AcceptAny("CHAR", "CHARACTER") != null)
                cursor.Expect("VARYING");
            else
                cursor.AcceptAny("VARCHAR", "VARCHARACTER");
            return "mediumtext";
        }

        string type = Synonyms.GetValueOrDefault(word) ?? word.ToLowerInvariant();
        if (!Types.Contains(type))
            throw cursor.Unexpected("a column type");
        cursor.Skip();
        if (type == "double")
            cursor.Accept("PRECISION");
        else if (type == "char" && (cursor.Accept("VARYING") || (word == "NCHAR" && cursor.AcceptAny("VARCHAR", "VARCHARACTER") != null)))
            return "varchar";
        return type;
    }

    private static List<string> ParseMembers(StatementCursor cursor)
    {
        var members = new List<string>();
        cursor.ExpectSymbol('(');
        do
            members.Add(cursor.String().TrimEnd(' ')); // the servers keep members without trailing spaces
        while (cursor.AcceptSymbol(','));
        cursor.ExpectSymbol(')');
        return members;
    }

    private static void ParseLength(StatementCursor cursor, ColumnDraft draft)
    {
        uint length = cursor.Number();
        uint? scale = cursor.AcceptSymbol(',') ? cursor.Number() : null;
        cursor.ExpectSymbol(')');
        if (BlobType.IsBlob(draft.Column.DataType) || BlobType.IsText(draft.Column.DataType))
            draft.BlobLength = length;
        else
            draft.Column = draft.Column with { Length = length, Scale = scale };
    }

    private static void Complete(StatementCursor cursor, ColumnDraft draft)
    {
        ColumnSchema column = draft.Column;
        draft.Column = column.DataType switch
        {
            "bool" => column with { DataType = "tinyint", Length = 1 },
            "serial" => column with { DataType = "bigint", IsUnsigned = true, IsNullable = false, IsAutoIncrement = true },
            "real" => column with { DataType = cursor.Modes.HasFlag(SqlModes.RealAsFloat) ? "float" : "double" },
            "float" when column is { Length: uint precision, Scale: null } =>
                column with { DataType = precision > 24 ? "double" : "float", Length = null },
            "decimal" => column with { Length = column.Length is null or 0 ? 10 : column.Length, Scale = column.Scale ?? 0 },
            "bit" or "char" or "binary" => column with { Length = column.Length ?? 1 },
            "vector" => column with { Length = column.Length ?? 2048 },
            "year" => column with { Length = null },
            "time" or "datetime" or "timestamp" when column.Length == 0 => column with { Length = null },
            _ => column,
        };
    }
}
