using System.Collections.Specialized;
using MySqlRecovery.Model;

namespace MySqlRecovery.History;

/// <summary>One row's versions on their way: it goes on through changes of its key, and when it is deleted and comes again.</summary>
internal sealed class HistoryLine
{
    /// <summary>What is said of a version that an ALTER TABLE made, until something tells all of its columns.</summary>
    public const string AlteredReason = "the log does not say what the new or changed columns held";

    private bool _isNamed = true;

    /// <summary>Which of the keys that were asked for it has had; -1 for none so far.</summary>
    public int Asked { get; set; } = -1;

    /// <summary>The value by which its last key is known.</summary>
    public UInt128 Key { get; set; }

    public List<RowVersion> Versions { get; } = [];

    public RowVersion Last => Versions[^1];

    /// <summary>Whether there is a row, as far as is known.</summary>
    public bool IsLive => Versions.Count > 0 && Last.Value != null;

    /// <summary>Whether the last version may be other than it seems.</summary>
    public void Doubt(string reason)
    {
        // All that it had may have been taken back.
        if (Versions.Count == 0)
            return;
        Last.IsExact = false;
        Last.Reason = Last.Reason == null ? reason : $"{Last.Reason}; {reason}";
    }

    /// <summary>Adds a version that ends the one before.</summary>
    /// <param name="version">The version.</param>
    /// <param name="isNamed">Whether all of its columns have their names.</param>
    public void Add(RowVersion version, bool isNamed = true)
    {
        _isNamed = isNamed;
        if (Versions.Count > 0)
            Last.ValidTo = version.ValidFrom;
        Versions.Add(version);
    }

    /// <summary>What an image tells of the version at hand: whether it is that, and what values it adds that were not known.</summary>
    /// <param name="image">The columns that the image has.</param>
    /// <param name="isNamed">Whether all of them have their names.</param>
    /// <param name="isWhole">Whether it has all columns, and they are told.</param>
    public bool Confirm(OrderedDictionary image, bool isNamed = true, bool isWhole = true)
    {
        OrderedDictionary? known = Last.Value;
        if (known == null)
            return false;
        foreach (string column in image.Keys)
        {
            if (known.Contains(column) && !AreSame(known[column], image[column]))
                return false;
        }

        // A column with its name and one without may be the same.
        if (isNamed != _isNamed)
            return true;
        foreach (string column in image.Keys)
        {
            if (!known.Contains(column))
                known[column] = image[column];
        }

        if (isWhole && Last.Reason == AlteredReason)
            (Last.IsExact, Last.Reason) = (true, null);
        return true;
    }

    /// <summary>Whether two values are one; byte by byte where they are bytes.</summary>
    public static bool AreSame(object? one, object? other) =>
        one is byte[] bytes && other is byte[] others ? bytes.AsSpan().SequenceEqual(others) : Equals(one, other);
}
