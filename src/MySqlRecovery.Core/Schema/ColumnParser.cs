using System.Collections.Frozen;

namespace MySqlRecovery.Schema;

/// <summary>Reads a column definition; the keys that it declares go to the table.</summary>
internal static class ColumnParser
{
    /// <summary>The words that can follow a DEFAULT, and so end it where it has no parentheses.</summary>
    private static readonly FrozenSet<string> AttributeWords = new[]
    {
        "NOT", "NULL", "ON", "COMMENT", "UNIQUE", "PRIMARY", "KEY", "AUTO_INCREMENT", "COLLATE", "CHECK", "REFERENCES",
        "COLUMN_FORMAT", "STORAGE", "VISIBLE", "INVISIBLE", "GENERATED", "AS", "CONSTRAINT", "FIRST", "AFTER", "SRID",
        "REF_SYSTEM_ID", "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE", "WITH", "WITHOUT", "SERIAL",
    }.ToFrozenSet();

    /// <summary>Reads the definition, which begins with the name.</summary>
    public static ColumnDraft Parse(StatementCursor cursor, TableDraft table) => Parse(cursor, table, cursor.Name());

    /// <summary>Reads what follows the name.</summary>
    public static ColumnDraft Parse(StatementCursor cursor, TableDraft table, string name)
    {
        ColumnDraft draft = DataTypeParser.Parse(cursor, name);
        if (cursor.IsAfterComment("mariadb-5.3") || cursor.IsAfterComment("5.5 binary format"))
            draft.Column = draft.Column with { IsOldTemporal = true };
        if (draft.Column.IsAutoIncrement) // SERIAL
            AddKey(cursor, table, name, KeyKind.Unique);
        while (!cursor.AtItemEnd && !cursor.IsWord("FIRST") && !cursor.IsWord("AFTER"))
        {
            if (!ParseTypeAttribute(cursor, draft) && !ParseValueAttribute(cursor, table, draft) && !ParseConstraint(cursor, table, draft))
                ParseOtherAttribute(cursor, table, draft);
        }

        return draft;
    }

    private static bool ParseTypeAttribute(StatementCursor cursor, ColumnDraft draft)
    {
        switch (cursor.PeekWord())
        {
            case "UNSIGNED":
                draft.Column = draft.Column with { IsUnsigned = true };
                break;
            case "ZEROFILL":
                draft.Column = draft.Column with { IsUnsigned = true, IsZerofill = true };
                break;
            case "SIGNED":
                break;
            case "BINARY":
                draft.HasBinaryCollation = true;
                break;
            case "ASCII":
                draft.Text = draft.Text.WithCharacterSet("latin1");
                break;
            case "UNICODE":
                draft.Text = draft.Text.WithCharacterSet("ucs2");
                break;
            case "BYTE":
                draft.Text = draft.Text.WithCharacterSet("binary");
                break;
            case "CHARSET" or "CHARACTER":
                if (!TableOptionParser.AcceptCharacterSet(cursor))
                    return false;
                draft.Text = draft.Text.WithCharacterSet(cursor.NameOrString());
                return true;
            case "COLLATE":
                cursor.Skip();
                draft.Text = draft.Text.WithCollation(cursor.NameOrString());
                return true;
            default:
                return false;
        }

        cursor.Skip();
        return true;
    }

    private static bool ParseValueAttribute(StatementCursor cursor, TableDraft table, ColumnDraft draft)
    {
        ColumnSchema column = draft.Column;
        if (cursor.Accept("NOT", "NULL"))
            draft.Column = column with { IsNullable = false };
        else if (cursor.Accept("NULL"))
            draft.Column = column with { IsNullable = true };
        else if (cursor.Accept("DEFAULT"))
            SkipDefault(cursor);
        else if (cursor.Accept("ON", "UPDATE"))
            SkipOnUpdate(cursor, draft);
        else if (cursor.Accept("AUTO_INCREMENT"))
            draft.Column = column with { IsAutoIncrement = true, IsNullable = false };
        else if (cursor.Accept("INVISIBLE"))
            draft.Column = column with { IsInvisible = true };
        else if (cursor.Accept("VISIBLE"))
            draft.Column = column with { IsInvisible = false };
        else if (cursor.Accept("GENERATED", "ALWAYS", "AS") || cursor.Accept("AS"))
            ParseGenerated(cursor, table, draft);
        else if (cursor.AcceptAny("VIRTUAL", "STORED", "PERSISTENT") is string kind)
            draft.Column = column with { IsStored = kind != "VIRTUAL" };
        else if (cursor.Accept("SRID"))
            draft.Column = column with { Srid = cursor.Number() };
        else if (cursor.Accept("REF_SYSTEM_ID"))
            draft.Column = column with { Srid = cursor.AcceptSymbol('=') ? cursor.Number() : throw cursor.Unexpected("=") };
        else
            return false;
        return true;
    }

    private static void ParseGenerated(StatementCursor cursor, TableDraft table, ColumnDraft draft)
    {
        bool rowEnd = cursor.Accept("ROW", "END");
        if (rowEnd)
            table.OwnRowEnd = draft.Column.Name;
        bool rowStart = !rowEnd && cursor.Accept("ROW", "START");
        if (rowStart)
            table.OwnRowStart = draft.Column.Name;
        if (rowStart || rowEnd)
        {
            draft.Column = draft.Column with { IsGenerated = true, IsStored = true, IsNullable = false };
            return;
        }

        if (!cursor.IsSymbol('('))
            throw cursor.Unexpected("(");
        cursor.SkipOperand();
        draft.Column = draft.Column with { IsGenerated = true };
    }

    private static bool ParseConstraint(StatementCursor cursor, TableDraft table, ColumnDraft draft)
    {
        string name = draft.Column.Name;
        if (cursor.Accept("UNIQUE"))
        {
            cursor.Accept("KEY");
            AddKey(cursor, table, name, KeyKind.Unique);
        }
        else if (cursor.Accept("PRIMARY", "KEY") || cursor.AcceptAny("PRIMARY", "KEY") != null)
        {
            AddKey(cursor, table, name, KeyKind.Primary);
        }
        else if (cursor.Accept("SERIAL", "DEFAULT", "VALUE"))
        {
            draft.Column = draft.Column with { IsAutoIncrement = true, IsNullable = false };
            AddKey(cursor, table, name, KeyKind.Unique);
        }
        else if (cursor.IsWord("REFERENCES"))
        {
            table.ForeignKeys.Add(KeyParser.ParseReferences(cursor, table, constraint: "", [name]));
        }
        else if (cursor.Accept("CONSTRAINT"))
        {
            if (!cursor.IsWord("CHECK"))
                cursor.Name();
        }
        else if (cursor.IsWord("CHECK"))
        {
            KeyParser.SkipCheck(cursor);
        }
        else
        {
            return false;
        }

        return true;
    }

    private static void AddKey(StatementCursor cursor, TableDraft table, string column, KeyKind kind) =>
        table.AddKey(cursor, new KeySchema { Name = kind == KeyKind.Primary ? "PRIMARY" : "", Kind = kind, Parts = [new KeyPart(column)] });

    private static void ParseOtherAttribute(StatementCursor cursor, TableDraft table, ColumnDraft draft)
    {
        if (cursor.AcceptAny("COMMENT", "STORAGE") != null)
        {
            cursor.SkipOperand();
        }
        else if (cursor.Accept("COLUMN_FORMAT"))
        {
            draft.Column = draft.Column with { IsCompressedByPercona = cursor.IsWord("COMPRESSED") };
            cursor.SkipOperand();
            if (cursor.Accept("WITH", "COMPRESSION_DICTIONARY")) // Percona Server
                cursor.Name();
        }
        else if (cursor.Accept("WITH", "SYSTEM", "VERSIONING"))
        {
            table.IsSystemVersioned = true;
        }
        else if (cursor.AcceptAny("ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE") != null)
        {
            cursor.AcceptSymbol('=');
            cursor.SkipOperand();
        }
        else if (cursor.Accept("COMPRESSED"))
        {
            draft.Column = draft.Column with { IsCompressed = true };
            if (cursor.AcceptSymbol('='))
                cursor.SkipOperand();
        }
        else if (cursor.AtName() && cursor.IsSymbol('=', 1)) // MariaDB's attributes of engines
        {
            cursor.Skip();
            cursor.Skip();
            cursor.SkipOperand();
        }
        else if (!cursor.Accept("WITHOUT", "SYSTEM", "VERSIONING") && !cursor.Accept("NOT", "SECONDARY"))
        {
            throw cursor.Unexpected("a column attribute, a comma or )");
        }
    }

    private static void SkipDefault(StatementCursor cursor)
    {
        if (cursor.AtItemEnd)
            throw cursor.Unexpected("a value");
        cursor.SkipOperand();
        while (!cursor.AtItemEnd && !(cursor.PeekWord() is string word && AttributeWords.Contains(word)))
            cursor.SkipOperand();
    }

    private static void SkipOnUpdate(StatementCursor cursor, ColumnDraft draft)
    {
        cursor.Name(); // CURRENT_TIMESTAMP, NOW, LOCALTIME, LOCALTIMESTAMP
        if (cursor.IsSymbol('('))
            cursor.SkipOperand();
        draft.Column = draft.Column with { HasOnUpdateNow = true };
    }
}
