using System.Collections.Frozen;

namespace MySqlRecovery.Schema;

/// <summary>Reads table options, as they end CREATE TABLE and stand among the changes of ALTER TABLE.</summary>
internal static class TableOptionParser
{
    /// <summary>Options with a value that say nothing about the shape of the rows.</summary>
    private static readonly FrozenSet<string> OtherOptions = new[]
    {
        "AUTO_INCREMENT", "AUTOEXTEND_SIZE", "AVG_ROW_LENGTH", "CHECKSUM", "COMMENT", "COMPRESSION", "CONNECTION",
        "DELAY_KEY_WRITE", "ENCRYPTION", "ENGINE_ATTRIBUTE", "INSERT_METHOD", "MAX_ROWS", "MIN_ROWS", "NODEGROUP", "PACK_KEYS",
        "PAGE_CHECKSUM", "PASSWORD", "SECONDARY_ENGINE", "SECONDARY_ENGINE_ATTRIBUTE", "SEQUENCE", "STATS_AUTO_RECALC",
        "STATS_PERSISTENT", "STATS_SAMPLE_PAGES", "STORAGE", "TABLE_CHECKSUM", "TABLESPACE", "TRANSACTIONAL", "UNION",
    }.ToFrozenSet();

    /// <summary>Reads an option into the table if one comes next.</summary>
    public static bool TryParse(StatementCursor cursor, TableDraft table)
    {
        if (cursor.AcceptAny("ENGINE", "TYPE") != null)
            table.Table = table.Table with { Engine = Value(cursor) };
        else if (cursor.Accept("ROW_FORMAT"))
            table.Table = table.Table with { RowFormat = Value(cursor).ToUpperInvariant() };
        else if (cursor.Accept("KEY_BLOCK_SIZE"))
            table.Table = table.Table with { KeyBlockSize = KeyBlockSize(cursor) };
        else if (cursor.Accept("WITH", "SYSTEM", "VERSIONING"))
            table.IsSystemVersioned = true;
        else
            return TryParseText(cursor, table) || TrySkip(cursor);
        return true;
    }

    /// <summary>Steps over CHARSET or CHARACTER SET.</summary>
    public static bool AcceptCharacterSet(StatementCursor cursor) => cursor.Accept("CHARSET") || cursor.Accept("CHARACTER", "SET");

    /// <summary>Reads [DEFAULT] CHARACTER SET and [DEFAULT] COLLATE of a table or database.</summary>
    public static TextDefault? TryParseText(StatementCursor cursor, TextDefault text, TextDefault outer)
    {
        bool saidDefault = cursor.Accept("DEFAULT");
        if (AcceptCharacterSet(cursor))
        {
            cursor.AcceptSymbol('=');
            return cursor.Accept("DEFAULT") ? outer : text.WithCharacterSet(cursor.NameOrString());
        }

        if (cursor.Accept("COLLATE"))
        {
            cursor.AcceptSymbol('=');
            return text.WithCollation(cursor.NameOrString());
        }

        if (saidDefault)
            cursor.StepBack();
        return null;
    }

    private static bool TryParseText(StatementCursor cursor, TableDraft table)
    {
        TextDefault? text = TryParseText(cursor, table.Text, table.DatabaseText);
        table.Text = text ?? table.Text;
        return text != null;
    }

    private static bool TrySkip(StatementCursor cursor)
    {
        bool known = (cursor.PeekWord() is string word && OtherOptions.Contains(word)) || cursor.Accept("DATA") || cursor.Accept("INDEX");
        if (!known && !(cursor.AtName() && cursor.IsSymbol('=', 1))) // an option of an engine, such as `PAGE_COMPRESSED`=1
            return false;
        cursor.Name();
        cursor.AcceptSymbol('=');
        cursor.SkipOperand();
        return true;
    }

    private static string Value(StatementCursor cursor)
    {
        cursor.AcceptSymbol('=');
        return cursor.NameOrString();
    }

    private static uint? KeyBlockSize(StatementCursor cursor)
    {
        cursor.AcceptSymbol('=');
        return cursor.Number() is > 0 and uint size ? size : null;
    }
}
