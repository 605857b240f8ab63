using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.Schema;

namespace MySqlRecovery.InnoDb.Tablespace;

/// <summary>The row format of a table, as far as its file tells it.</summary>
internal static class RowFormats
{
    /// <summary>As information_schema writes it; two of them where the file does not tell which; empty for unknown.</summary>
    public static string Of(TablespaceFile file, IReadOnlyList<BTreeRoot> roots)
    {
        if (file.Flags.ZipSize != 0)
            return "Compressed";
        if (file.Flags.HasAtomicBlobs)
            return "Dynamic";

        // The flags do not tell COMPACT from REDUNDANT; the pages do.
        Span<byte> start = stackalloc byte[IndexPage.FirstRecordArea];
        if (roots.FirstOrDefault(r => !r.IsSdi) is not { } root || !file.TryReadStart(root.Page, start))
            return file.Flags.IsFullCrc32 ? "" : "Compact or Redundant";
        return !IndexPage.IsCompact(start) ? "Redundant" : file.Flags.IsFullCrc32 ? "Compact or Dynamic" : "Compact";
    }

    /// <summary>The one format, in the upper case of ROW_FORMAT; null where neither the file nor the definition tells.</summary>
    public static string? Find(TablespaceFile file, IReadOnlyList<BTreeRoot> roots, TableSchema? schema)
    {
        string[] possible = Of(file, roots).ToUpperInvariant().Split(" OR ", StringSplitOptions.RemoveEmptyEntries);
        return possible.Length == 1 ? possible[0] : Array.Find(possible, f => f == schema?.RowFormat);
    }
}
