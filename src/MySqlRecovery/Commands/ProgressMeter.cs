using System.Diagnostics;
using System.Management.Automation;

namespace MySqlRecovery.Commands;

/// <summary>Shows how far long work is, at most five times a second: percent, and the time that is left at the speed so far.</summary>
internal sealed class ProgressMeter(PSCmdlet cmdlet)
{
    /// <summary>The time between two pictures.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private long _shownAt;
    private long _startedAt;
    private long _doneAtStart;
    private string _work = string.Empty;
    private bool _isShown;

    /// <summary>Whether it is time for another picture.</summary>
    public bool IsDue()
    {
        if (Stopwatch.GetElapsedTime(_shownAt) < Interval)
            return false;
        _shownAt = Stopwatch.GetTimestamp();
        return true;
    }

    /// <summary>Shows how much of something is done.</summary>
    /// <param name="work">What is done; the time left is that of this work.</param>
    /// <param name="status">Where it is.</param>
    /// <param name="done">How much, in whatever unit.</param>
    /// <param name="total">Of how much; 0 or less where that is not known.</param>
    public void Show(string work, string status, long done, long total)
    {
        if (work != _work)
            (_work, _startedAt, _doneAtStart) = (work, Stopwatch.GetTimestamp(), done);
        double seconds = Stopwatch.GetElapsedTime(_startedAt).TotalSeconds;
        long since = done - _doneAtStart;
        _isShown = true;
        cmdlet.WriteProgress(new ProgressRecord(1, cmdlet.MyInvocation.MyCommand.Name, status)
        {
            CurrentOperation = work,
            PercentComplete = total <= 0 ? -1 : (int)Math.Clamp(100 * (double)done / total, 0, 100),
            SecondsRemaining = total <= 0 || seconds < 1 || since <= 0 ? -1 : (int)(seconds * Math.Max(0, total - done) / since),
        });
    }

    /// <summary>Takes the picture away.</summary>
    public void Complete()
    {
        if (_isShown)
            cmdlet.WriteProgress(new ProgressRecord(1, cmdlet.MyInvocation.MyCommand.Name, "done")
            {
                RecordType = ProgressRecordType.Completed,
            });
        _isShown = false;
    }
}
