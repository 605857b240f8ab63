using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>What the words before the name in a CREATE TABLE say.</summary>
internal readonly record struct CreateTableStart(bool IsTemporary, bool IfNotExists, bool OrReplace);

/// <summary>What a CREATE TABLE says.</summary>
internal sealed record CreateTableStatement
{
    public required TableSchema Table { get; init; }

    /// <summary>The table whose definition is taken over (LIKE); null: <see cref="Table"/> has it.</summary>
    public TableName? Like { get; init; }

    public bool IfNotExists { get; init; }

    /// <summary>Whether a query fills the table.</summary>
    public bool HasQuery { get; init; }
}

/// <summary>Reads CREATE TABLE, as the servers and their dump programs write it and as people do.</summary>
internal static class CreateTableParser
{
    /// <summary>Steps over the words before the table's name; false: another statement begins here.</summary>
    public static bool AcceptStart(StatementCursor cursor, out CreateTableStart start)
    {
        start = default;
        if (!cursor.Accept("CREATE"))
            return false;
        bool orReplace = cursor.Accept("OR", "REPLACE");
        bool temporary = cursor.Accept("TEMPORARY");
        if (!cursor.Accept("TABLE"))
            return false;
        start = new CreateTableStart(temporary, cursor.Accept("IF", "NOT", "EXISTS"), orReplace);
        return true;
    }

    /// <summary>Reads the statement from after the table's name.</summary>
    /// <param name="cursor">Stands after the name.</param>
    /// <param name="start">What came before the name.</param>
    /// <param name="name">The name.</param>
    /// <param name="currentDatabase">The database of names that come without one.</param>
    /// <param name="databaseText">The default of the table's database.</param>
    /// <exception cref="RecoveryException">SchemaNotUnderstood.</exception>
    public static CreateTableStatement Parse(
        StatementCursor cursor, CreateTableStart start, TableName name, string? currentDatabase, TextDefault databaseText)
    {
        cursor.Subject = $"CREATE TABLE {name}";
        var draft = new TableDraft
        {
            Table = new TableSchema { Database = name.Database, Name = name.Name, IsTemporary = start.IsTemporary },
            DatabaseText = databaseText,
            OuterText = databaseText,
        };
        bool parenthesis = cursor.IsSymbol('(') && cursor.IsWord("LIKE", 1);
        if (parenthesis)
            cursor.Skip();
        if (cursor.Accept("LIKE"))
            return new CreateTableStatement
            {
                Table = draft.Table,
                Like = cursor.QualifiedName(currentDatabase),
                IfNotExists = start.IfNotExists
            };

        List<ColumnDraft>? columns = cursor.IsSymbol('(') && !cursor.IsWord("SELECT", 1) ? ParseElements(cursor, draft) : null;
        bool hasQuery = ParseOptions(cursor, draft);
        TableSchema table = hasQuery
            ? TableSchema.Unknown(name, "its columns come from a query (CREATE TABLE ... SELECT)") with { IsTemporary = start.IsTemporary }
            : columns == null
            ? throw cursor.Unexpected("( or LIKE")
            : draft.Build(cursor, columns.ConvertAll(column => column.Resolve(draft.EffectiveText)));
        return new CreateTableStatement { Table = table, IfNotExists = start.IfNotExists, HasQuery = hasQuery };
    }

    private static List<ColumnDraft> ParseElements(StatementCursor cursor, TableDraft draft)
    {
        var columns = new List<ColumnDraft>();
        cursor.ExpectSymbol('(');
        do
        {
            if (columns.Count > TableDraft.MaxColumns)
                throw cursor.Impossible($"more than {TableDraft.MaxColumns} columns");
            if (!KeyParser.TryParse(cursor, draft))
                columns.Add(ColumnParser.Parse(cursor, draft));
        }
        while (cursor.AcceptSymbol(','));
        cursor.ExpectSymbol(')');
        return columns;
    }

    /// <summary>Reads what follows the columns; true: a query does.</summary>
    private static bool ParseOptions(StatementCursor cursor, TableDraft draft)
    {
        while (!cursor.AtEnd)
        {
            if (AtQuery(cursor) || cursor.IsSymbol('('))
                return true;
            if (cursor.Accept("PARTITION", "BY"))
            {
                draft.Table = draft.Table with { IsPartitioned = true };
                while (!cursor.AtEnd && !AtQuery(cursor))
                    cursor.SkipOperand();
            }
            else if (!TableOptionParser.TryParse(cursor, draft) && !cursor.AcceptSymbol(',') && !cursor.Accept("START", "TRANSACTION"))
            {
                // What stands after SHOW CREATE TABLE in the client's output: a frame, or a line about the rows.
                if (!cursor.IsSymbol('|') && !cursor.AtNewLine())
                    throw cursor.Unexpected("a table option or the end of the statement");
                break;
            }
        }

        return false;
    }

    private static bool AtQuery(StatementCursor cursor) =>
        cursor.IsWord("SELECT") || cursor.IsWord("AS") || cursor.IsWord("IGNORE") || cursor.IsWord("REPLACE") || cursor.IsWord("VALUES")
        || (cursor.IsWord("TABLE") && !cursor.IsWord("CREATE", 1)) || (cursor.IsWord("WITH") && !cursor.IsWord("SYSTEM", 1));
}
