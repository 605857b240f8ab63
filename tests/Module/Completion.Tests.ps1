BeforeAll {
    . $PSScriptRoot/Setup.ps1
    # What the Tab key offers at the end of a line.
    function Get-Completion([string] $Line) {
        @([System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches.CompletionText)
    }

    # Who presses the Tab key is not kept waiting for a file that takes long to read, as the first one may on a busy machine. What has been read once is known.
    $deadline = [datetime]::UtcNow.AddMinutes(3)
    foreach ($log in $First, $Second) {
        while ((Get-Completion "Get-RowChange '$log' -Database ") -notcontains 'crm' -and [datetime]::UtcNow -lt $deadline) { }
    }
}

Describe 'The Tab key' {
    It 'offers the databases and tables of the files on the line for <Command>' -ForEach @(
        @{ Command = 'Get-BinlogEvent'; Path = '' }, @{ Command = 'Get-RowChange'; Path = '-Path' }, @{ Command = 'Measure-BinlogEvent'; Path = '-LiteralPath' }
        @{ Command = 'Invoke-BinlogReverse'; Path = '' }, @{ Command = 'Export-RowChangeSql'; Path = '-LogPath' }
    ) {
        Get-Completion "$Command $Path '$Second' -Database " | Should -Be 'crm', 'shop'
        Get-Completion "$Command $Path '$Second' -ExcludeDatabase s" | Should -Be 'shop'
        Get-Completion "$Command $Path '$Second' -Table shop.ord" | Should -Be 'shop.order_line', 'shop.orders'
        Get-Completion "$Command $Path '$Second' -ExcludeTable vis" | Should -Contain 'shop.visit'
    }

    It 'takes wildcards and a path relative to where the user is, and keeps quotes out of the way' {
        Push-Location (Split-Path $Second)
        try {
            Get-Completion 'Get-RowChange binlog.* -Database ' | Should -Contain 'crm'
            Get-Completion "Get-RowChange binlog.* -Table 'shop.ord" | Should -Contain 'shop.orders'
        }
        finally { Pop-Location }
    }

    It 'offers the sources of GTIDs, and leaves the numbers to write' {
        $sources = (Get-BinlogEvent $Second -EventType Gtid).Gtid -replace '\d+$' | Sort-Object -Unique
        Get-Completion "Get-BinlogEvent '$Second' -Gtid " | Should -Be $sources
        Get-Completion "Get-BinlogEvent '$Second' -ExcludeGtid $($sources[1].Substring(0, 5))" | Should -Be $sources[1]
    }

    It 'quotes a name that needs it, and escapes what would be a wildcard' {
        Get-Completion "Get-RowChange '$Second' -Table shop.odd" | Should -Be "'shop.odd.na````me'"
        Get-RowChange $Second -Table 'shop.odd.na``me' | Should -Not -BeNullOrEmpty
    }

    It 'offers sessions, those of the most transactions first, and says how many they have' {
        $threads = Get-BinlogEvent $Second -EventType Query | Group-Object ThreadId
        Get-Completion "Get-RowChange '$Second' -ThreadId " | Sort-Object | Should -Be ($threads.Name | Sort-Object)
        $most = @(Get-Completion "Get-RowChange '$Second' -ThreadId ")[0]
        ($threads | Where-Object Name -EQ $most).Count | Should -Be ($threads | Measure-Object Count -Maximum).Maximum
        $line = "Get-RowChange '$Second' -ThreadId $most"
        [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches[0].ToolTip | Should -BeLike "session ${most}: * transactions"
    }

    It 'offers the columns of the tables that are chosen, for -Column and as the beginning of -Where' {
        Get-Completion "Export-RowChangeSql -LogPath '$Second' -Table shop.orders -Column st" | Should -Be 'status'
        $columns = (Get-RowChange $Second -Table shop.orders).ColumnName | ForEach-Object { $_ } | Sort-Object -Unique
        Get-Completion "Get-RowChange '$Second' -Table shop.orders -Where " | Should -Be $columns.ForEach{ "@{ $_ = " }
        Get-Completion "Get-RowChange '$Second' -Table shop.orders -Where st" | Should -Be '@{ status = '
    }

    It 'reads what is in a splatted variable' {
        $global:Choice = @{ Path = $Second; Table = 'shop.orders' }
        try {
            Get-Completion 'Get-RowChange @Choice -Database ' | Should -Be 'crm', 'shop'
            Get-Completion 'Get-RowChange @Choice -Where st' | Should -Be '@{ status = '
        }
        finally { Remove-Variable -Scope Global Choice }
    }

    It 'offers event types and operations' {
        Get-Completion "Get-BinlogEvent '$Second' -EventType Write" | Should -Contain 'WriteRows'
        Get-Completion "Get-RowChange '$Second' -Operation " | Should -Be 'Delete', 'Insert', 'Update'
    }

    It 'sees that a file has changed' {
        Copy-Item $Plain "$TestDrive/log.000001"
        $before = Get-Completion "Get-RowChange '$TestDrive/log.000001' -Table "
        Copy-Item $Second "$TestDrive/log.000001" -Force
        (Get-Item "$TestDrive/log.000001").LastWriteTimeUtc = [datetime]::UtcNow
        Get-Completion "Get-RowChange '$TestDrive/log.000001' -Table " | Should -Not -Be $before
    }

    It 'offers nothing of its own, and no error, where there is no log' {
        $Error.Clear()
        Get-Completion "Get-RowChange '$Manifest' -Database " | Should -Not -Contain 'shop'
        Get-Completion "Get-RowChange '$TestDrive/none*' -Database " | Should -Not -Contain 'shop'
        Get-Completion 'Get-RowChange -Database ' | Should -Not -Contain 'shop'
        $Error | Should -BeNullOrEmpty
    }
}
