namespace MySqlRecovery.Binlog.Rows.Json;

/// <summary>
/// Bounds a walk through a document whose parts may point anywhere, at each other and at themselves: in a genuine one
/// every value and every name has bytes of its own, so that no walk comes across more bytes than the document has.
/// </summary>
internal struct JsonBudget(ReadOnlySpan<byte> document)
{
    /// <summary>The server's own limit on nesting.</summary>
    private const int MaximumDepth = 100;
    // A document without a byte is the literal null.
    private int _left = Math.Max(document.Length, 1) + 1;

    /// <summary>Counts a value, not what is in it.</summary>
    public void Spend(in JsonValue value, int depth)
    {
        if (depth > MaximumDepth)
            throw JsonValue.Malformed();
        Spend(value.IsContainer ? 1 : 1 + value.ScalarBytes.Length);
    }

    /// <summary>Counts a name.</summary>
    public void Spend(ReadOnlySpan<byte> key) => Spend(key.Length);

    private void Spend(int bytes)
    {
        _left -= bytes;
        if (_left < 0)
            throw JsonValue.Malformed();
    }
}
