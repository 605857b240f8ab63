using MySqlRecovery.InnoDb.Cfg;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Schema;

namespace MySqlRecovery.InnoDb.Repair;

/// <summary>The row format that a table must have on the target so that a file can be imported into it.</summary>
internal static class TargetRowFormat
{
    /// <summary>
    /// The clauses that CREATE TABLE must have; null where the definition at hand has them, or the table gets the format
    /// without them: COMPACT is the default of 5.6, DYNAMIC that of all later servers.
    /// </summary>
    public static string? NeededClause(TablespaceFile file, IReadOnlyList<BTreeRoot> roots, RepairRequest request)
    {
        if (RowFormats.Find(file, roots, request.Schema) is not { } format)
            return null;
        bool isDefaultCompact = !file.Flags.HasSdi && (request.CfgServer ?? CfgFile.HabitsIn(file)) == CfgServer.MySql56;
        string expected = request.FormatOnTarget ?? StatedIn(request.Schema) ?? (isDefaultCompact ? "COMPACT" : "DYNAMIC");
        return WithPages(format, file.Flags.ZipSize) == expected && file.Flags.PageSize == TablespaceFlags.DefaultPageSize ? null
            : file.Flags.CreateTableClause(format);
    }

    /// <summary>A row format with the size of its pages, by which two that are compressed differ.</summary>
    public static string WithPages(string format, int zipSize) => zipSize == 0 ? format : $"{format} KEY_BLOCK_SIZE={zipSize / 1024}";

    // Compressed pages are half as large as the server's, unless it is said otherwise.
    private static string? StatedIn(TableSchema? table) => table?.RowFormat switch
    {
        "COMPRESSED" => WithPages("COMPRESSED", (int)(table.KeyBlockSize * 1024 ?? TablespaceFlags.DefaultPageSize / 2)),
        null or "DEFAULT" => table?.KeyBlockSize is { } size ? WithPages("COMPRESSED", (int)size * 1024) : null,
        { } stated => stated,
    };
}
