using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>Reads keys and constraints, as they stand among the columns of CREATE TABLE, after ADD, and in CREATE INDEX.</summary>
internal static class KeyParser
{
    /// <summary>Reads a key or constraint into the table if one comes next; false: a column does.</summary>
    public static bool TryParse(StatementCursor cursor, TableDraft table)
    {
        string? constraint = null;
        bool onlyIfNew = false;
        if (cursor.Accept("CONSTRAINT"))
        {
            onlyIfNew = cursor.Accept("IF", "NOT", "EXISTS");
            if (onlyIfNew || cursor.AcceptAny("PRIMARY", "UNIQUE", "FOREIGN", "CHECK") == null)
                constraint = cursor.Name();
            else
                cursor.StepBack();
        }

        if (cursor.Accept("PRIMARY", "KEY"))
            ParseKey(cursor, table, KeyKind.Primary, constraint, onlyIfNew);
        else if (cursor.Accept("UNIQUE"))
            ParseKey(cursor, table, KeyKind.Unique, constraint, onlyIfNew);
        else if (cursor.Accept("FOREIGN", "KEY"))
            ParseForeignKey(cursor, table, constraint, onlyIfNew);
        else if (cursor.IsWord("CHECK"))
            SkipCheck(cursor);
        else if (constraint != null)
            throw cursor.Unexpected("PRIMARY KEY, UNIQUE, FOREIGN KEY or CHECK");
        else if (cursor.Accept("FULLTEXT"))
            ParseKey(cursor, table, KeyKind.Fulltext, constraint, onlyIfNew);
        else if (cursor.Accept("SPATIAL"))
            ParseKey(cursor, table, KeyKind.Spatial, constraint, onlyIfNew);
        else if (cursor.IsWord("VECTOR") && (cursor.IsWord("INDEX", 1) || cursor.IsWord("KEY", 1)) && cursor.Accept("VECTOR"))
            ParseKey(cursor, table, KeyKind.Vector, constraint, onlyIfNew);
        else if (cursor.IsWord("KEY") || cursor.IsWord("INDEX"))
            ParseKey(cursor, table, KeyKind.Index, constraint, onlyIfNew);
        else if (cursor.Accept("PERIOD", "FOR"))
            table.Periods[cursor.Name()] = ParseColumns(cursor);
        else
            return false;
        return true;
    }

    /// <summary>Reads the parts and options of a key, from its parenthesis on.</summary>
    public static KeySchema ParseParts(StatementCursor cursor, KeyKind kind, string name)
    {
        var parts = new List<KeyPart>();
        cursor.ExpectSymbol('(');
        do
        {
            if (cursor.IsSymbol('('))
            {
                parts.Add(new KeyPart(null, null, cursor.SkipOperand()));
            }
            else
            {
                string column = cursor.Name();
                uint? prefix = null;
                if (cursor.AcceptSymbol('('))
                {
                    prefix = cursor.Number();
                    cursor.ExpectSymbol(')');
                }

                parts.Add(new KeyPart(column, prefix));
                cursor.Accept("WITHOUT", "OVERLAPS");
            }

            cursor.AcceptAny("ASC", "DESC");
        }
        while (cursor.AcceptSymbol(','));
        cursor.ExpectSymbol(')');
        cursor.SkipItem();
        return new KeySchema { Name = name, Kind = kind, Parts = parts };
    }

    /// <summary>Reads REFERENCES with its actions.</summary>
    public static ForeignKeySchema ParseReferences(
        StatementCursor cursor, TableDraft table, string constraint, IReadOnlyList<string> columns)
    {
        cursor.Expect("REFERENCES");
        TableName parent = cursor.QualifiedName(table.Table.Database);
        var key = new ForeignKeySchema
        {
            Name = constraint,
            Columns = columns,
            ReferencedTable = parent,
            ReferencedColumns = cursor.IsSymbol('(') ? ParseColumns(cursor) : [],
        };
        while (true)
        {
            if (cursor.Accept("MATCH"))
                cursor.Name();
            else if (cursor.Accept("ON", "DELETE"))
                key = key with { OnDelete = ParseAction(cursor) };
            else if (cursor.IsWord("ON") && cursor.IsWord("UPDATE", 1) && TryParseOnUpdate(cursor) is ReferentialAction action)
                key = key with { OnUpdate = action };
            else
                return key;
        }
    }

    /// <summary>CHECK (...) with what may follow.</summary>
    public static void SkipCheck(StatementCursor cursor)
    {
        cursor.Expect("CHECK");
        if (!cursor.IsSymbol('('))
            throw cursor.Unexpected("(");
        cursor.SkipOperand();
        if (!cursor.Accept("NOT", "ENFORCED"))
            cursor.Accept("ENFORCED");
    }

    private static void ParseKey(StatementCursor cursor, TableDraft table, KeyKind kind, string? constraint, bool onlyIfNew)
    {
        cursor.AcceptAny("KEY", "INDEX");
        onlyIfNew |= cursor.Accept("IF", "NOT", "EXISTS");
        string? name = null;
        if (!cursor.IsSymbol('(') && !AcceptMethod(cursor))
            name = cursor.Name();
        AcceptMethod(cursor);
        KeySchema key = ParseParts(cursor, kind, kind == KeyKind.Primary ? "PRIMARY" : name ?? constraint ?? "");
        if (!onlyIfNew || !table.Keys.Exists(other => string.Equals(other.Name, key.Name, StringComparison.OrdinalIgnoreCase)))
            table.AddKey(cursor, key);
    }

    private static bool AcceptMethod(StatementCursor cursor)
    {
        bool comes = (cursor.IsWord("USING") || cursor.IsWord("TYPE"))
            && (cursor.IsWord("BTREE", 1) || cursor.IsWord("HASH", 1) || cursor.IsWord("RTREE", 1));
        if (comes)
        {
            cursor.Skip();
            cursor.Skip();
        }

        return comes;
    }

    private static void ParseForeignKey(StatementCursor cursor, TableDraft table, string? constraint, bool onlyIfNew)
    {
        onlyIfNew |= cursor.Accept("IF", "NOT", "EXISTS");
        if (!cursor.IsSymbol('('))
            cursor.Name(); // of the index, which counts only if the server has to make one
        ForeignKeySchema key = ParseReferences(cursor, table, constraint ?? "", ParseColumns(cursor));
        if (!onlyIfNew || !table.ForeignKeys.Exists(other => string.Equals(other.Name, key.Name, StringComparison.OrdinalIgnoreCase)))
            table.ForeignKeys.Add(key);
    }

    private static List<string> ParseColumns(StatementCursor cursor)
    {
        var columns = new List<string>();
        cursor.ExpectSymbol('(');
        do
        {
            columns.Add(cursor.Name());
            cursor.AcceptAny("ASC", "DESC");
        }
        while (cursor.AcceptSymbol(','));
        cursor.ExpectSymbol(')');
        return columns;
    }

    private static ReferentialAction ParseAction(StatementCursor cursor) =>
        TryParseAction(cursor) ?? throw cursor.Unexpected("a referential action");

    // After an inline REFERENCES, ON UPDATE CURRENT_TIMESTAMP still belongs to the column.
    private static ReferentialAction? TryParseOnUpdate(StatementCursor cursor)
    {
        cursor.Accept("ON", "UPDATE");
        ReferentialAction? action = TryParseAction(cursor);
        if (action == null)
        {
            cursor.StepBack();
            cursor.StepBack();
        }

        return action;
    }

    private static ReferentialAction? TryParseAction(StatementCursor cursor) =>
        cursor.Accept("CASCADE") ? ReferentialAction.Cascade
        : cursor.Accept("RESTRICT") ? ReferentialAction.Restrict
        : cursor.Accept("SET", "NULL") ? ReferentialAction.SetNull
        : cursor.Accept("SET", "DEFAULT") ? ReferentialAction.SetDefault
        : cursor.Accept("NO", "ACTION") ? ReferentialAction.NoAction
        : null;
}
