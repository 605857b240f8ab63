using System.Management.Automation;
using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.InnoDb.Rows;
using MySqlRecovery.Schema;

namespace MySqlRecovery.Input;

/// <summary>The parameters with which tables' files are read.</summary>
internal static class TableFileInput
{
    /// <summary>How new a file's rows are.</summary>
    public static string SayHowNew(string path, ulong newestLsn) =>
        $"{path}: the newest of its leaves is of LSN {newestLsn}; what the redo log of its server has from there on is not in the rows.";

    /// <summary>Reads the files that the parameters name.</summary>
    public static TableFileOptions ReadTableFileOptions(
        this PSCmdlet cmdlet, string? schemaPath, string[] keyringPaths, string? sdiPath, string? table,
        DefinitionServer? server) => new()
        {
            AskServer = server == null ? null : server.Find,
            Schema = schemaPath == null ? null : SchemaCatalog.Load(cmdlet.ResolveDestination(schemaPath)),
            Keyring = keyringPaths.Length == 0 ? null : Keyring.Open(keyringPaths.Select(cmdlet.ResolveDestination)),
            SdiPath = sdiPath == null ? null : cmdlet.ResolveDestination(sdiPath),
            Table = table,
        };
}
