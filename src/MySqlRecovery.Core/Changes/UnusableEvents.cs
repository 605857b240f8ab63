namespace MySqlRecovery.Changes;

/// <summary>Events of an index with whose rows nothing can be done: they are there to be named, each with the cause.</summary>
internal sealed class UnusableEvents
{
    private readonly List<string> _causes = [];
    private byte[] _numbers = [];

    /// <summary>The number of an event's cause; 0 for an event that can be used.</summary>
    public byte NumberOf(int item) => item < _numbers.Length ? _numbers[item] : (byte)0;

    /// <summary>The cause of a number; null for 0.</summary>
    public string? CauseOf(int number) => number == 0 ? null : _causes[number - 1];

    /// <summary>Marks an event, unless it is marked. The causes beyond the first 255 are all called like the last one.</summary>
    public void Mark(int item, string cause)
    {
        int number = _causes.IndexOf(cause) + 1;
        if (number == 0 && _causes.Count < byte.MaxValue)
            _causes.Add(cause);
        if (item >= _numbers.Length)
            Array.Resize(ref _numbers, Math.Max(item + 1, 2 * _numbers.Length));
        if (_numbers[item] == 0)
            _numbers[item] = (byte)(number == 0 ? _causes.Count : number);
    }

    /// <summary>Follows an event to another number, which is not greater.</summary>
    public void Move(int item, int to)
    {
        if (item == to || item >= _numbers.Length)
            return;
        _numbers[to] = _numbers[item];
        _numbers[item] = 0;
    }
}
