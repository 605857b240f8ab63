using System.Security.Cryptography;

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

    /// <summary>Text that no row with other values has.</summary>
    public string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (byte[]? value in values)
        {
            hash.AppendData(BitConverter.GetBytes(value?.Length ?? -1));
            hash.AppendData(value ?? []);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private int Count => values.Length;
}
