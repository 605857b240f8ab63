namespace MySqlRecovery.Schema;

/// <summary>Tells an ALTER TABLE that leaves every column what and where it is, without knowing the columns.</summary>
internal static class KeptColumns
{
    // What these begin changes keys, constraints, the way rows are stored, or defaults of columns to come.
    private static readonly string[] Options =
    [
        "ENGINE", "AUTO_INCREMENT", "COMMENT", "ROW_FORMAT", "ALGORITHM", "LOCK", "FORCE", "ENABLE", "DISABLE", "ORDER", "KEY_BLOCK_SIZE",
        "STATS_AUTO_RECALC", "STATS_PERSISTENT", "STATS_SAMPLE_PAGES", "CHECKSUM", "MAX_ROWS", "MIN_ROWS", "AVG_ROW_LENGTH", "PACK_KEYS",
        "DELAY_KEY_WRITE", "COMPRESSION", "ENCRYPTION", "DEFAULT", "CHARACTER", "CHARSET", "COLLATE", "WITH", "WITHOUT",
    ];

    /// <summary>Looks through what follows the table's name; the cursor stays where it is.</summary>
    public static bool Are(StatementCursor cursor)
    {
        int start = cursor.Position;
        bool areKept = !cursor.AtEnd;
        while (areKept && !cursor.AtEnd)
        {
            areKept = AcceptChange(cursor);
            while (!cursor.AtEnd && !cursor.AcceptSymbol(','))
                cursor.SkipOperand();
        }

        cursor.Position = start;
        return areKept;
    }

    // Words in quotes are names, and those without are reserved, but for VECTOR.
    private static bool AcceptChange(StatementCursor cursor)
    {
        if (cursor.Accept("ADD"))
            return cursor.AcceptAny("INDEX", "KEY", "UNIQUE", "FULLTEXT", "SPATIAL", "PRIMARY", "FOREIGN", "CONSTRAINT", "CHECK") != null
                || cursor.Accept("VECTOR", "INDEX") || cursor.Accept("VECTOR", "KEY");
        if (cursor.Accept("DROP"))
            return cursor.AcceptAny("INDEX", "KEY", "PRIMARY", "FOREIGN", "CONSTRAINT", "CHECK") != null;
        if (cursor.Accept("RENAME"))
            return cursor.AcceptAny("INDEX", "KEY") != null;
        if (!cursor.Accept("ALTER"))
            return cursor.AcceptAny(Options) != null;
        if (cursor.AcceptAny("INDEX", "KEY", "CONSTRAINT", "CHECK") != null)
            return true;
        cursor.Accept("COLUMN");
        if (!cursor.AtName())
            return false;
        cursor.Name();
        return cursor.Accept("SET", "DEFAULT") || cursor.Accept("DROP", "DEFAULT") || cursor.Accept("SET", "VISIBLE")
            || cursor.Accept("SET", "INVISIBLE");
    }
}
