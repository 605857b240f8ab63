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
        'Repair-IbdSpaceId'
        'Restore-RowChange'
        'Test-ReplicationConsistency'
        'Test-RowChange'
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
                             'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = 'See CHANGELOG.md'
        }
    }
}
