using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Catalog;

/// <summary>Sees to it that a log has a catalog that fits it.</summary>
internal static class CatalogUpdate
{
    /// <summary>Makes the catalog where there is none that fits the whole log.</summary>
    /// <param name="log">The log.</param>
    /// <param name="folder">Where catalogs are; null beside the logs.</param>
    /// <param name="force">Whether to make it in any case.</param>
    /// <param name="stop">Cancels.</param>
    /// <exception cref="RecoveryException">CatalogNotSupported, and what reading the log and writing end in.</exception>
    public static BinlogCatalog Run(string log, string? folder, bool force, CancellationToken stop)
    {
        if (!force && FindFitting(log, folder, out string present) is { } kept)
            return Describe(kept, log, present, isNew: false);
        CatalogLayout made = new CatalogWriter(log, stop).Write(folder, out string path);
        return Describe(made, log, path, isNew: true);
    }

    private static CatalogLayout? FindFitting(string log, string? folder, out string path)
    {
        path = string.Empty;
        using FileSource source = FileSource.Open(log);
        if (LogIdentity.Of(source) is not { } identity)
            return null;
        path = identity.PathIn(folder);
        if (!File.Exists(path))
            return null;
        try
        {
            using FileSource file = FileSource.Open(path);
            var layout = CatalogLayout.Read(file);
            using var catalog = new CatalogFile(file, layout, source, _ => { }, _ => { });
            return identity.Length == layout.LogLength && identity.FindMisfit(layout, source) == null && catalog.IsSound() ? layout : null;
        }
        catch (Exception e) when (MalformedData.Is(e) || e is RecoveryException)
        {
            return null;
        }
    }

    private static BinlogCatalog Describe(CatalogLayout layout, string log, string path, bool isNew) => new()
    {
        LogPath = log,
        Path = path,
        IsNew = isNew,
        LogSize = layout.End,
        Size = layout.FileLength,
        StretchCount = layout.StretchCount,
        RowCount = layout.Sum.Tables.Sum(t => t.InsertCount + t.UpdateCount + t.DeleteCount),
        Table = [.. layout.Tables.Select(t => new TableName(t.Database, t.Name).ToString()).Distinct().Order(StringComparer.Ordinal)],
        Reason = [.. layout.Tables.Where(t => t.KeyProblem != null)
            .Select(t => $"{new TableName(t.Database, t.Name)}: {t.KeyProblem}").Order(StringComparer.Ordinal)],
    };
}
