using System.Collections.Concurrent;
using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Catalog;

/// <summary>The catalogs beside logs, or in a folder. Several scans may ask.</summary>
/// <param name="folder">The folder; null for those of the logs.</param>
/// <param name="warn">Is told of catalogs that do not fit their log.</param>
internal sealed class LogCatalogs(string? folder, Action<string> warn) : ILogCatalogs
{
    private readonly ConcurrentDictionary<string, bool> _misfits = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _passed = new();

    // What is found out of a table need not be found out for each log.
    private readonly ConcurrentDictionary<string, LogTable> _tables = new(StringComparer.Ordinal);

    /// <summary>What was passed over so far, one line for each log and reading.</summary>
    public IEnumerable<string> TakePassed()
    {
        while (_passed.TryDequeue(out string? line))
            yield return line;
    }

    public ILogCatalog? Open(ByteSource source)
    {
        if (source is not FileSource log || LogIdentity.Of(log) is not { } identity || identity.PathIn(folder) is not { } path
            || !File.Exists(path) || _misfits.ContainsKey(path))
            return null;
        FileSource? file = null;
        CatalogFile? catalog = null;
        string? misfit;
        try
        {
            file = FileSource.Open(path);
            var layout = CatalogLayout.Read(file);
            for (int i = 0; i < layout.Tables.Length; i++)
                layout.Tables[i] = _tables.GetOrAdd(layout.Tables[i].Identity, layout.Tables[i]);
            catalog = new CatalogFile(file, layout, log, what => Warn(path, log.Path, what), bytes => NotePassed(identity, bytes));
            misfit = identity.FindMisfit(layout, log)
                ?? (identity.Length == layout.LogLength || catalog.IsUnchanged() ? null : "the log is not what it was");
        }
        catch (Exception e) when (MalformedData.Is(e) || e is RecoveryException)
        {
            misfit = e.Message;
        }

        if (misfit == null)
            return catalog;
        Warn(path, log.Path, misfit);
        if (catalog != null)
            catalog.Dispose();
        else
            file?.Dispose();
        return null;
    }

    private void Warn(string path, string log, string what)
    {
        if (_misfits.TryAdd(path, true))
            warn($"The catalog {path} does not fit {log}, which is read as if there were none: {what}. "
                + "Update-BinlogCatalog makes it anew.");
    }

    private void NotePassed(LogIdentity log, long bytes)
    {
        if (bytes > 0)
            _passed.Enqueue(string.Create(
                CultureInfo.InvariantCulture,
                $"Of {log.Path} {bytes} of {log.Length} bytes were not read: its catalog says that nothing that is asked for is there"));
    }
}
