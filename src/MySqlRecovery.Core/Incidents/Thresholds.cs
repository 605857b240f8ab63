namespace MySqlRecovery.Incidents;

/// <summary>From where on something counts as unusual; the page of Find-Incident states them.</summary>
internal static class Thresholds
{
    /// <summary>An incident of rows has at least so many in one table.</summary>
    public const int LeastRows = 10;

    /// <summary>Transactions of a session with no longer pause between them are a run.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>From then on <see cref="ShortPause"/> ends a run.</summary>
    public static readonly TimeSpan LongRun = TimeSpan.FromMinutes(1);

    /// <summary>The pause that ends a long run.</summary>
    public static readonly TimeSpan ShortPause = TimeSpan.FromSeconds(1);

    /// <summary>A run longer than this share of all that the logs cover is a habit.</summary>
    public const double HabitShare = 0.25;

    /// <summary>What scores less is given on request only.</summary>
    public const int Score = 50;

    /// <summary>Points for each doubling of what is usual.</summary>
    public const double Doubling = 15;

    /// <summary>How much weaker insertions count.</summary>
    public const double InsertWeight = 0.6;

    /// <summary>So many other transactions of a table make what is usual there certain.</summary>
    public const double CertainAt = 12;

    /// <summary>Only what is so many times as large as usual gets points for what else is odd about it.</summary>
    public const double OddAt = 3;

    /// <summary>Points for all rows of a table.</summary>
    public const double WholeTable = 30;

    /// <summary>Points for half of them.</summary>
    public const double HalfTable = 15;

    /// <summary>Points for one value everywhere in a column.</summary>
    public const double OneValue = 25;

    /// <summary>Points for deletions by a session that inserts nothing there.</summary>
    public const double DeletesOnly = 5;

    /// <summary>Points for more than a session's habits.</summary>
    public const double Burst = 10;

    /// <summary>Points for DROP TABLE, DROP DATABASE and TRUNCATE; those of tables with changes in the log.</summary>
    public const double Definition = 70;

    /// <summary>Points for ALTER TABLE that drops columns or partitions.</summary>
    public const double DroppedPart = 55;
}
