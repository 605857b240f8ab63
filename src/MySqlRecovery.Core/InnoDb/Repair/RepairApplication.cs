using System.Security.Cryptography;
using MySqlRecovery.InnoDb.Cfg;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Repair;

/// <summary>Carries out a plan: writes the file beside its destination, reads it again and checks it, and renames it.</summary>
internal sealed class RepairApplication
{
    private readonly RepairPlan _plan;
    private readonly RepairOutput _output;
    private readonly CancellationToken _stop;
    private readonly Action<int>? _onBytes;

    private RepairApplication(RepairPlan plan, RepairOutput output, Action<int>? onBytes, CancellationToken stop)
    {
        _onBytes = onBytes;
        _plan = plan;
        _output = output;
        _stop = stop;
    }

    private bool IsInPlace => Path.GetFullPath(_output.Destination) == Path.GetFullPath(_plan.Request.Path);

    /// <summary>The result; throws a <see cref="RecoveryException"/> if nothing could be written.</summary>
    /// <param name="plan">What is to be done.</param>
    /// <param name="output">Where to.</param>
    /// <param name="stop">Cancels.</param>
    /// <param name="onBytes">Is told of bytes that were written, and of those that were read back, on whatever thread.</param>
    public static IbdRepairResult Apply(RepairPlan plan, RepairOutput output, CancellationToken stop, Action<int>? onBytes = null) =>
        new RepairApplication(plan, output, onBytes, stop).Apply();

    /// <summary>The changes one by one, in the order of the file.</summary>
    public static IEnumerable<IbdEdit> ListEdits(RepairPlan plan, CancellationToken stop)
    {
        using TablespaceFile file = TablespaceFile.Open(plan.Request.Path);
        foreach (PageRewritePass.Chunk chunk in new PageRewritePass(file, plan, PageRewritePurpose.Compare).Chunks(stop))
        {
            foreach (PageRewritePass.Step step in chunk.Steps)
            {
                for (int i = step.FirstEdit; i < step.FirstEdit + step.EditCount; i++)
                    yield return Describe(file, chunk, step, chunk.Edits[i]);
            }
        }
    }

    private static IbdEdit Describe(TablespaceFile file, PageRewritePass.Chunk chunk, in PageRewritePass.Step step, PageEdit edit)
    {
        int at = chunk.OffsetOf(step) + edit.Offset;
        return new IbdEdit
        {
            Path = file.Path,
            PageNumber = step.Number,
            Offset = ((long)step.Number * file.PageLength) + edit.Offset,
            OldBytes = chunk.Before.Slice(at, edit.Length).ToArray(),
            NewBytes = chunk.After.Slice(at, edit.Length).ToArray(),
            Reason = edit.Reason,
        };
    }

    private IbdRepairResult Apply()
    {
        if (!IsInPlace && File.Exists(_output.Destination))
        {
            if (IsDoneAlready())
                return Describe(RepairVerification.Run(_output.Destination, _output.Destination, _plan, _stop, _onBytes));
            if (!_output.Overwrite)
            {
                throw new RecoveryException("DestinationExists", RecoveryErrorKind.ResourceExists,
                    "the destination exists and is not what this repair would write", _output.Destination,
                    recommendedAction: "Give another -Destination, or -Force to replace it.");
            }
        }

        return Describe(Write());
    }

    // A run that was interrupted left whole files only: what is there already and equal need not be written again.
    private bool IsDoneAlready()
    {
        if (_output.UndoPath != null && !File.Exists(_output.UndoPath))
            return false;
        using TablespaceFile source = TablespaceFile.Open(_plan.Request.Path);
        using FileStream written = File.OpenRead(_output.Destination);
        if (written.Length != source.Length)
            return false;
        var found = new byte[TablespaceFile.ChunkSize];
        foreach (PageRewritePass.Chunk chunk in new PageRewritePass(source, _plan, PageRewritePurpose.Write).Chunks(_stop))
        {
            written.ReadExactly(found.AsSpan(0, chunk.After.Length));
            if (!chunk.After.SequenceEqual(found.AsSpan(0, chunk.After.Length)))
                return false;
        }

        return true;
    }

    /// <summary>What is wrong with the file that was written.</summary>
    private List<string> Write()
    {
        if (_output.UndoPath != null && _plan.IsCutOff)
            throw new RecoveryException(
                "InvalidParameters", RecoveryErrorKind.InvalidArgument, "a file that was cut off has no undo file: leave -UndoPath out",
                _plan.Request.Path);
        using var file = PendingFile.Replace(_output.Destination, _plan.Request.Path);
        using PendingFile? undo = _output.UndoPath == null ? null : PendingFile.Replace(_output.UndoPath, _plan.Request.Path);
        using (TablespaceFile source = TablespaceFile.Open(_plan.Request.Path))
        {
            try
            {
                WritePages(source, file, undo?.Stream);
            }
            catch (IOException e)
            {
                throw new RecoveryException("FileWriteFailed", RecoveryErrorKind.WriteError, e.Message, _output.Destination, inner: e);
            }
        }

        if (_output.BackupPath != null)
            Copy(_plan.Request.Path, _output.BackupPath);
        // The disk is still busy with what was written last.
        List<string> problems = RepairVerification.Run(file.TemporaryPath, _output.Destination, _plan, _stop, _onBytes);
        undo?.Commit();
        file.Commit();
        return problems;
    }

    private void WritePages(TablespaceFile source, PendingFile file, Stream? undo)
    {
        using var originalHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var repairedHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (undo != null)
            RepairJournal.Start(undo);
        long edits = 0, written = 0;
        PageRewritePurpose purpose = undo == null ? PageRewritePurpose.Write : PageRewritePurpose.Compare;
        foreach (PageRewritePass.Chunk chunk in new PageRewritePass(source, _plan, purpose).Chunks(_stop))
        {
            file.Write(written, chunk.After);
            written += chunk.After.Length;
            edits += chunk.Edits.Count;
            _onBytes?.Invoke(chunk.After.Length);
            if (undo == null)
                continue;
            originalHash.AppendData(chunk.Before);
            repairedHash.AppendData(chunk.After);
            foreach (PageRewritePass.Step step in chunk.Steps)
            {
                for (int i = step.FirstEdit; i < step.FirstEdit + step.EditCount; i++)
                {
                    PageEdit edit = chunk.Edits[i];
                    RepairJournal.Append(
                        undo, ((long)step.Number * source.PageLength) + edit.Offset, chunk.Before.Slice(
                            chunk.OffsetOf(step) + edit.Offset, edit.Length));
                }
            }
        }

        // What is missing at the end of a file that was cut off reads as zeros, as what is missing within does.
        for (long size = (long)source.SizeByHeader * source.PageLength; written < size; written += TablespaceFile.ChunkSize)
            file.Write(written, new byte[Math.Min(size - written, TablespaceFile.ChunkSize)]);
        if (edits != _plan.EditCount)
        {
            throw new RecoveryException("FileInUse", RecoveryErrorKind.InvalidData,
                "the file was changed while it was being repaired", _plan.Request.Path, recommendedAction: "Stop the server first.");
        }

        if (undo != null)
            RepairJournal.Finish(undo, source.Length, edits, originalHash.GetHashAndReset(), repairedHash.GetHashAndReset());
    }

    private static void Copy(string from, string to)
    {
        using var copy = PendingFile.Replace(to, from);
        using (FileStream source = File.OpenRead(from))
            source.CopyTo(copy.Stream);
        copy.Commit();
    }

    private IbdRepairResult Describe(List<string> found)
    {
        if (_plan.Request.WritesCfg)
        {
            CfgFile.Write(
                _output.Destination, _plan.Request.Schema, TableFileName.NameOf(_plan.Request.Path), _plan.Sdi,
                _plan.Request.ReferencePath == null ? _plan.OldSpaceId : null, _plan.Request.CfgServer);
        }

        List<string> problems = [.. _plan.Notes, .. _plan.PageProblems.Select(p => p.ToString())];
        if (_plan.DamagedPages.Count + _plan.PageProblems.Count(p => p.IsFree) > _plan.PageProblems.Count)
            problems.Add($"{_plan.DamagedPages.Count} damaged pages in all");
        problems.AddRange(found);
        return new IbdRepairResult
        {
            Path = _plan.Request.Path,
            Destination = _output.Destination,
            Table = _plan.Table,
            OldSpaceId = _plan.OldSpaceId,
            NewSpaceId = _plan.Target.SpaceId,
            PageCount = _plan.PageCount,
            PagesChanged = _plan.PagesChanged,
            EditCount = _plan.EditCount,
            IsConsistent = _plan.Notes.Count == 0 && _plan.DamagedPages.Count == 0 && found.Count == 0,
            Problem = [.. problems],
            UndoPath = _output.UndoPath ?? "",
        };
    }
}
