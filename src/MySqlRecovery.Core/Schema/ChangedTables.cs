using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>The tables whose rows a statement changes, as far as its text says so.</summary>
internal static class ChangedTables
{
    private static readonly string[] Modifiers =
        ["LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK", "IGNORE", "ONLY", "CONCURRENT", "LOCAL", "LATERAL", "HISTORY"];

    /// <summary>
    /// The tables: exactly those of INSERT, REPLACE and LOAD DATA, all that a DELETE or UPDATE names at places where tables
    /// stand. Null: the text does not say (stored functions and procedures).
    /// </summary>
    /// <param name="statement">The statement.</param>
    /// <param name="currentDatabase">The database of names that come without one.</param>
    public static IReadOnlyList<TableName>? Find(LoggedStatement statement, string? currentDatabase)
    {
        StatementCursor cursor = statement.Open();
        switch (statement.Verb)
        {
            case "INSERT" or "REPLACE":
                cursor.Skip();
                SkipModifiers(cursor);
                cursor.Accept("INTO");
                return ReadOne(cursor, currentDatabase);
            case "LOAD":
                while (!cursor.AtEnd && !(cursor.IsWord("INTO") && cursor.IsWord("TABLE", 1)))
                    cursor.Skip();
                cursor.Accept("INTO", "TABLE");
                return ReadOne(cursor, currentDatabase);
            case "UPDATE" or "DELETE" or "WITH":
                return ReadAll(cursor, currentDatabase);
            default:
                return null;
        }
    }

    private static List<TableName>? ReadOne(StatementCursor cursor, string? currentDatabase) =>
        cursor.AtName() ? [cursor.QualifiedName(currentDatabase)] : null;

    private static List<TableName>? ReadAll(StatementCursor cursor, string? currentDatabase)
    {
        var tables = new List<TableName>();
        bool isFirst = true;
        for (bool afterKey = false; !cursor.AtEnd; isFirst = false)
        {
            bool begins = cursor.IsWord("FROM") || cursor.IsWord("JOIN") || cursor.IsWord("STRAIGHT_JOIN") || cursor.IsWord("INTO")
                || (cursor.IsWord("USING") && !cursor.IsSymbol('(', 1)) || (isFirst && cursor.IsWord("DELETE"))
                    || (cursor.IsWord("UPDATE") && !afterKey);
            afterKey = cursor.IsWord("KEY") || cursor.IsWord("FOR"); // ON DUPLICATE KEY UPDATE, FOR UPDATE
            cursor.Skip();
            if (begins)
                ReadList(cursor, currentDatabase, tables);
        }

        return cursor.Failure != null || tables.Count == 0 ? null : tables;
    }

    // t [PARTITION (p)] [AS] a, (u, v) ... : an alias reads as a name that no table has.
    private static void ReadList(StatementCursor cursor, string? currentDatabase, List<TableName> tables)
    {
        do
        {
            SkipModifiers(cursor);
            while (cursor.AcceptSymbol('('))
            {
            }

            if (!cursor.AtName() || cursor.IsWord("SELECT") || cursor.IsWord("FROM") || cursor.IsWord("WITH"))
                return;
            tables.Add(cursor.QualifiedName(currentDatabase));
            if (cursor.AcceptSymbol('.')) // DELETE t.*
                cursor.AcceptSymbol('*');
            if (cursor.Accept("PARTITION") && cursor.IsSymbol('('))
                cursor.SkipOperand();
            if (cursor.Accept("AS") || (cursor.AtName() && (cursor.IsSymbol(',', 1) || cursor.IsSymbol(')', 1))))
                cursor.Skip();
            cursor.AcceptSymbol(')');
        }
        while (cursor.AcceptSymbol(','));
    }

    private static void SkipModifiers(StatementCursor cursor)
    {
        while (cursor.AcceptAny(Modifiers) != null)
        {
        }
    }
}
