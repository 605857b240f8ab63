using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>How an ALTER TABLE takes rows away from tables, or gives them others, without a row in the log.</summary>
internal readonly record struct RowMoves
{
    /// <summary>Whether rows go, come or change places.</summary>
    public bool Any { get; private init; }

    /// <summary>The table of EXCHANGE PARTITION ... WITH TABLE.</summary>
    public TableName? Exchanged { get; private init; }

    /// <summary>The table that MariaDB's CONVERT TABLE ... TO PARTITION makes a partition of.</summary>
    public TableName? Taken { get; private init; }

    /// <summary>The table that MariaDB's CONVERT PARTITION ... TO TABLE makes.</summary>
    public TableName? Made { get; private init; }

    /// <summary>The character set of CONVERT TO CHARACTER SET; empty for that of the database.</summary>
    public string? ConvertedTo { get; private init; }

    /// <summary>Looks through what follows the table's name; the cursor stays where it is.</summary>
    public static RowMoves Find(StatementCursor cursor, string? currentDatabase)
    {
        int start = cursor.Position;
        var moves = default(RowMoves);
        while (!cursor.AtEnd)
        {
            if (cursor.Accept("CONVERT", "TO"))
                moves = moves with { ConvertedTo = CharacterSetOf(cursor) };
            else if (cursor.Accept("EXCHANGE", "PARTITION"))
                moves = moves with { Any = true, Exchanged = NameAfter(cursor, "WITH", currentDatabase) };
            else if (cursor.Accept("CONVERT", "PARTITION"))
                moves = moves with { Any = true, Made = NameAfter(cursor, "TO", currentDatabase) };
            else if (cursor.Accept("CONVERT", "TABLE"))
                moves = moves with { Any = true, Taken = cursor.AtName() ? cursor.QualifiedName(currentDatabase) : null };
            else if (cursor.Accept("TRUNCATE", "PARTITION") || cursor.Accept("DROP", "PARTITION") || AcceptTablespace(cursor))
                moves = moves with { Any = true };
            else
                cursor.Skip();
        }

        cursor.Position = start;
        return moves;
    }

    // DISCARD TABLESPACE, IMPORT PARTITION p, q TABLESPACE
    private static bool AcceptTablespace(StatementCursor cursor)
    {
        int start = cursor.Position;
        if (cursor.AcceptAny("DISCARD", "IMPORT") != null && cursor.Contains("TABLESPACE"))
            return true;
        cursor.Position = start;
        return false;
    }

    private static TableName? NameAfter(StatementCursor cursor, string word, string? currentDatabase)
    {
        while (!cursor.AtEnd)
        {
            if (cursor.Accept(word, "TABLE"))
                return cursor.AtName() ? cursor.QualifiedName(currentDatabase) : null;
            cursor.Skip();
        }

        return null;
    }

    private static string CharacterSetOf(StatementCursor cursor)
    {
        if (!TableOptionParser.AcceptCharacterSet(cursor))
            return string.Empty;
        cursor.AcceptSymbol('=');
        return cursor.IsWord("DEFAULT") || !(cursor.AtName() || cursor.Peek().Kind == SqlTokenKind.String)
            ? string.Empty : CharacterSets.Normalize(cursor.NameOrString());
    }
}
