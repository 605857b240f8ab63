using MySqlRecovery.Model;

namespace MySqlRecovery.Restore;

/// <summary>A row on its way: what it was, what it is to become, what it is now, and what is to be said of it.</summary>
internal sealed class RestoreRow
{
    /// <summary>Its number among the net changes; -1 for one that stands alone.</summary>
    public required int Number { get; init; }

    public required NetChange Change { get; init; }

    public required RestoreTable Table { get; init; }

    /// <summary>As the changes left it on the server; null for none.</summary>
    public StoredRow? From { get; init; }

    /// <summary>As it is to become; null for none. With chosen columns or kept ones, only the others are taken from the log.</summary>
    public StoredRow? To { get; set; }

    /// <summary>As the log has it that the row is to become; null for none.</summary>
    public StoredRow? Logged { get; init; }

    public StoredRow? Now { get; set; }

    /// <summary>For a row that moves to another key, the row that is there.</summary>
    public StoredRow? NowAtTarget { get; set; }

    public RestoreVerdict Verdict { get; set; }

    /// <summary>Ordinals that the verdict is about.</summary>
    public int[] Columns { get; set; } = [];

    public string? Reason { get; set; }

    /// <summary>Whether it is to be written, by its verdict or because that is to be overridden.</summary>
    public bool Applies { get; set; }

    /// <summary>Whether it may be elsewhere, since nobody looked for what others did to it, and is taken for the row that has its place,
    /// or for one that is gone.</summary>
    public bool IsUnfollowed { get; set; }

    /// <summary>Whether it must go before others come, so that it is deleted and inserted rather than updated.</summary>
    public bool IsChained { get; set; }

    /// <summary>Whether it is written as a row event, because SQL fires triggers or cannot write one of its values.</summary>
    public bool IsEvent { get; set; }

    /// <summary>
    /// Whether a row event can write it. MariaDB computes no generated column for one, so that those of the log must be there (the
    /// logs of 11.8 lack them) and fit the rest of the row.
    /// </summary>
    public bool CanBeEvent => (From ?? To)?.Image != null && (Table.Compared.Length == Table.Map.Columns.Length || Action switch
    {
        RowOperation.Delete => Table.Key.Length > 0 || HasGenerated(From!),
        RowOperation.Insert => HasGenerated(To!),
        _ => Verdict == RestoreVerdict.Clean && Table.Chosen == null && HasGenerated(From!) && HasGenerated(To!),
    });

    public bool IsApplied { get; set; }

    public bool IsMove { get; init; }

    public required RowOperation Action { get; init; }

    /// <summary>Rows that hold a value that this one needs: the key itself (null) or another unique one.</summary>
    public List<(UniqueKey? Key, StoredRow Holder)> Holders { get; } = [];

    /// <summary>Foreign keys whose parent is not there.</summary>
    public List<Reference> MissingParents { get; } = [];

    /// <summary>Rows that refer to this one: the foreign key, and the number of the row among the changes (-1: not among them).</summary>
    public List<(Reference Key, int Number)> Children { get; } = [];

    public void Decide(RestoreVerdict verdict, string? reason, int[]? columns = null)
    {
        Verdict = verdict;
        Reason = reason;
        Columns = columns ?? [];
        Applies = verdict is RestoreVerdict.Clean or RestoreVerdict.Mergeable;
    }

    /// <summary>Whether the row, once it is written, no longer has the values that a row of the server has in some columns.</summary>
    public bool Releases(StoredRow present, int[] columns) =>
        Applies && From != null && (To == null || Array.Exists(columns, c => !To.IsSame(present, c)));

    private static bool HasGenerated(StoredRow row) =>
        Enumerable.Range(0, row.Values.Length).Any(i => row.Map.Columns[i].IsGenerated && row.Values[i] != null);
}
