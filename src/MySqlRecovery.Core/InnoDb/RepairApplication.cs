using System.Security.Cryptography;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb;

/// <summary>Carries out a plan: writes the file beside its destination, renames it, reads it again and checks it.</summary>
internal sealed class RepairApplication
{
    private readonly RepairPlan _plan;
    private readonly RepairOutput _output;
    private readonly CancellationToken _stop;

    private RepairApplication(RepairPlan plan, RepairOutput output, CancellationToken stop)
    {
        _plan = plan;
        _output = output;
        _stop = stop;
    }

    private bool IsInPlace => Path.GetFullPath(_output.Destination) == Path.GetFullPath(_plan.Request.Path);

    /// <summary>The result; throws a <see cref="RecoveryException"/> if nothing could be written.</summary>
    public static IbdRepairResult Apply(RepairPlan plan, RepairOutput output, CancellationToken stop) =>
        new RepairApplication(plan, output, stop).Apply();

    /// <summary>The changes one by one, in the order of the file.</summary>
    public static IEnumerable<IbdEdit> ListEdits(RepairPlan plan, CancellationToken stop)
    {
        using TablespaceFile file = TablespaceFile.Open(plan.Request.Path);
        foreach (PageWalk.Step step in new PageWalk(file, plan).Steps(stop))
        {
            foreach (PageEdit edit in step.Edits)
            {
                yield return new IbdEdit
                {
                    Path = file.Path,
                    PageNumber = step.Number,
                    Offset = ((long)step.Number * file.PageLength) + edit.Offset,
                    OldBytes = step.Before.Slice(edit.Offset, edit.Length).ToArray(),
                    NewBytes = step.After.Slice(edit.Offset, edit.Length).ToArray(),
                    Reason = edit.Reason,
                };
            }
        }
    }

    private IbdRepairResult Apply()
    {
        if (!IsInPlace && File.Exists(_output.Destination))
        {
            if (IsDoneAlready())
                return Describe();
            if (!_output.Overwrite)
            {
                throw new RecoveryException("DestinationExists", RecoveryErrorKind.ResourceExists,
                    "the destination exists and is not what this repair would write", _output.Destination,
                    recommendedAction: "Give another -Destination, or -Force to replace it.");
            }
        }

        Write();
        return Describe();
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
        var page = new byte[source.PageLength];
        foreach (PageWalk.Step step in new PageWalk(source, _plan).Steps(_stop))
        {
            written.ReadExactly(page);
            if (!step.After.Span.SequenceEqual(page))
                return false;
        }

        return true;
    }

    private void Write()
    {
        using var file = PendingFile.Replace(_output.Destination);
        using PendingFile? undo = _output.UndoPath == null ? null : PendingFile.Replace(_output.UndoPath);
        using (TablespaceFile source = TablespaceFile.Open(_plan.Request.Path))
        {
            try
            {
                WritePages(source, file.Stream, undo?.Stream);
            }
            catch (IOException e)
            {
                throw new RecoveryException("FileWriteFailed", RecoveryErrorKind.WriteError, e.Message, _output.Destination, inner: e);
            }
        }

        if (_output.BackupPath != null)
            Copy(_plan.Request.Path, _output.BackupPath);
        undo?.Commit();
        file.Commit();
    }

    private void WritePages(TablespaceFile source, Stream file, Stream? undo)
    {
        using var originalHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var repairedHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (undo != null)
            UndoFile.Start(undo);
        long edits = 0;
        foreach (PageWalk.Step step in new PageWalk(source, _plan).Steps(_stop))
        {
            file.Write(step.After.Span);
            edits += step.Edits.Count;
            if (undo == null)
                continue;
            originalHash.AppendData(step.Before.Span);
            repairedHash.AppendData(step.After.Span);
            foreach (PageEdit edit in step.Edits)
                UndoFile.Append(undo, ((long)step.Number * source.PageLength) + edit.Offset, step.Before.Span.Slice(edit.Offset, edit.Length));
        }

        if (edits != _plan.EditCount)
        {
            throw new RecoveryException("FileInUse", RecoveryErrorKind.InvalidData,
                "the file was changed while it was being repaired", _plan.Request.Path, recommendedAction: "Stop the server first.");
        }

        if (undo != null)
            UndoFile.Finish(undo, source.Length, edits, originalHash.GetHashAndReset(), repairedHash.GetHashAndReset());
    }

    private static void Copy(string from, string to)
    {
        using var copy = PendingFile.Replace(to);
        using (FileStream source = File.OpenRead(from))
            source.CopyTo(copy.Stream);
        copy.Commit();
    }

    private IbdRepairResult Describe()
    {
        if (_plan.Request.WritesCfg)
            CfgFile.Write(_output.Destination, _plan.Request.Schema, _plan.Table);
        List<string> problems = [.. _plan.Notes, .. _plan.PageProblems.Select(p => p.ToString())];
        if (_plan.DamagedPages.Count + _plan.PageProblems.Count(p => p.IsFree) > _plan.PageProblems.Count)
            problems.Add($"{_plan.DamagedPages.Count} damaged pages in all");
        List<string> found = ConsistencyCheck.Run(_output.Destination, _plan, _stop);
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
