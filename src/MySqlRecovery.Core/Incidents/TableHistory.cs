using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Incidents;

/// <summary>What is usual in one table.</summary>
internal sealed class TableHistory(TableName name)
{
    public TableName Name => name;

    /// <summary>Rows of a transaction.</summary>
    public SizeHistory[] Transactions { get; } = [new(), new(), new()];

    /// <summary>Rows of a run of transactions of one session.</summary>
    public SizeHistory[] Runs { get; } = [new(), new(), new()];

    /// <summary>Transactions with rows of it.</summary>
    public long TransactionCount { get; set; }

    /// <summary>Insertions less deletions so far.</summary>
    public long Net { get; private set; }

    /// <summary>The least that this ever was: so many rows, less, were there before the log.</summary>
    public long LeastNet { get; private set; }

    /// <summary>Sessions that inserted rows; only so many are kept.</summary>
    public HashSet<uint?> Inserters { get; } = [];

    public void Add(RowOperation operation, long count, uint? thread)
    {
        if (operation == RowOperation.Insert)
        {
            Net += count;
            if (Inserters.Count < 100_000)
                Inserters.Add(thread);
        }
        else if (operation == RowOperation.Delete)
        {
            Net -= count;
            LeastNet = Math.Min(LeastNet, Net);
        }
    }

    /// <summary>The rows that it must have had at a moment, as far as the log shows.</summary>
    public long SeenAt(long net) => net - LeastNet;
}
