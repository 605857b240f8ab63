using System.Collections.Concurrent;
using System.Management.Automation;
using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.Catalog;
using MySqlRecovery.Input;

namespace MySqlRecovery.Commands;

/// <summary>What the cmdlets share that read logs: what is known of logs and tables from elsewhere, and warnings of any thread.</summary>
public abstract class LogReaderCmdlet : ServerCmdlet
{
    // From whatever thread; written by the pipeline's own.
    private readonly ConcurrentQueue<string> _warnings = new();
    private readonly ConcurrentQueue<string> _told = new();
    private LogCatalogs? _catalogs;

    /// <summary>
    /// Keyring files of the server for encrypted logs: component_keyring_file's JSON, the file of the keyring_file plugin, or
    /// the key file of MariaDB's file_key_management.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] KeyringPath { get; set; } = [];

    /// <summary>
    /// A file of CREATE TABLE statements, as mysqldump --no-data --triggers writes it: names columns, keys, generated
    /// columns and character sets where the log does not.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SchemaPath { get; set; }

    /// <summary>The folder with the catalogs of log files, made by Update-BinlogCatalog; without it, they are beside the logs.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CatalogPath { get; set; }

    /// <summary>The keys of -KeyringPath; null for none.</summary>
    private protected Keyring? LogKeyring { get; private set; }

    /// <summary>What is known of log files from earlier readings.</summary>
    private protected LogCatalogs Catalogs =>
        _catalogs ??= new LogCatalogs(CatalogPath == null ? null : this.ResolveDestination(CatalogPath), Warn);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (KeyringPath.Length > 0)
            LogKeyring = Try(() => Keyring.Open(KeyringPath.Select(this.ResolveDestination)));
    }

    /// <summary>Takes a warning from whatever thread reads a log; it is written at the next step.</summary>
    private protected void Warn(string text) => _warnings.Enqueue(text);

    /// <summary>The same of what is said with -Verbose only.</summary>
    private protected void Tell(string text) => _told.Enqueue(text);

    /// <summary>Writes the warnings so far, and, verbosely, what is read and what is not.</summary>
    private protected void WriteWarnings()
    {
        while (_told.TryDequeue(out string? told))
            WriteVerbose(Visible(told));
        while (_warnings.TryDequeue(out string? warning))
            WriteWarning(warning);
        foreach (string passed in _catalogs?.TakePassed() ?? [])
            WriteVerbose(Visible(passed));
    }
}
