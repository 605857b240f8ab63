namespace MySqlRecovery.Consistency.Data;

/// <summary>A row's values, in the order of the compared columns.</summary>
internal sealed class RowData(byte[]?[] values)
{
    public byte[]? this[int column] => values[column];

    public bool IsEqual(int column, RowData other) =>
        values[column] is { } value ? other[column] is { } otherValue && value.AsSpan().SequenceEqual(otherValue) : other[column] == null;

    /// <summary>Whether both are the same row or both are none.</summary>
    public static bool AreEqual(RowData? a, RowData? b)
    {
        if (a == null || b == null)
            return ReferenceEquals(a, b);
        for (int i = 0; i < a.Count; i++)
        {
            if (!a.IsEqual(i, b))
                return false;
        }

        return true;
    }

    private int Count => values.Length;
}
