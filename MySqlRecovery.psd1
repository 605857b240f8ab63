@{
    RootModule           = 'bin/MySqlRecovery.dll'
    ModuleVersion        = '0.1.0'
    CompatiblePSEditions = @('Core')
    GUID                 = '8b0f5a8e-6c1f-4c56-9a2e-3f7d2b9c4e10'
    Author               = 'MySqlRecovery contributors'
    CompanyName          = 'MySqlRecovery contributors'
    Copyright            = '(c) 2026 The MySqlRecovery contributors. MIT license.'
    Description          = 'Gets lost MySQL and MariaDB data back: finds what happened in the binary logs and undoes it, row by row on the server, as a reversed binlog or as SQL.'
    PowerShellVersion    = '7.4'
    # Loaded before the types file is read, which names types of it.
    RequiredAssemblies   = @('bin/MySqlRecovery.Core.dll')
    TypesToProcess       = @('MySqlRecovery.Types.ps1xml')
    FormatsToProcess     = @('MySqlRecovery.Format.ps1xml')
    CmdletsToExport      = @(
        'Export-RecoveryReport'
        'Export-RowChangeSql'
        'Export-TableRow'
        'Find-Incident'
        'Get-BinlogEvent'
        'Get-IbdRow'
        'Get-IbdSpaceId'
        'Get-RowChange'
        'Get-RowHistory'
        'Get-TableRow'
        'Invoke-BinlogReverse'
        'Measure-BinlogEvent'
        'Measure-TableState'
        'Repair-IbdSpaceId'
        'Restore-RowChange'
        'Test-ReplicationConsistency'
        'Test-RowChange'
        'Update-BinlogCatalog'
    )
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    FileList             = @(
        'MySqlRecovery.psd1'
        'MySqlRecovery.Format.ps1xml'
        'MySqlRecovery.Types.ps1xml'
        'en-US/MySqlRecovery.dll-Help.xml'
        'en-US/about_BinlogRecovery.help.txt'
        'en-US/about_IbdRecovery.help.txt'
        'en-US/about_MySqlRecovery.help.txt'
        'en-US/about_ReplicationConsistency.help.txt'
        'docs/Export-RecoveryReport.md'
        'docs/Export-RowChangeSql.md'
        'docs/Export-TableRow.md'
        'docs/Find-Incident.md'
        'docs/Get-BinlogEvent.md'
        'docs/Get-IbdRow.md'
        'docs/Get-IbdSpaceId.md'
        'docs/Get-RowChange.md'
        'docs/Get-RowHistory.md'
        'docs/Get-TableRow.md'
        'docs/Invoke-BinlogReverse.md'
        'docs/Measure-BinlogEvent.md'
        'docs/Measure-TableState.md'
        'docs/Repair-IbdSpaceId.md'
        'docs/Restore-RowChange.md'
        'docs/Test-ReplicationConsistency.md'
        'docs/Test-RowChange.md'
        'docs/Update-BinlogCatalog.md'
        'docs/shared-parameters.md'
        'docs/runbooks/README.md'
        'docs/runbooks/bulk-update-one-column.md'
        'docs/runbooks/bulk-update-one-column.ps1'
        'docs/runbooks/delete-cascade.md'
        'docs/runbooks/delete-cascade.ps1'
        'docs/runbooks/delete-without-binlog.md'
        'docs/runbooks/delete-without-binlog.ps1'
        'docs/runbooks/failover-lost-rows.md'
        'docs/runbooks/failover-lost-rows.ps1'
        'docs/runbooks/orphaned-ibd-files.md'
        'docs/runbooks/orphaned-ibd-files.ps1'
        'docs/runbooks/proof.md'
        'docs/runbooks/roll-forward-one-table.md'
        'docs/runbooks/roll-forward-one-table.ps1'
        'docs/runbooks/rows-in-the-wrong-table.md'
        'docs/runbooks/rows-in-the-wrong-table.ps1'
        'CHANGELOG.md'
        'LICENSE'
        'README.md'
        'THIRD-PARTY-NOTICES.txt'
        'bin/MySqlRecovery.dll'
        'bin/MySqlRecovery.Core.dll'
        'bin/private/Microsoft.Extensions.DependencyInjection.Abstractions.dll'
        'bin/private/Microsoft.Extensions.Logging.Abstractions.dll'
        'bin/private/MySqlConnector.dll'
        'bin/private/MySqlRecovery.Client.dll'
        'bin/private/System.IO.Hashing.dll'
        'bin/private/ZstdSharp.dll'
    )
    PrivateData          = @{
        PSData = @{
            Tags         = @('MySQL', 'MariaDB', 'binlog', 'recovery', 'undo', 'flashback', 'InnoDB', 'replication',
                             'rollback', 'undelete', 'TRUNCATE', 'DROP', 'ibdata1', 'ibd', 'GTID', 'point-in-time',
                             'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = 'See CHANGELOG.md'
        }
    }
}
