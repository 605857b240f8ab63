using System.Globalization;
using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Tablespace;

/// <summary>Makes an <see cref="IbdTablespace"/> of a file.</summary>
internal sealed class TablespaceScanner
{
    private const int QuickPages = 64; // as many as MySQL reads to find out an id by vote (fil0fil.cc)
    private readonly TablespaceFile _file;
    private readonly ExtentMap _extents;

    private TablespaceScanner(TablespaceFile file)
    {
        _file = file;
        _extents = ExtentMap.Read(file);
    }

    /// <summary>
    /// Reads the file; <paramref name="verify"/> checks every page, on all processors. If only the SDI cannot be read, the
    /// rest is given, and the error beside it.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="verify">Whether all pages are read.</param>
    /// <param name="stop">Cancels.</param>
    /// <param name="onPage">Is told of the bytes of each page that is verified, on whatever thread.</param>
    public static (IbdTablespace Tablespace, IReadOnlyList<IbdPageProblem> Problems, RecoveryException? SdiError) Scan(
        string path, bool verify, CancellationToken stop, Action<int>? onPage = null)
    {
        using TablespaceFile file = TablespaceFile.Open(path);
        var scanner = new TablespaceScanner(file);
        PageTally tally = verify ? scanner.ReadAll(stop, onPage) : ReadHead(file, stop);
        RecoveryException? sdiError = null;
        SdiTable? table = null;
        try
        {
            if (!IsEncrypted(file, tally))
                table = SdiTable.Find(file);
        }
        catch (RecoveryException e)
        {
            sdiError = !tally.HasCompressedPages ? e : new RecoveryException("TablespacePageCompressed", RecoveryErrorKind.NotSupported,
                "it uses transparent page compression, whose pages are not expanded: its table cannot be named", path,
                recommendedAction: "ALTER TABLE ... COMPRESSION='NONE' and OPTIMIZE TABLE, on a server that has the table.");
        }

        return (scanner.Describe(tally, table), tally.Problems, sdiError);
    }

    /// <summary>Checks the first pages.</summary>
    public static PageTally ReadHead(TablespaceFile file, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var tally = new PageTally();
        int pages = (int)Math.Min(QuickPages, file.PageCount);
        new TablespaceScanner(file).AddPages(tally, new byte[pages * file.PageLength], 0, pages);
        return tally;
    }

    /// <summary>Checks every page.</summary>
    public static PageTally Verify(TablespaceFile file, CancellationToken stop) => new TablespaceScanner(file).ReadAll(stop);

    private PageTally ReadAll(CancellationToken stop, Action<int>? onPage = null)
    {
        var total = new PageTally();
        ParallelPages.Run(
            _file, () => new PageTally(), (tally, page, number) =>
            {
                onPage?.Invoke(page.Length);
                tally.Add(page, number, _file, _extents);
            },
            total.Merge, stop);
        total.Problems.Sort((a, b) => a.PageNumber.CompareTo(b.PageNumber));
        return total;
    }

    private void AddPages(PageTally tally, byte[] buffer, uint first, int count)
    {
        int length = _file.PageLength;
        int read = _file.ReadPages(first, buffer.AsSpan(0, count * length));
        for (int i = 0; i < read; i++)
            tally.Add(buffer.AsSpan(i * length, length), first + (uint)i, _file, _extents);
    }

    private static bool IsEncrypted(TablespaceFile file, PageTally tally) => file.Flags.IsEncrypted || tally.HasEncryptedPages;

    private IbdTablespace Describe(PageTally tally, SdiTable? table)
    {
        TablespaceFlags flags = _file.Flags;
        List<BTreeRoot> roots = BTreeRoot.FindAll(_file).Where(r => !r.IsSdi).ToList();
        return new IbdTablespace
        {
            Path = _file.Path,
            SpaceId = _file.SpaceId,
            PageSpaceId = tally.MajoritySpaceId ?? _file.SpaceId,
            IsSpaceIdConsistent = tally.IsOneSpaceId && FilPage.U32(_file.Page0, FilPage.Data) == _file.SpaceId,
            Flags = flags.Value,
            RowFormat = RowFormats.Of(_file, roots),
            PageSize = flags.PageSize,
            ZipSize = flags.ZipSize,
            ChecksumAlgorithm = tally.AlgorithmNames,
            PageCount = _file.PageCount,
            PagesRead = tally.PagesRead,
            DamagedPageCount = tally.DamagedPages,
            IsTruncated = _file.IsTruncated,
            IsEncrypted = IsEncrypted(_file, tally),
            IsPageCompressed = flags.IsPageCompressed || tally.HasCompressedPages,
            HasSdi = flags.HasSdi,
            ServerVersion = ServerVersion(),
            MaxLsn = tally.MaxLsn,
            IndexId = roots.Select(r => r.IndexId.ToString(CultureInfo.InvariantCulture)).ToArray(),
            IndexRootPage = roots.Select(r => r.Page.ToString(CultureInfo.InvariantCulture)).ToArray(),
            IndexName = table == null ? [] : roots.Select(r => table.IndexNameAt(r.Page, _file.SpaceId) ?? "").ToArray(),
            Table = table != null
                ? TableFileName.WithPartition($"{table.Schema}.{table.Name}", _file.Path) : TableFileName.TableOf(_file.Path),
            Column = table == null ? []
                : table.Columns.Where(c => !c.IsHiddenByEngine).Select(c => $"{c.Name} {c.TypeText}").ToArray(),
        };
    }

    // 8.0+ stores 80016 for 8.0.16, 90704 for 9.7.4 in place of the previous page; older servers zero or FIL_NULL.
    private string ServerVersion()
    {
        uint version = FilPage.U32(_file.Page0, FilPage.ServerVersion);
        return _file.Flags.HasSdi && version is >= 80000 and < 1000000
            ? $"{version / 10000}.{version / 100 % 100}.{version % 100}" : "";
    }
}
