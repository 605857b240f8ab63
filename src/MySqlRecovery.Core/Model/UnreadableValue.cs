namespace MySqlRecovery.Model;

/// <summary>Stands in a row for a value that the log holds and its column cannot have: neither NULL nor anything else is known
/// of it.</summary>
public sealed class UnreadableValue
{
    /// <summary>An empty one, for remoting.</summary>
    public UnreadableValue()
    {
    }

    internal UnreadableValue(string column, string cause) => (Column, Cause) = (column, cause);

    /// <summary>The column, <c>database.table.column</c>.</summary>
    public string Column { get; set; } = string.Empty;

    /// <summary>Why the value cannot be read.</summary>
    public string Cause { get; set; } = string.Empty;

    /// <summary>One line.</summary>
    public override string ToString() => $"({Column} cannot be read: {Cause})";
}
