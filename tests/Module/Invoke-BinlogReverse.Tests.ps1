BeforeAll {
    . $PSScriptRoot/Setup.ps1
    $command = 'MySqlRecovery.Commands.InvokeBinlogReverseCommand'
    $count = 0
    function New-Destination { "$TestDrive/undo-$((++$script:count)).000001" }
}

Describe 'Invoke-BinlogReverse undoes' {
    It 'a file: last change first, each the other way round' {
        $undo = Invoke-BinlogReverse $Second ($path = New-Destination)
        $undo.Path | Should -Be $path
        $undo.File | Should -Be 'binlog.000002'
        $undo.TransactionCount, $undo.RowCount | Should -Be 8, 21
        ($undo.Table | Sort-Object) | Should -Be (Get-RowChange $Second | ForEach-Object { "$($_.Database).$($_.Table)" } | Sort-Object -Unique)
        $undo.IsComplete, $undo.IsVerified | Should -BeTrue
        $undo.Reason | Should -BeNullOrEmpty
        Get-RowChange $path | ConvertTo-ChangeText | Should -Be (Get-UndoText (Get-RowChange $Second))
    }

    It 'several files as one' {
        $undo = Invoke-BinlogReverse $Second, $First ($path = New-Destination) -WarningAction SilentlyContinue
        $undo.File | Should -Be 'binlog.000001', 'binlog.000002'
        Get-RowChange $path | ConvertTo-ChangeText | Should -Be (Get-UndoText (Get-RowChange $First, $Second))
    }

    It 'and says what it did not undo' {
        $undo = Invoke-BinlogReverse $First (New-Destination) -WarningVariable warnings -WarningAction SilentlyContinue
        $undo.IsComplete | Should -BeFalse
        $undo.Reason[0] | Should -BeLike '*CREATE TABLE types*'
        $warnings.Count | Should -Be 1
    }

    It 'its own undo, to the original images: <Name>' -ForEach @(
        @{ Name = 'MySQL 9.7'; File = 'mysql-9.7/binlog.000002' }
        @{ Name = 'without GTIDs and checksums'; File = 'mysql-9.7-plain/binlog.000001' }
        @{ Name = 'MySQL 5.6'; File = 'mysql-5.6/binlog.000001' }
    ) {
        $source = "$Data/$File"
        $once = Invoke-BinlogReverse $source (New-Destination) -WarningAction SilentlyContinue
        $twice = $once | Invoke-BinlogReverse -Destination (New-Destination)
        $twice.IsVerified | Should -BeTrue
        $twice | Get-RowChange | ConvertTo-ChangeText | Should -Be (Get-RowChange $source | ConvertTo-ChangeText)
    }

    It 'under GTIDs of its own where the log has them' {
        $path = New-Destination
        Invoke-BinlogReverse $Second $path -GtidSource '33333333-3333-3333-3333-333333333333' | ForEach-Object GtidSet |
            Should -Be '33333333-3333-3333-3333-333333333333:1-8'
        (Get-BinlogEvent $path -Operation Insert)[-1].Gtid | Should -BeLike '33333333-3333-3333-3333-333333333333:*'
        $plainUndo = Invoke-BinlogReverse $Plain (New-Destination) -WarningAction SilentlyContinue
        $plainUndo.GtidSet | Should -BeNullOrEmpty
        Get-BinlogEvent $plainUndo.Path | Where-Object Gtid | Should -BeNullOrEmpty
    }
}

Describe 'Invoke-BinlogReverse takes' {
    It 'events' {
        Get-BinlogEvent $Second | Where-Object Operation | Invoke-BinlogReverse -Destination ($path = New-Destination) | ForEach-Object RowCount | Should -Be 21
        Get-RowChange $path | ConvertTo-ChangeText | Should -Be (Get-UndoText (Get-RowChange $Second))
    }

    It 'chosen rows, and writes just those' {
        $chosen = Get-RowChange $Second | Where-Object { $_.Before.status -eq 'paid' -or $_.Before.id -eq 2 }
        $chosen.Count | Should -Be 6
        $undo = $chosen | Invoke-BinlogReverse -Destination ($path = New-Destination)
        $undo.RowCount | Should -Be 6
        $undo.IsVerified | Should -BeTrue
        Get-RowChange $path | ConvertTo-ChangeText | Should -Be (Get-UndoText $chosen)
    }

    It 'files of Get-ChildItem, paths and objects with a path' {
        $expected = Get-UndoText (Get-RowChange $Second)
        foreach ($source in (Get-Item $Second), $Second, [pscustomobject]@{ Path = $Second }) {
            $source | Invoke-BinlogReverse -Destination ($path = New-Destination) | ForEach-Object IsVerified | Should -BeTrue
            Get-RowChange $path | ConvertTo-ChangeText | Should -Be $expected
        }
        $all = Get-ChildItem "$Data/mysql-9.7/binlog.*" | Invoke-BinlogReverse -Destination (New-Destination) -WarningAction SilentlyContinue
        $all.File | Should -Be 'binlog.000001', 'binlog.000002'
    }

    It 'positions with a file that comes down the pipeline' {
        (Get-Item $Second | Invoke-BinlogReverse -Destination (New-Destination) -StartPosition 611 -StopPosition 1317).RowCount | Should -Be 5
    }

    It 'the filter <Name> for files, events and rows alike' -ForEach @(
        @{ Name = 'table'; With = @{ Table = 'shop.orders' }; Where = { $_.Database -eq 'shop' -and $_.Table -eq 'orders' } }
        @{ Name = 'operation'; With = @{ Operation = 'Update' }; Where = { $_.Operation -eq 'Update' } }
        @{ Name = 'row value'; With = @{ Where = @{ status = 'paid' } }; Where = { $_.Before.status -eq 'paid' -or $_.After.status -eq 'paid' } }
        @{ Name = 'session'; With = @{ ThreadId = 202 }; Where = { $_.ThreadId -eq 202 } }
        @{ Name = 'GTID'; With = @{ ExcludeGtid = '11111111-1111-1111-1111-111111111111:1-99' }; Where = { $_.Gtid -like '2*' } }
    ) {
        $expected = Get-UndoText (Get-RowChange $Second | Where-Object $Where)
        $null = Invoke-BinlogReverse $Second ($path = New-Destination) @With
        Get-RowChange $path | ConvertTo-ChangeText | Should -Be $expected
        $null = Get-BinlogEvent $Second | Invoke-BinlogReverse -Destination ($path = New-Destination) @With
        Get-RowChange $path | ConvertTo-ChangeText | Should -Be $expected
        $null = Get-RowChange $Second | Invoke-BinlogReverse -Destination ($path = New-Destination) @With
        Get-RowChange $path | ConvertTo-ChangeText | Should -Be $expected
    }
}

Describe 'Invoke-BinlogReverse -TableMap' {
    It 'undoes under another name, from files and from rows, and keeps every other table' {
        $undo = Invoke-BinlogReverse $Second "$TestDrive/named.1" -TableMap @{ 'shop.orders' = 'rescue.Aufträge'; 'crm.*' = 'x.*' }
        $undo.IsVerified | Should -BeTrue
        $undo.Table | Should -Contain 'rescue.Aufträge'
        $undo.Table | Should -Not -Contain 'shop.orders'
        $expected = Get-UndoText (Get-RowChange $Second) | ForEach-Object { $_ -replace ' shop\.orders ', ' rescue.Aufträge ' -replace ' crm\.', ' x.' }
        Get-RowChange $undo.Path | ConvertTo-ChangeText | Should -Be $expected
        $null = Get-RowChange $Second | Invoke-BinlogReverse -Destination "$TestDrive/rows.1" -TableMap @{ 'shop.orders' = 'rescue.Aufträge'; 'crm.*' = 'x.*' }
        Get-RowChange "$TestDrive/rows.1" | ConvertTo-ChangeText | Should -Be $expected
    }
}

Describe 'Invoke-BinlogReverse refuses' {
    It 'an existing file and leaves it as it was, unless -Force is given' {
        Set-Content ($path = New-Destination) 'precious'
        $result = Invoke-Recorded { Invoke-BinlogReverse $Second $path }
        $result.Errors.FullyQualifiedErrorId | Should -Be "DestinationExists,$command"
        $result.Errors[0].CategoryInfo.Category | Should -Be 'ResourceExists'
        Get-Content $path | Should -Be 'precious'
        (Invoke-BinlogReverse $Second $path -Force).IsVerified | Should -BeTrue
    }

    It 'a log that is read as destination, by whatever name, and leaves it as it was' {
        Copy-Item $Second "$TestDrive/log.1"
        $null = New-Item -ItemType SymbolicLink "$TestDrive/link.1" -Target "$TestDrive/log.1"
        $null = New-Item -ItemType HardLink "$TestDrive/hard.1" -Target "$TestDrive/log.1"
        foreach ($name in 'log.1', 'link.1', 'hard.1') {
            (Invoke-Recorded { Invoke-BinlogReverse "$TestDrive/log.1" "$TestDrive/$name" -Force }).Errors.FullyQualifiedErrorId | Should -Be "DestinationIsInput,$command"
        }

        (Get-FileHash "$TestDrive/log.1").Hash | Should -Be (Get-FileHash $Second).Hash
    }

    It 'a path with a NUL character' {
        (Invoke-Recorded { Invoke-BinlogReverse $Second "$TestDrive/a`0b" }).Errors.FullyQualifiedErrorId | Should -Be "NotAFileSystemPath,$command"
        (Invoke-Recorded { Invoke-BinlogReverse "$TestDrive/a`0b" "$TestDrive/undo.0" }).Errors.FullyQualifiedErrorId | Should -Be "NotAFileSystemPath,$command"
    }

    It 'a folder as destination, and a folder that is not there' {
        (Invoke-Recorded { Invoke-BinlogReverse $Second $TestDrive -Force }).Errors.FullyQualifiedErrorId | Should -Be "DestinationExists,$command"
        (Invoke-Recorded { Invoke-BinlogReverse $Second "$TestDrive/none/undo.1" }).Errors.FullyQualifiedErrorId | Should -Be "FolderNotFound,$command"
    }

    It '<Name> that are not in log order, since their undo would be wrong' -ForEach @(
        @{ Name = 'events'; Items = { Get-BinlogEvent $First | Where-Object Operation | Sort-Object Position -Descending } }
        @{ Name = 'rows'; Items = { Get-RowChange $First | Sort-Object Position, RowIndex -Descending } }
        @{ Name = 'rows of one event'; Items = { Get-RowChange $First | Sort-Object Position, { -$_.RowIndex } } }
        @{ Name = 'files'; Items = { Get-RowChange $Second; Get-RowChange $First } }
        @{ Name = 'rows of two servers'; Items = { Get-RowChange $First | ForEach-Object { $_.Server = 'db1'; $_ }; Get-RowChange $Second | ForEach-Object { $_.Server = 'db2'; $_ } } }
        @{ Name = 'logs of one name by two servers'; Items = { $rows = Get-RowChange $First; $rows | ForEach-Object { if ($_.Position -eq $rows[-1].Position) { $_.FormatEvent = $_.FormatEvent.Clone(); $_.FormatEvent[5] = $_.FormatEvent[5] -bxor 1 }; $_ } } }
        @{ Name = 'files taken twice'; Items = { Get-RowChange $First; Get-RowChange $Second; Get-RowChange $First } }
    ) {
        $result = Invoke-Recorded { & $Items | Invoke-BinlogReverse -Destination "$TestDrive/disorder" }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'InputNotInLogOrder,MySqlRecovery.Commands.InvokeBinlogReverseCommand'
        "$TestDrive/disorder" | Should -Not -Exist
    }

    It '<Name>, with one error, and leaves nothing behind' -ForEach @(
        @{ Name = 'a missing file'; Id = 'FileNotFound'; Run = { Invoke-BinlogReverse "$TestDrive/none.000001" $path } }
        @{ Name = 'a missing file among others'; Id = 'FileNotFound'; Run = { Invoke-BinlogReverse $Second, "$TestDrive/none.000001" $path } }
        @{ Name = 'a damaged file'; Id = 'BinlogChecksumMismatch'; Run = { Copy-Damaged $Second "$TestDrive/bad/flip.1" -FlipAt 1250; Invoke-BinlogReverse "$TestDrive/bad/flip.1" $path } }
        @{ Name = 'a truncated file'; Id = 'BinlogTruncated'; Run = { Copy-Damaged $Second "$TestDrive/bad/cut.1" -Length 1290; Invoke-BinlogReverse "$TestDrive/bad/cut.1" $path } }
        @{ Name = 'a text file'; Id = 'NotABinlog'; Run = { Invoke-BinlogReverse $OldSchema $path } }
        @{ Name = 'a range without rows'; Id = 'NoRowChange'; Run = { Invoke-BinlogReverse $Second $path -Table none } }
        @{ Name = 'a position inside an event'; Id = 'PositionNotABoundary'; Run = { Invoke-BinlogReverse $Second $path -StartPosition 500 } }
        @{ Name = 'an object that it does not know'; Id = 'InputObjectUnknown'; Run = { Get-Date | Invoke-BinlogReverse -Destination $path } }
        @{ Name = 'events without their bytes'; Id = 'RowEventIncomplete'; Run = { Get-BinlogEvent $Second | Where-Object Operation | Select-Object LogFile, Position, EventType, Operation | Invoke-BinlogReverse -Destination $path } }
        @{ Name = 'files and events together'; Id = 'InputObjectMixed'; Run = { & { Get-Item $First; Get-BinlogEvent $Second } | Invoke-BinlogReverse -Destination $path } }
        @{ Name = 'positions for objects'; Id = 'PositionWithoutFile'; Run = { Get-BinlogEvent $Second | Invoke-BinlogReverse -Destination $path -StopPosition 611 } }
    ) {
        $null = New-Item -ItemType Directory "$TestDrive/bad", "$TestDrive/out" -Force
        $path = "$TestDrive/out/undo.000001"
        $result = Invoke-Recorded $Run
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -Be "$Id,$command"
        $result.Output.Count | Should -Be 0
        Get-ChildItem "$TestDrive/out" -Force | Should -BeNullOrEmpty
    }

    It 'to write under -WhatIf' {
        $null = New-Item -ItemType Directory "$TestDrive/dry" -Force
        Invoke-BinlogReverse $Second "$TestDrive/dry/undo.000001" -WhatIf | Should -BeNullOrEmpty
        Get-BinlogEvent $Second | Invoke-BinlogReverse -Destination "$TestDrive/dry/undo.000001" -WhatIf | Should -BeNullOrEmpty
        Get-ChildItem "$TestDrive/dry" -Force | Should -BeNullOrEmpty
    }

    It 'nothing half-way: temporary files are gone after success, too' {
        $null = New-Item -ItemType Directory "$TestDrive/clean" -Force
        $null = Get-RowChange $Second | Invoke-BinlogReverse -Destination "$TestDrive/clean/undo.000001"
        (Get-ChildItem "$TestDrive/clean" -Force).Name | Should -Be 'undo.000001'
    }
}

Describe 'The logs beside objects of the pipeline' {
    BeforeAll { $gtids = Get-RowChange $First, $Second | ForEach-Object Gtid | Sort-Object -Unique }

    It 'show what came after them, as they do where they are read themselves: <Kind>' -ForEach @(
        @{ Kind = 'rows'; Read = { Get-RowChange $First, $Second -Gtid $gtid } }
        @{ Kind = 'events'; Read = { Get-BinlogEvent $First, $Second -Gtid $gtid } }
    ) {
        $silent = @{ WarningAction = 'SilentlyContinue' }
        $all = foreach ($gtid in $gtids) {
            $wanted = Invoke-BinlogReverse $First, $Second (New-Destination) -Gtid $gtid @silent
            $undo = & $Read | Invoke-BinlogReverse -LogPath $First, $Second -Destination (New-Destination) @silent
            $sql = & $Read | Export-RowChangeSql -Reverse -LogPath $First, $Second "$(New-Destination).sql" @silent
            $undo.RowCount | Should -Be $wanted.RowCount
            "$($undo.LaterChange)" | Should -Be "$($wanted.LaterChange)"
            "$($sql.LaterChange)" | Should -Be "$($wanted.LaterChange)"
            $undo.LaterChange
        }
        $all | Should -Not -BeNullOrEmpty
    }

    It 'are named where they are others' {
        $undo = Get-RowChange $First -Gtid $gtids[0] |
            Invoke-BinlogReverse -LogPath $Second -Destination (New-Destination) -WarningAction SilentlyContinue
        $undo.LaterChange | Should -BeLike '* events of the pipeline are not in the logs given beside it*'
    }

    It 'are not looked into where there are none, which is said' {
        $undo = Get-RowChange $First -Gtid $gtids[0] |
            Invoke-BinlogReverse -Destination (New-Destination) -WarningAction SilentlyContinue -WarningVariable warnings
        $null -eq $undo.LaterChange | Should -BeTrue
        $warnings | Should -BeLike '*was not looked for*'
    }

    It 'are what sums of the pipeline are read from' {
        $sum = Measure-BinlogEvent $First, $Second -By Transaction | Select-Object -Last 1
        $undo = $sum | Invoke-BinlogReverse -LogPath $First, $Second -Destination (New-Destination) -WarningAction SilentlyContinue
        $undo.RowCount | Should -Be $sum.RowCount
    }
}
