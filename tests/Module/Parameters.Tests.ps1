BeforeDiscovery {
    $filters = 'Database', 'ExcludeDatabase', 'Table', 'ExcludeTable', 'Operation', 'StartTime', 'StopTime', 'TimeBasis', 'StartPosition', 'StopPosition',
        'Gtid', 'ExcludeGtid', 'ThreadId', 'ServerId', 'Where', 'SchemaPath', 'Connection', 'Salvage', 'KeyringPath', 'RequireComplete',
        'Server', 'StartFile', 'StopFile', 'StartGtid', 'CatalogPath'
    $connection = 'Port', 'Credential', 'SslMode', 'SslCa', 'SslCert', 'SslKey', 'DefaultsFile'
    $filters += $connection
    $cases = @(
        @{ Name = 'Export-RecoveryReport'; Expected = 'InputObject', 'Path', 'Title', 'Mask', 'SampleCount', 'Command', 'Force', 'WhatIf', 'Confirm'; Sets = '__AllParameterSets' }
        @{ Name = 'Find-Incident'; Expected = $filters + 'Path', 'LiteralPath', 'InputObject', 'MinimumScore', 'Top'; Sets = 'InputObject', 'LiteralPath', 'Path', 'Server' }
        @{ Name = 'Get-BinlogEvent'; Expected = $filters + 'Path', 'LiteralPath', 'EventType', 'Follow', 'IncludeSecret'; Sets = 'LiteralPath', 'Path', 'Server' }
        @{ Name = 'Get-RowChange'; Expected = $filters + 'Path', 'LiteralPath', 'InputObject', 'Follow', 'Flat', 'Finding', 'LogPath'; Sets = 'Finding', 'InputObject', 'LiteralPath', 'Path', 'Server' }
        @{ Name = 'Measure-BinlogEvent'; Expected = $filters + 'Path', 'LiteralPath', 'InputObject', 'By', 'Interval', 'Top', 'Follow'; Sets = 'InputObject', 'LiteralPath', 'Path', 'Server' }
        @{ Name = 'Measure-TableState'; Expected = $connection + 'Table', 'Server'; Sets = 'Server' }
        @{ Name = 'Invoke-BinlogReverse'; Expected = $filters + 'Path', 'LiteralPath', 'InputObject', 'LogPath', 'Destination', 'GtidSource', 'TargetVersion', 'TableMap', 'ExcludeLaterChange', 'MaxMemory', 'Force', 'WhatIf', 'Confirm'; Sets = 'InputObject', 'InputObjectLogPath', 'LiteralPath', 'Path', 'Server' }
        @{ Name = 'Export-RowChangeSql'; Expected = $filters + 'Path', 'LogPath', 'InputObject', 'Reverse', 'Column', 'TableMap', 'Fold', 'BatchSize', 'ExcludeLaterChange', 'MaxMemory', 'IncludeLikely', 'Force', 'WhatIf', 'Confirm'; Sets = 'InputObject', 'LogPath', 'Server' }
        @{ Name = 'Test-RowChange'; Expected = $filters + 'InputObject', 'LogPath', 'Forward', 'Column', 'TableMap', 'BatchSize', 'Cascade', 'IncludeLikely'; Sets = 'Server' }
        @{ Name = 'Restore-RowChange'; Expected = $filters + 'InputObject', 'LogPath', 'Forward', 'Column', 'TableMap', 'BatchSize', 'Cascade', 'IncludeLikely', 'OnConflict', 'As', 'AllowTrigger', 'PassThru', 'Throttle', 'WhatIf', 'Confirm'; Sets = 'Server' }
        @{ Name = 'Get-RowHistory'; Expected = $connection + 'Table', 'Key', 'LogPath', 'Server', 'StartTime', 'KeyringPath', 'SchemaPath', 'CatalogPath', 'RequireComplete'; Sets = 'Server' }
        @{ Name = 'Get-TableRow'; Expected = $connection + 'Table', 'Server', 'AsOf', 'AsOfGtid', 'AsOfFile', 'AsOfPosition', 'Where', 'Column', 'SchemaPath', 'Base', 'LogPath', 'KeyringPath', 'CatalogPath', 'MaxMemory'; Sets = 'Server' }
        @{ Name = 'Update-BinlogCatalog'; Expected = 'Path', 'LiteralPath', 'CatalogPath', 'Force', 'WhatIf', 'Confirm'; Sets = 'LiteralPath', 'Path' }
        @{ Name = 'Get-IbdRow'; Expected = $connection + 'Server', 'Path', 'LiteralPath', 'LogPath', 'Connection', 'SchemaPath', 'State', 'Column', 'Where', 'KeyringPath', 'SdiPath', 'Table'; Sets = 'LiteralPath', 'Path' }
        @{ Name = 'Export-TableRow'; Expected = $connection + 'Server', 'Path', 'InputObject', 'IbdPath', 'Format', 'Connection', 'SchemaPath', 'State', 'Column', 'KeyringPath', 'SdiPath', 'Table', 'RequireComplete', 'Force', 'WhatIf', 'Confirm'; Sets = 'IbdPath', 'InputObject' }
        @{ Name = 'Get-IbdSpaceId'; Expected = 'Path', 'LiteralPath', 'DamagedPage', 'Verify'; Sets = 'LiteralPath', 'Path' }
        @{ Name = 'Repair-IbdSpaceId'; Expected = $connection + 'Server', 'Path', 'LiteralPath', 'ReferencePath', 'SpaceId', 'ErrorLog', 'SchemaPath', 'Destination', 'InPlace', 'BackupPath', 'OnDamage', 'WriteCfg', 'TargetVersion', 'Undo', 'UndoPath', 'Force', 'WhatIf', 'Confirm'; Sets = 'LiteralPath', 'LogText', 'Path', 'Server' }
        @{ Name = 'Test-ReplicationConsistency'; Expected = $connection + 'Source', 'Replica', 'ReplicaCredential', 'Check', 'Database', 'ExcludeDatabase', 'Table', 'ExcludeTable', 'Fast', 'ChunkTime', 'MaxLag', 'MaxLoad', 'CheckpointPath', 'Quiet', 'MaxFinding', 'SourceLog', 'RelayLog', 'ReplicaLog', 'ErrorLog', 'KeyringPath'; Sets = 'Log', 'Server' }
    )
}

Describe 'The parameters of <Name>' -ForEach $cases {
    BeforeAll {
        . $PSScriptRoot/Setup.ps1
        $command = Get-Command $Name
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters
    }

    It 'are these and no others' {
        $command.Parameters.Keys | Where-Object { $_ -notin $common } | Sort-Object | Should -Be ($Expected | Sort-Object)
    }

    It 'come in these sets' {
        $command.ParameterSets.Name | Sort-Object | Should -Be $Sets
    }

    It 'know the names that other programs use' {
        if ($command.Parameters['StartTime']) { $command.Parameters['StartTime'].Aliases | Should -Be 'StartDateTime', 'After' }
        if ($command.Parameters['StopTime']) { $command.Parameters['StopTime'].Aliases | Should -Be 'StopDateTime', 'Before' }
        if ($command.Parameters['Server']) { $command.Parameters['Server'].Aliases | Should -Be 'HostName', 'ComputerName' }
        if ($command.Parameters['LiteralPath']) { $command.Parameters['LiteralPath'].Aliases | Should -Be 'PSPath', 'LP', 'FullName' }
    }

    It 'name what the cmdlet writes' {
        $command.OutputType.Type | Should -Not -BeNullOrEmpty
    }
}

Describe 'The properties of the output' {
    BeforeAll { . $PSScriptRoot/Setup.ps1 }

    It 'of <Type> have the names that scripts rely on' -ForEach @(
        @{ Type = 'BinlogEvent'; Names = 'LogFile', 'Position', 'EndPosition', 'Timestamp', 'EventType', 'Size', 'ServerId', 'ServerVersion', 'Gtid', 'ThreadId', 'Database', 'Table', 'Operation', 'RowCount', 'Statement' }
        @{ Type = 'RowChange'; Names = 'LogFile', 'Position', 'RowIndex', 'Timestamp', 'Gtid', 'ThreadId', 'Database', 'Table', 'Operation', 'Key', 'Before', 'After', 'ChangedColumn', 'ColumnName', 'Statement' }
        @{ Type = 'RowVersion'; Names = 'Server', 'Database', 'Table', 'Key', 'ValidFrom', 'ValidTo', 'FromGtid', 'FromFile', 'FromPosition', 'Operation', 'ThreadId', 'Statement', 'ChangedColumn', 'Value', 'IsExact', 'Reason' }
        @{ Type = 'UndoBinlog'; Names = 'Path', 'File', 'TransactionCount', 'RowCount', 'Table', 'IsComplete', 'Reason', 'IsVerified' }
    ) {
        $has = ("MySqlRecovery.Model.$Type" -as [type]).GetProperties().Name
        $Names | Where-Object { $_ -cnotin $has } | Should -BeNullOrEmpty
    }

    It 'give Insert, Update or Delete as the operation' {
        [enum]::GetNames([MySqlRecovery.Model.RowOperation]) | Should -Be 'Insert', 'Update', 'Delete'
    }
}

Describe 'A selector' {
    BeforeAll {
        . $PSScriptRoot/Setup.ps1
        $log = "$PSScriptRoot/../../samples/incident/binlog.000001"
    }

    It '-<_> does not take $null, which would choose everything' -ForEach 'Database', 'Table', 'ExcludeTable', 'Operation', 'StartTime', 'StopPosition', 'Gtid', 'ExcludeGtid', 'ThreadId', 'ServerId', 'Where' {
        $arguments = @{ $_ = $null }
        { Get-RowChange $log @arguments } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
    }

    It '-<_> does not take nothing, which would choose everything' -ForEach 'Database', 'Table', 'Operation', 'Gtid', 'ThreadId' {
        $arguments = @{ $_ = @() }
        { Get-RowChange $log @arguments } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
    }
}
