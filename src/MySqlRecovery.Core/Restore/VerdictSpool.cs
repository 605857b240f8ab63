using MySqlRecovery.Changes;
using MySqlRecovery.Gtids;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Restore;

/// <summary>Takes verdicts of Test-RowChange from the pipeline into a temporary file, from which their rows are restored.</summary>
internal sealed class VerdictSpool : IDisposable
{
    private readonly PipelineTableMaps _maps;
    private readonly ChangeIndex _index = new();
    private readonly SpoolFile _file = SpoolFile.Create();
    private readonly NetChanges _changes;

    /// <param name="maps">Makes table maps of the verdicts' bytes.</param>
    public VerdictSpool(PipelineTableMaps maps)
    {
        _maps = maps;
        _index.Sources.Add(_file);
        _changes = NetChanges.Empty(_index);
    }

    /// <summary>Whether the verdicts are of changes that are to be done, not undone; null before the first.</summary>
    public bool? IsForward { get; private set; }

    public void Add(RowVerdict verdict)
    {
        if (IsForward is { } known && known != verdict.IsForward)
            throw new RecoveryException(
                "InputObjectMixed", RecoveryErrorKind.InvalidArgument, "verdicts of undoing and of -Forward came down the pipeline together",
                recommendedAction: "Restore the one, then the other.");
        IsForward = verdict.IsForward;
        byte[]? raw = verdict.TableMapEvent;
        if (raw == null || (verdict.BeforeImage ?? verdict.AfterImage) == null)
        {
            _index.Obstacles.AddRows(verdict.Database, verdict.Table, 1, verdict.Reason ?? "the verdict does not carry the bytes of the row", verdict.LogFile, verdict.Position);
            return;
        }

        int log = _index.LogFiles.IndexOf(verdict.LogFile);
        if (log < 0)
        {
            log = _index.LogFiles.Count;
            _index.LogFiles.Add(verdict.LogFile);
        }

        Gtid? gtid = verdict.Gtid == null ? null : Gtid.Parse(verdict.Gtid);
        _index.BeginTransaction(log, verdict.Position, gtid == null ? IndexedTransactionKind.Anonymous : IndexedTransactionKind.Gtid, 0, gtid);
        int map = _index.NumberOf(_maps.Find(raw, verdict));
        _changes.AddSummed(map, Append(verdict.BeforeImage), Append(verdict.AfterImage), _index.Transactions.Count - 1);
    }

    /// <summary>The rows of all verdicts; whoever takes them disposes of them.</summary>
    public NetChanges Rows => _changes;

    public void Dispose() => _changes.Dispose();

    private FoldedRow.Image Append(byte[]? image)
    {
        if (image == null)
            return default;
        long offset = _file.Length;
        _file.Append(image);
        return new FoldedRow.Image(0, image.Length, offset);
    }
}
