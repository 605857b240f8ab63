namespace MySqlRecovery.Text;

/// <summary>A table's name with its database. Either may hold a dot, so the two are never joined but for people to read.</summary>
/// <param name="Database">The database; null where none is known.</param>
/// <param name="Name">The table.</param>
internal sealed record TableName(string? Database, string Name)
{
    private const string Parting = ".,`";

    /// <summary>Compares without regard to case.</summary>
    public static IEqualityComparer<TableName> IgnoreCase { get; } = EqualityComparer<TableName>.Create(
        (a, b) => IsSame(a?.Database, b?.Database) && IsSame(a?.Name, b?.Name),
        name => name.Name.GetHashCode(StringComparison.OrdinalIgnoreCase));

    /// <summary>Database and table in backquotes, as SQL takes them.</summary>
    public string Quoted => Database == null ? SqlIdentifier.Quote(Name) : $"{SqlIdentifier.Quote(Database)}.{SqlIdentifier.Quote(Name)}";

    /// <summary>
    /// The name in lists of tables: <c>database.table</c>, or in backquotes where a name holds what would part it, so that no two
    /// tables look the same and <see cref="Parse"/> reads it back.
    /// </summary>
    public string Listed => Database?.AsSpan().IndexOfAny(Parting) >= 0 || Name.AsSpan().IndexOfAny(Parting) >= 0 ? Quoted : ToString();

    /// <summary>The names of a list, in their order; null for what is not one.</summary>
    public static IEnumerable<TableName?> ParseList(string list)
    {
        for (int start = 0; start < list.Length;)
        {
            bool isQuoted = false;
            int end = start;
            for (; end < list.Length && (isQuoted || list[end] != ','); end++)
                isQuoted ^= list[end] == '`';
            yield return Parse(list[start..end].Trim());
            start = end + 1;
        }
    }

    /// <summary>
    /// Reads <c>database.table</c>, parted at the first dot, or <c>`database`.`table`</c>, where each part may hold dots and
    /// doubled backquotes; null where the text is neither.
    /// </summary>
    public static TableName? Parse(string text)
    {
        if (text.StartsWith('`'))
        {
            int middle = text.IndexOf("`.`", StringComparison.Ordinal);
            return middle > 1 && middle + 4 < text.Length && text.EndsWith('`')
                ? new TableName(SqlIdentifier.Unquote(text[..(middle + 1)]), SqlIdentifier.Unquote(text[(middle + 2)..])) : null;
        }

        int dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && dot < text.Length - 1 ? new TableName(text[..dot], text[(dot + 1)..]) : null;
    }

    public override string ToString() => Database == null ? Name : $"{Database}.{Name}";

    private static bool IsSame(string? a, string? b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
