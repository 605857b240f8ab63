namespace MySqlRecovery.Consistency.Data;

/// <summary>The values of a row's key; equal where all bytes are.</summary>
internal sealed class ComparedKey : IEquatable<ComparedKey>
{
    private readonly int _hash;

    public ComparedKey(byte[][] values)
    {
        Values = values;
        var hash = new HashCode();
        foreach (byte[] value in values)
            hash.AddBytes(value);
        _hash = hash.ToHashCode();
    }

    public byte[][] Values { get; }

    public bool Equals(ComparedKey? other)
    {
        if (other == null || other.Values.Length != Values.Length)
            return false;
        for (int i = 0; i < Values.Length; i++)
        {
            if (!Values[i].AsSpan().SequenceEqual(other.Values[i]))
                return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as ComparedKey);

    public override int GetHashCode() => _hash;
}
