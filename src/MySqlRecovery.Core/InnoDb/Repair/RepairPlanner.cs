using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;

namespace MySqlRecovery.InnoDb.Repair;

/// <summary>Reads a file and its reference whole, refuses what cannot be repaired, and counts what would be changed.</summary>
internal sealed class RepairPlanner
{
    private const uint FirstReservedId = 0xFFFFFFF0; // dict0dict.h: from here on ids are the server's own
    private const int SampledLeaves = 64;
    private const uint MostSampledPages = 4096;
    private const string TakeRows = "Take the rows alone: Export-TableRow.";
    private readonly RepairRequest _request;
    private readonly TablespaceFile _file;
    private readonly CancellationToken _stop;
    private Action<int>? _onRead;

    private RepairPlanner(RepairRequest request, TablespaceFile file, CancellationToken stop)
    {
        _request = request;
        _file = file;
        _stop = stop;
    }

    /// <summary>The plan; throws a <see cref="RecoveryException"/> for a file that is refused.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="stop">Cancels.</param>
    /// <param name="onRead">Is told of the bytes of the file that were read.</param>
    public static RepairPlan Plan(RepairRequest request, CancellationToken stop, Action<int>? onRead = null)
    {
        if (!request.Force && FileInUse.IsLocked(request.Path))
        {
            throw new RecoveryException("FileInUse", RecoveryErrorKind.PermissionDenied,
                "a running server has this file or its data directory open", request.Path,
                recommendedAction: "Stop the server first.");
        }

        using TablespaceFile file = TablespaceFile.Open(request.Path);
        return new RepairPlanner(request, file, stop) { _onRead = onRead }.Plan();
    }

    private RepairPlan Plan()
    {
        RefuseUnreadable(_file, "");
        if (TableFileName.IsVectorIndex(_file.Path) && _request.SchemaLayouts.Count == 0)
        {
            string owner = $"{TableFileName.DatabaseOf(_file.Path)}.{TableFileName.DefinedTable(_file.Path)}";
            throw new RecoveryException("VectorIndexFile", RecoveryErrorKind.InvalidArgument,
                $"it is the file of a vector index of {owner}, whose definition tells how it is to be read", _file.Path,
                recommendedAction: $"Give the CREATE TABLE statement of {owner} with -SchemaPath, or put its .frm beside the file. Or do "
                    + "without: make the table without the index, and when its own file is in place, ALTER TABLE ... ADD VECTOR INDEX.");
        }

        List<BTreeRoot> roots = BTreeRoot.FindAll(_file);
        RefuseLost(roots);
        SdiTable? table = ReadSdi(_file);
        if (_request.ReferencePath != null && SdiReader.RootPage(_file) is { } sdiRoot && !roots.Any(r => r.IsSdi))
            roots.Insert(0, new BTreeRoot(sdiRoot, IndexPage.SdiIndexId, 0, PageType.Sdi));
        RepairTarget target;
        SdiTable? referenceTable = null;
        using TablespaceFile? reference = _request.ReferencePath == null ? null : TablespaceFile.Open(_request.ReferencePath);
        if (reference == null)
        {
            target = new RepairTarget { SpaceId = CheckId(_request.SpaceId ?? (_request.WritesCfg ? _file.SpaceId : throw NoTarget())) };
        }
        else
        {
            RefuseUnreadable(reference, "the reference: ");
            referenceTable = ReadSdi(reference);
            target = TargetFrom(reference, roots, table, referenceTable);
        }

        BTreeRoot? clustered = TablespaceMap.FindClustered(roots, table ?? referenceTable, _file.SpaceId);
        var plan = new RepairPlan
        {
            Request = _request,
            Table = table != null
                ? TableFileName.WithPartition($"{table.Schema}.{table.Name}", _request.Path) : TableFileName.TableOf(_request.Path),
            OldSpaceId = _file.SpaceId,
            Target = target,
            Sdi = referenceTable ?? table,
            Map = new TablespaceMap
            {
                Roots = roots,
                Extents = ExtentMap.Read(_file),
                Clustered = clustered,
                Layout = FindLayout(clustered, table ?? referenceTable),
            },
            NeededClause = _request.WritesCfg ? TargetRowFormat.NeededClause(_file, roots, _request) : null,
            PageCount = _file.PageCount,
            IsCutOff = _file.IsTruncated,
        };
        NoteWhatIsMissing(plan);
        if (table == null && (reference != null || _request.WritesCfg))
            IdentifyIndexes(plan, reference, referenceTable);
        ReadPages(plan);
        return plan;
    }

    private RepairTarget TargetFrom(TablespaceFile reference, List<BTreeRoot> roots, SdiTable? table, SdiTable? referenceTable)
    {
        if (_request.SpaceId is { } id && id != reference.SpaceId)
        {
            throw new RecoveryException("SpaceIdMismatch", RecoveryErrorKind.InvalidArgument,
                $"the id wanted is {id}, but the reference {reference.Path} has {reference.SpaceId}", _file.Path,
                recommendedAction: "Take the reference from the instance that is to open the file, after its last change.");
        }

        PageTally tally = TablespaceScanner.Verify(reference, _stop);
        if (tally.DamagedPages > 0)
        {
            throw new RecoveryException("ReferenceDamaged", RecoveryErrorKind.InvalidData,
                $"the reference is damaged: {tally.Problems[0]}", _file.Path,
                recommendedAction: "Copy the reference again, with the server stopped.");
        }

        return new RepairTarget
        {
            SpaceId = CheckId(reference.SpaceId),
            Lsn = Math.Max(tally.MaxLsn, RepairTarget.SmallestLsn),
            IndexIds = ReferenceComparison.Compare(
                _file, roots, table, reference, BTreeRoot.FindAll(reference), referenceTable, _request.Force),
            SdiPages = SdiTransplant.Build(_file, reference),
            ReferencePage0 = reference.Page0,
        };
    }

    private void RefuseUnreadable(TablespaceFile file, string who)
    {
        PageTally head = TablespaceScanner.ReadHead(file, _stop);
        string? id = null, wrong = null;
        if (file.Flags.IsEncrypted || head.HasEncryptedPages)
            (id, wrong) = ("TablespaceEncrypted", "is encrypted; its pages cannot be read without the server's key");
        else if (file.Flags.IsPageCompressed || head.HasCompressedPages)
            (id, wrong) = ("TablespacePageCompressed", "uses transparent page compression, whose pages are not rewritten");
        else if (file.IsTruncated && (file != _file || !_request.SkipDamage))
            (id, wrong) = ("IbdTruncated", $"has {file.Length} bytes, which is not the {file.SizeByHeader} pages of {file.PageLength} "
                + "bytes that its header says");
        else if (PageChecksum.Identify(file.Page0, file.Flags) == PageChecksumAlgorithm.Unknown)
            (id, wrong) = ("IbdPageChecksumMismatch", "has a damaged page 0, on which everything else depends");
        if (id == null)
            return;
        throw new RecoveryException(id, id == "TablespacePageCompressed" ? RecoveryErrorKind.NotSupported : RecoveryErrorKind.InvalidData,
            $"{who}the file {wrong}", file.Path,
            recommendedAction: id switch
            {
                "TablespaceEncrypted" => "Decrypt the table on a server that has the key: ALTER TABLE ... ENCRYPTION='N'; or take the rows "
                    + "alone: Export-TableRow -KeyringPath.",
                "TablespacePageCompressed" or "IbdTruncated" => TakeRows,
                "IbdPageChecksumMismatch" => "Take the rows alone: Export-TableRow, with -SdiPath if the page is lost.",
                _ => null,
            });
    }

    // Without the inodes, or the root of the clustered index, nothing can be told of any other page.
    private void RefuseLost(List<BTreeRoot> roots)
    {
        foreach (uint number in (uint[])[BTreeRoot.FirstInodePage, .. BTreeRoot.FindLost(_file)])
        {
            if (number == SdiReader.RootPage(_file) || number >= _file.PageCount || !FilPage.IsEmpty(_file.ReadPage(number)))
                continue;
            bool isInode = number == BTreeRoot.FirstInodePage;
            throw new RecoveryException("IbdPageDamaged", RecoveryErrorKind.InvalidData,
                $"page {number} is {PageInspection.Zeros}: it "
                    + $"{(isInode ? "says where the indexes are" : "is the root of an index, and tells what the other pages of it are")}",
                _file.Path, (long)number * _file.PageLength,
                "Take another copy of the file. What the leaf pages hold can still be read, but no server can use this file.");
        }

        if (!roots.Any(r => !r.IsSdi))
            throw new RecoveryException(
                "NotATablespace", RecoveryErrorKind.InvalidData, "it has no index: no root page was found", _file.Path);
    }

    // The records can be read without SDI where the definition is given; only then is a damaged one no obstacle.
    private SdiTable? ReadSdi(TablespaceFile file)
    {
        try
        {
            SdiTable? table = SdiTable.Find(file, out IReadOnlyList<string> names);
            // Its rows would be rewritten for one table only.
            return names.Count <= 1 ? table : throw new RecoveryException("TablespaceShared", RecoveryErrorKind.NotSupported,
                $"it is a general tablespace of several tables: {string.Join(", ", names)}", file.Path,
                recommendedAction: "Copy the data directory to a server of its own, and move each table there with ALTER TABLE ... "
                    + "TABLESPACE=innodb_file_per_table; or take the rows of one after the other: Export-TableRow -Table.");
        }
        catch (RecoveryException e) when (e.ErrorId == "SdiUnreadable" && file == _file && _request.ReferencePath != null)
        {
            return null;
        }
    }

    private RecordLayout? FindLayout(BTreeRoot? clustered, SdiTable? table)
    {
        if (clustered == null || _file.Flags.ZipSize != 0)
            return null;
        byte[] root = _file.ReadPage(clustered.Page);
        RecordLayout? layout = table != null ? SdiRecordLayout.Build(table)
            : _request.SchemaLayouts.Count > 0 ? ChooseLayout(clustered) : null;
        if (layout == null && _request.ReferencePath != null && IndexPage.IsCompact(root))
        {
            throw new RecoveryException("RecordLayoutUnknown", RecoveryErrorKind.InvalidArgument,
                "the rows cannot be rewritten without the table's columns, which this file does not name", _file.Path,
                recommendedAction: "Give the table's CREATE TABLE statement with -SchemaPath.");
        }

        return layout;
    }

    // The records tell which of the possible layouts is theirs.
    private RecordLayout ChooseLayout(BTreeRoot clustered)
    {
        List<(uint Number, byte[] Page)> leaves = [.. SampleLeaves(clustered)];
        string? wrong = null;
        foreach (RecordLayout candidate in _request.SchemaLayouts.Select(l => InstantMetadata.Apply(_file, clustered, l)))
        {
            var reader = new LeafPage(candidate);
            string? here = leaves.Select(l => reader.Read(l.Page) is { } w ? $"page {l.Number}: {w}" : null).FirstOrDefault(w => w != null);
            if (here == null)
                return candidate;
            wrong ??= here;
        }

        throw new RecoveryException("SchemaMismatch", RecoveryErrorKind.InvalidData,
            $"its records are not of the table that the schema describes: {wrong}", _file.Path,
            recommendedAction: "Give the CREATE TABLE statement that the table had when the file was last written.");
    }

    private void IdentifyIndexes(RepairPlan plan, TablespaceFile? reference, SdiTable? referenceTable)
    {
        TablespaceMap map = plan.Map;
        if (map.Clustered is not { } clustered)
            return;
        RecordLayout[] layouts = referenceTable != null && SdiRecordLayout.Build(referenceTable) is { } described ? [described]
            : map.Layout is { } layout ? [layout] : [.. _request.SchemaLayouts];
        if (layouts.Length == 0)
        {
            // One index beside the clustered one can be no other.
            if (map.Roots.Count <= 2)
                return;
            throw new RecoveryException("RecordLayoutUnknown", RecoveryErrorKind.InvalidArgument,
                $"which of its {map.Roots.Count - 1} secondary indexes is which cannot be told without the table's definition, which this "
                    + "file does not hold",
                _file.Path, recommendedAction: "Give the table's CREATE TABLE statement with -SchemaPath.");
        }

        (RecordLayout chosen, Dictionary<uint, KeyLayout> keys, string? doubt) = FirstThatFits(layouts, map, clustered);
        if (doubt != null)
            plan.Notes.Add(doubt);
        if (reference == null)
            return;
        List<BTreeRoot> roots = BTreeRoot.FindAll(reference);
        if (referenceTable != null)
        {
            ReferenceComparison.CompareKeys(
                _file, keys, keys.Values.Join(
                    roots, k => k.Name, r => referenceTable.IndexNameAt(r.Page, reference.SpaceId), (k, r) => (r.Page, k)).ToDictionary());
            return;
        }

        BTreeRoot first = TablespaceMap.FindClustered(roots, null, reference.SpaceId)!;
        ReferenceComparison.CompareKeys(
            _file, keys, IndexIdentity.Find(reference, roots, first, chosen, ExtentMap.Read(reference), _stop).Keys);
    }

    private (RecordLayout Layout, Dictionary<uint, KeyLayout> Keys, string? Doubt) FirstThatFits(
        RecordLayout[] layouts, TablespaceMap map, BTreeRoot clustered)
    {
        RecoveryException? first = null;
        foreach (RecordLayout layout in layouts)
        {
            try
            {
                (Dictionary<uint, KeyLayout> keys, string? doubt) = IndexIdentity.Find(
                    _file, map.Roots, clustered, layout, map.Extents, _stop);
                return (layout, keys, doubt);
            }
            catch (RecoveryException e)
            {
                first ??= e;
            }
        }

        throw first!;
    }

    private IEnumerable<(uint Number, byte[] Page)> SampleLeaves(BTreeRoot clustered)
    {
        int found = 0;
        for (uint number = 0; number < _file.PageCount && number < MostSampledPages && found < SampledLeaves; number++)
        {
            byte[] page = _file.ReadPage(number);
            bool isLeaf = (FilPage.TypeOf(page) == PageType.Index || number == clustered.Page) && FilPage.U16(page, IndexPage.Level) == 0
                && FilPage.U64(page, IndexPage.IndexId) == clustered.IndexId;
            if (!isLeaf || PageChecksum.Identify(page, _file.Flags) == PageChecksumAlgorithm.Unknown)
                continue;
            found++;
            yield return (number, page);
        }
    }

    private void NoteWhatIsMissing(RepairPlan plan)
    {
        // Words are in tables of their own, which the target has, empty.
        foreach (string index in (IEnumerable<string>)[
            .. plan.Sdi?.Indexes.Where(i => i.Type == SdiIndex.FullText).Select(i => i.Name) ?? [],
            .. _request.Schema?.Keys.Where(k => k.Kind == KeyKind.Fulltext).Select(k => k.Name) ?? []])
            plan.Notes.Add($"index {index} has its contents in files of its own and will find nothing: drop and add it again");
        foreach (KeySchema index in _request.Schema?.Keys.Where(k => k.Kind == KeyKind.Vector && !_request.HasVectorIndexFile) ?? [])
            plan.Notes.Add($"vector index {index.Name} is in a file of its own, which is not repaired along (#i# in its name): let the "
                + "target make the table without the index, and when the file is in place, ALTER TABLE ... ADD VECTOR INDEX");
        if (_request.ReferencePath != null || _request.WritesCfg)
            return;
        plan.Notes.Add("missing: index ids of the target (CHECK TABLE will call the indexes corrupt; MariaDB will not open the table); a "
            + "reference file has them");
        if (_file.Flags.HasSdi)
            plan.Notes.Add("missing: dictionary information (SDI) of the target (ALTER TABLE in place will fail with error 3958); a "
                + "reference file has it");
        if (plan.Map.Layout == null && _file.Flags.ZipSize == 0 && plan.Map.Clustered is { } root
            && IndexPage.IsCompact(_file.ReadPage(root.Page)))
            plan.Notes.Add("missing: transaction ids were left as they are, and references to off-page columns were found by their form; "
                + "-SchemaPath tells the layout of records");
    }

    private void ReadPages(RepairPlan plan)
    {
        long buffered = 0;
        foreach (PageRewritePass.Chunk chunk in new PageRewritePass(_file, plan, PageRewritePurpose.Count).Chunks(_stop))
        {
            _onRead?.Invoke(chunk.After.Length);
            foreach (PageRewritePass.Step step in chunk.Steps)
            {
                ReadOnlySpan<byte> page = chunk.After.Slice(chunk.OffsetOf(step), _file.PageLength);
                if (FilPage.TypeOf(page) == PageType.InsertBufferBitmap && step.Problem == null)
                    buffered += InsertBufferBitmap.CountBuffered(page);
                if (step.Problem is { } problem)
                {
                    if (plan.PageProblems.Count < PageTally.MostProblems)
                        plan.PageProblems.Add(problem);
                    if (!problem.IsFree)
                        plan.DamagedPages.Add(step.Number);
                }
                else if (step.EditCount > 0)
                {
                    plan.PagesChanged++;
                    plan.EditCount += step.EditCount;
                }
            }
        }

        for (uint number = _file.PageCount; number < plan.Map.Extents.PageCount; number++)
        {
            if (!plan.Map.Extents.IsInUse(number))
                continue;
            plan.DamagedPages.Add(number);
            if (plan.PageProblems.Count < PageTally.MostProblems)
            {
                plan.PageProblems.Add(new IbdPageProblem
                {
                    Path = _file.Path,
                    PageNumber = number,
                    Offset = (long)number * _file.PageLength,
                    Problem = "missing: the file was cut off",
                });
            }
        }

        if (_file.PageCount < _file.SizeByHeader)
            plan.Notes.Add($"the file was cut off: pages {_file.PageCount} to {_file.SizeByHeader - 1} are written as zeros");
        if (buffered > 0)
            plan.Notes.Add($"changes to {buffered} pages of secondary indexes were still in the lost change buffer: drop and add the "
                + "secondary indexes again");
    }

    private uint CheckId(uint id) => id is not 0 and < FirstReservedId ? id : throw new RecoveryException(
        "SpaceIdReserved", RecoveryErrorKind.InvalidArgument,
        $"{id} is no id of a table's file: 0 is the system tablespace, ids from {FirstReservedId} on are the server's own", _file.Path);

    private RecoveryException NoTarget() => new("SpaceIdUnknown", RecoveryErrorKind.InvalidArgument,
        "no tablespace id is known for this file: no reference file was found, and no error log names it", _file.Path,
        recommendedAction: "Give -ReferencePath, -SpaceId or an -ErrorLog that names the table.");
}
