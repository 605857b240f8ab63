using MySqlRecovery.Model;

namespace MySqlRecovery.Server;

/// <summary>
/// What the answer to one question may have in rows, bytes and time, where all of it is kept: a server that never stops
/// answering is not one that has much to say.
/// </summary>
/// <param name="server">The server, for the message.</param>
/// <param name="clock">What the time is taken from; the system's by default.</param>
internal sealed class AnswerBudget(string server, TimeProvider? clock = null)
{
    /// <summary>The columns of a hundred thousand tables, and some more.</summary>
    public const int MaxRows = 5_000_000;

    /// <summary>Of memory, that is with what .NET needs around each value.</summary>
    public const long MaxBytes = 1L << 30;

    private const int BytesAround = 32;

    /// <summary>Of one answer, also where it comes row by row.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(30);

    /// <summary>What to do where it is exceeded.</summary>
    public string Advice { get; init; } =
        "Check that this is the server that you mean, and that what is asked about is not larger than that.";

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly long _start = (clock ?? TimeProvider.System).GetTimestamp();
    private int _rows;
    private long _bytes;

    /// <summary>One row more.</summary>
    /// <exception cref="RecoveryException">ServerAnswerTooLarge</exception>
    public void AddRow()
    {
        if (++_rows > MaxRows)
            throw Exceeded($"more than {MaxRows} rows");
        if (_clock.GetElapsedTime(_start) > MaxTime)
            throw Exceeded($"rows for more than {MaxTime.TotalMinutes:0} minutes");
    }

    /// <summary>One value more, which is given back.</summary>
    /// <exception cref="RecoveryException">ServerAnswerTooLarge</exception>
    public string? Take(string? value)
    {
        Add((value?.Length ?? 0) * sizeof(char));
        return value;
    }

    /// <summary>One value more, which is given back.</summary>
    /// <exception cref="RecoveryException">ServerAnswerTooLarge</exception>
    public byte[]? Take(byte[]? value)
    {
        Add(value?.Length ?? 0);
        return value;
    }

    private void Add(long bytes)
    {
        _bytes += bytes + BytesAround;

        // One row may be as long as a server's rows are.
        if (_bytes > MaxBytes && _rows > 1)
            throw Exceeded($"more than {MaxBytes >> 20} MiB");
    }

    private RecoveryException Exceeded(string what) => new(
        "ServerAnswerTooLarge", RecoveryErrorKind.LimitsExceeded, $"the server answers one question with {what}", server,
        recommendedAction: Advice);
}
