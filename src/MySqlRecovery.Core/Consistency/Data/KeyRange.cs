namespace MySqlRecovery.Consistency.Data;

/// <summary>A part of a table in the order of its key.</summary>
/// <param name="After">Values of the key's leading columns behind which the part begins; null for the table's start.</param>
/// <param name="UpTo">Values with which it ends, themselves included; null for the table's end.</param>
internal sealed record KeyRange(byte[][]? After, byte[][]? UpTo)
{
    public static KeyRange All { get; } = new(null, null);
}
