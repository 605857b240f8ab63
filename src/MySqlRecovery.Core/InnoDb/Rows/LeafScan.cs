using System.Runtime.CompilerServices;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>Goes through the records of a clustered leaf page: those in the list, those on the list of free ones.</summary>
internal sealed class LeafScan
{
    private const int CompactInfimum = 99, CompactSupremum = 112, RedundantInfimum = 101, RedundantSupremum = 116;
    private const int FreeList = 44;

    public LeafScan(RecordLayout layout) => Fields = new RecordFields(layout);

    /// <summary>Looks at the record whose fields were just read; false: go no further.</summary>
    public delegate bool Look(ReadOnlySpan<byte> page, int origin, RecordFields fields);

    public RecordFields Fields { get; }

    /// <summary>The records of the table, delete-marked ones too, in key order. Null, or what is wrong with the page.</summary>
    [MethodImpl(Jit.Hot)]
    public string? Read(ReadOnlySpan<byte> page, Look look)
    {
        bool compact = IndexPage.IsCompact(page);
        int expected = FilPage.U16(page, IndexPage.NRecs), seen = 0;
        int at = compact ? CompactInfimum : RedundantInfimum, end = compact ? CompactSupremum : RedundantSupremum;
        while ((at = Next(page, at, compact)) != end)
        {
            if (seen++ == expected)
                return $"it lists more than {expected} records";
            if (at <= end || !Fields.Read(page, at, compact))
                return $"the record at offset {at} does not have the table's columns";
            if (!Fields.IsMetadata && !look(page, at, Fields))
                return null;
        }

        return seen == expected ? null : $"it lists {seen} of {expected} records";
    }

    /// <summary>The records on the page's list of free ones, as far as it can be followed.</summary>
    public void ReadFree(ReadOnlySpan<byte> page, Look look)
    {
        bool compact = IndexPage.IsCompact(page);
        int at = FilPage.U16(page, FreeList), most = IndexPage.HeapCount(page), end = compact ? CompactSupremum : RedundantSupremum;
        for (int seen = 0; at > end && at < page.Length - FilPage.TrailerLength && seen < most; seen++)
        {
            if (Fields.Read(page, at, compact) && !Fields.IsMetadata && !look(page, at, Fields))
                return;
            int next = FilPage.U16(page, at - 2);
            if (next == 0)
                return;
            at = compact ? (at + next) & (page.Length - 1) : next;
        }
    }

    /// <summary>Records that a page of the given size can have at most.</summary>
    public static int MostRecords(RecordLayout layout, int pageLength) =>
        (pageLength - CompactSupremum) / (
            RecordFields.CompactExtra + Math.Max(1, layout.Fields.Sum(f => f.IsNullable ? 0 : Math.Max(f.FixedLength, 1))));

    /// <summary>Where the first record of a page is.</summary>
    public static int FirstRecord(ReadOnlySpan<byte> page) => IndexPage.IsCompact(page)
        ? Next(page, CompactInfimum, compact: true) : Next(page, RedundantInfimum, compact: false);

    private static int Next(ReadOnlySpan<byte> page, int at, bool compact)
    {
        int next = at < 2 || at > page.Length ? 0 : FilPage.U16(page, at - 2);
        return compact ? (at + next) & (page.Length - 1) : next;
    }
}
