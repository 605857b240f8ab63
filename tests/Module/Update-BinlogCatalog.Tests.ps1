BeforeAll {
    . $PSScriptRoot/Setup.ps1
    $incident = "$PSScriptRoot/../../samples/incident/binlog.*"
}

Describe 'Update-BinlogCatalog' {
    BeforeEach {
        $logs = Join-Path $TestDrive ([guid]::NewGuid())
        New-Item -ItemType Directory $logs | Out-Null
        Copy-Item $incident $logs
        $all = "$logs/binlog.*"
        $say = { @($args[0] | ForEach-Object { ($_ | ConvertTo-Json -Depth 5 -Compress) -replace [regex]::Escape((ConvertTo-Json $logs).Trim('"')) }) }
    }

    It 'makes a catalog beside each log, once' {
        $made = Update-BinlogCatalog $all
        $made[0].GetType().FullName | Should -Be 'MySqlRecovery.Model.BinlogCatalog'
        $made.Path | Should -Be @($made.LogPath | ForEach-Object { "$_.catalog" })
        $made | ForEach-Object { $_.Path | Should -Exist; $_.Size | Should -Be (Get-Item $_.Path).Length; $_.IsNew | Should -BeTrue }
        $again = Get-ChildItem $all | Update-BinlogCatalog
        $again.LogPath | Should -Be $made.LogPath -Because 'the catalogs are no logs'
        $again.IsNew | Should -Not -Contain $true
        (Update-BinlogCatalog $made[0].LogPath -Force).IsNew | Should -BeTrue
    }

    It 'changes no answer of the cmdlets' {
        $ask = {
            & $say (Get-RowHistory flow.wf_task t107-1 -LogPath $all)
            & $say (Measure-BinlogEvent $all)
            & $say (Get-RowChange $all -Table flow.wf_task -Where @{ id = 't107-1' } | ForEach-Object ToString)
            & $say (Get-BinlogEvent $all -Table flow.* | ForEach-Object { "$($_.LogFile):$($_.Position)" })
            & $say (Find-Incident $all | ForEach-Object ToString)
            & $say (Get-RowChange $all -Table flow.wf_task -Where @{ id = 't107-1' } | Export-RowChangeSql -Reverse)
        }
        $before = & $ask
        Update-BinlogCatalog $all | Out-Null
        & $ask | Should -Be $before
    }

    It 'lets a search say how much it did not read, and finds the catalogs in a folder' {
        $folder = "$logs/catalogs"
        (Update-BinlogCatalog $all -CatalogPath $folder).Path | ForEach-Object { Split-Path $_ | Should -Be $folder }
        Get-RowChange $all -Table nowhere.nothing -CatalogPath $folder -Verbose -WarningAction SilentlyContinue 4>&1 | Out-String |
            Should -Match 'bytes were not read: its catalog says'
        Get-RowChange $all -Table nowhere.nothing -Verbose -WarningAction SilentlyContinue 4>&1 | Out-String | Should -Not -Match 'catalog'
    }

    It 'warns of a catalog that does not fit, and reads the log' {
        $expected = Get-RowHistory flow.wf_task t107-1 -LogPath $all | ForEach-Object FromPosition
        foreach ($catalog in (Update-BinlogCatalog $all).Path) { [System.IO.File]::WriteAllBytes($catalog, [byte[]] (1..100)) }
        Get-RowHistory flow.wf_task t107-1 -LogPath $all -WarningVariable told -WarningAction SilentlyContinue | ForEach-Object FromPosition | Should -Be $expected
        $told[0] | Should -Match 'does not fit .*Update-BinlogCatalog makes it anew'
    }

    It 'refuses a compressed log, by id, and goes on' {
        [System.IO.File]::WriteAllBytes("$logs/binlog.000009", [byte[]] (0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0))
        $made = Update-BinlogCatalog $all -ErrorVariable wrong -ErrorAction SilentlyContinue
        $wrong[0].FullyQualifiedErrorId | Should -BeLike 'CatalogNotSupported*'
        $made.Count | Should -Be @(Get-ChildItem $incident).Count
    }

    It 'writes nothing with -WhatIf' {
        Update-BinlogCatalog $all -WhatIf | Should -BeNullOrEmpty
        "$logs/*.catalog" | Should -Not -Exist
    }
}
