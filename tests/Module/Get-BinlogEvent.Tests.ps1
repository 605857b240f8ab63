BeforeDiscovery {
    $filters = @(
        @{ Name = 'EventType'; With = @{ EventType = 'Query', 'Xid' }; Where = { $_.EventType -in 'Query', 'Xid' } }
        @{ Name = 'Operation'; With = @{ Operation = 'Delete', 'Update' }; Where = { $_.Operation -in 'Delete', 'Update' } }
        # A statement counts by the tables that it names, wherever its session stood.
        @{ Name = 'Database'; With = @{ Database = 'crm' }; Where = { $_.Database -eq 'crm' -or $_.Statement -like 'CREATE TABLE crm.*' } }
        @{ Name = 'Database with wildcards'; With = @{ Database = 'sh*', 'nothing' }; Where = { $_.Database -like 'sh*' -and $_.Statement -notlike 'CREATE TABLE crm.*' } }
        @{ Name = 'ExcludeDatabase'; With = @{ ExcludeDatabase = 'cr?'; Operation = 'Insert' }; Where = { $_.Operation -eq 'Insert' -and $_.Database -notlike 'cr?' } }
        @{ Name = 'Table'; With = @{ Table = 'orders' }; Where = { $_.Table -eq 'orders' } }
        @{ Name = 'Table with a database'; With = @{ Table = 'crm.orders' }; Where = { $_.Table -eq 'orders' -and $_.Database -eq 'crm' } }
        @{ Name = 'Table with wildcards'; With = @{ Table = 's*.order*', 'VIS[a-i]T' }; Where = { ($_.Database -like 's*' -and $_.Table -like 'order*') -or $_.Table -eq 'visit' } }
        @{ Name = 'ExcludeTable'; With = @{ ExcludeTable = 'shop.orders', 'types'; EventType = 'WriteRows', 'DeleteRows' }; Where = { $_.EventType -in 'WriteRows', 'DeleteRows' -and $_.Table -ne 'types' -and "$($_.Database).$($_.Table)" -ne 'shop.orders' } }
        @{ Name = 'ThreadId'; With = @{ ThreadId = 202, 7 }; Where = { $_.ThreadId -eq 202 } }
        @{ Name = 'ServerId'; With = @{ ServerId = 2 }; Where = { $_.ServerId -eq 2 } }
        @{ Name = 'Gtid'; With = @{ Gtid = '22222222-2222-2222-2222-222222222222:2' }; Where = { $_.Gtid -eq '22222222-2222-2222-2222-222222222222:2' } }
        @{ Name = 'Gtid sets'; With = @{ Gtid = '11111111-1111-1111-1111-111111111111:12-14:18,22222222-2222-2222-2222-222222222222:1-2', '22222222-2222-2222-2222-222222222222:4' }
           Where = { $_.Gtid -match '^1.*:(12|13|14|18)$|^2.*:(1|2|4)$' } }
        @{ Name = 'ExcludeGtid'; With = @{ ExcludeGtid = '11111111-1111-1111-1111-111111111111:1-1000'; Operation = 'Insert', 'Update', 'Delete' }; Where = { $_.Operation -and $_.Gtid -like '2*' } }
        @{ Name = 'StartTime, UTC'; With = @{ StartTime = [datetime]::new(2026, 3, 14, 20, 30, 5, [DateTimeKind]::Utc) }; Where = { $_.Timestamp -ge [datetime]::new(2026, 3, 14, 20, 30, 5, [DateTimeKind]::Utc) } }
        @{ Name = 'StopTime, UTC'; With = @{ StopTime = [datetime]::new(2026, 3, 14, 20, 30, 5, [DateTimeKind]::Utc) }; Where = { $_.Timestamp -lt [datetime]::new(2026, 3, 14, 20, 30, 5, [DateTimeKind]::Utc) } }
        @{ Name = 'both times'; With = @{ After = [datetime]::new(2026, 3, 14, 20, 30, 0, [DateTimeKind]::Utc); Before = [datetime]::new(2026, 3, 14, 20, 30, 5, [DateTimeKind]::Utc) }
           Where = { $_.Timestamp -eq [datetime]::new(2026, 3, 14, 20, 30, 0, [DateTimeKind]::Utc) } }
        @{ Name = 'several filters'; With = @{ Database = 'shop'; Table = 'o*'; Operation = 'Delete'; ThreadId = 202; ServerId = 1 }
           Where = { $_.Database -eq 'shop' -and $_.Table -like 'o*' -and $_.Operation -eq 'Delete' -and $_.ThreadId -eq 202 -and $_.ServerId -eq 1 } }
    )
}

BeforeAll { . $PSScriptRoot/Setup.ps1 }

Describe 'Get-BinlogEvent reads files' {
    It 'event by event, without a gap' {
        $events = Get-BinlogEvent $First
        $events[0].EventType | Should -Be 'FormatDescription'
        $events[0].Position | Should -Be 4
        for ($i = 1; $i -lt $events.Count; $i++) { $events[$i].Position | Should -Be $events[$i - 1].EndPosition }
        $events[-1].EndPosition | Should -Be (Get-Item $First).Length
        $events | ForEach-Object { $_.EndPosition - $_.Position | Should -Be $_.Size }
    }

    It 'and gives each event what is known of it' {
        $event = Get-BinlogEvent $Second -Table orders -Operation Delete -Database shop
        $event.LogFile | Should -Be 'binlog.000002'
        $event.Timestamp | Should -Be ([datetime]::new(2026, 3, 14, 20, 30, 0, [DateTimeKind]::Utc))
        $event.Timestamp.Kind | Should -Be 'Utc'
        $event.ServerId | Should -Be 1
        $event.ServerVersion | Should -BeLike '9.*'
        $event.Gtid | Should -Be '22222222-2222-2222-2222-222222222222:2'
        $event.ThreadId | Should -Be 202
        $event.Operation | Should -Be 'Delete'
        $event.RowCount | Should -Be 2
        $event.Statement | Should -Be "DELETE FROM orders WHERE status = 'paid'"
    }

    It 'without GTIDs and checksums' {
        $events = Get-BinlogEvent $Plain
        $events[-1].EndPosition | Should -Be (Get-Item $Plain).Length
        ($events | Where-Object Operation).RowCount | Should -Be 2, 1, 1
        $events | Where-Object Gtid | Should -BeNullOrEmpty
        $events.EventType | Should -Contain 'AnonymousGtid'
    }

    It 'of MySQL 5.6' {
        $events = Get-BinlogEvent $Old
        $events[0].ServerVersion | Should -BeLike '5.6.*'
        ($events | Where-Object Operation | ForEach-Object Operation) | Should -Be 'Insert', 'Update', 'Delete'
    }
}

Describe 'Get-BinlogEvent finds files' {
    BeforeAll {
        $folder = Join-Path $TestDrive 'logs [old]'
        $null = New-Item -ItemType Directory $folder
        foreach ($number in 100, 9, 10) { Copy-Item -LiteralPath $Plain (Join-Path $folder "binlog.$number") }
        Copy-Item -LiteralPath $Plain (Join-Path $folder 'mysql[1].000001')
        Set-Content -LiteralPath (Join-Path $folder 'binlog.index') './binlog.9', './binlog.10', './binlog.100'
        Push-Location -LiteralPath $folder
    }
    AfterAll { Pop-Location }

    It 'by a wildcard in log order, without the index file' {
        $result = Invoke-Recorded { Get-BinlogEvent binlog.* -EventType Xid }
        $result.Errors | Should -BeNullOrEmpty
        $result.Output.LogFile | Select-Object -Unique | Should -Be 'binlog.9', 'binlog.10', 'binlog.100'
    }

    It 'in log order when they are named or piped in another' {
        (Get-BinlogEvent binlog.100, binlog.9 -EventType Stop, Rotate).LogFile | Should -Be 'binlog.9', 'binlog.100'
        ('binlog.10', 'binlog.9' | Get-BinlogEvent -EventType Rotate).LogFile | Should -Be 'binlog.9', 'binlog.10'
    }

    It 'once when two patterns match it' {
        (Get-BinlogEvent binlog.9, binlog.? -EventType Rotate).Count | Should -Be 1
    }

    It 'with brackets in the name' {
        (Get-BinlogEvent -LiteralPath 'mysql[1].000001' -EventType Rotate).LogFile | Should -Be 'mysql[1].000001'
        (Get-BinlogEvent -Path 'mysql`[1`].000001' -EventType Rotate).LogFile | Should -Be 'mysql[1].000001'
        (Get-ChildItem -LiteralPath . -Filter 'mysql*' | Get-BinlogEvent -EventType Rotate).LogFile | Should -Be 'mysql[1].000001'
    }

    It 'that Get-ChildItem brings, the index file left out' {
        $result = Invoke-Recorded { Get-ChildItem -LiteralPath . -Filter 'binlog.*' | Get-BinlogEvent -EventType Rotate }
        $result.Errors | Should -BeNullOrEmpty
        $result.Output.LogFile | Should -Be 'binlog.9', 'binlog.10', 'binlog.100'
    }

    It 'but an index file that was named is told to be none' {
        (Invoke-Recorded { Get-BinlogEvent binlog.index }).Errors.FullyQualifiedErrorId | Should -BeLike 'NotABinlog,*'
    }
}

Describe 'Get-BinlogEvent reports what it cannot read' {
    BeforeAll {
        $single = { param($Result) $Result.Errors.Count | Should -Be 1; $Result.Errors[0] }
        $command = 'MySqlRecovery.Commands.GetBinlogEventCommand'
    }

    It 'a missing file, and goes on with the next' {
        $result = Invoke-Recorded { Get-BinlogEvent "$TestDrive/none.000001", $Plain -EventType Rotate }
        $failure = & $single $result
        $failure.FullyQualifiedErrorId | Should -Be "FileNotFound,$command"
        $failure.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failure.TargetObject | Should -BeLike '*none.000001'
        $result.Output.Count | Should -Be 1
    }

    It 'a wildcard that matches nothing' {
        (& $single (Invoke-Recorded { Get-BinlogEvent "$TestDrive/none.*" })).FullyQualifiedErrorId | Should -Be "FileNotFound,$command"
    }

    It 'a folder' {
        (& $single (Invoke-Recorded { Get-BinlogEvent $Data })).FullyQualifiedErrorId | Should -Be "FileNotFound,$command"
    }

    It 'a path that is none of the file system' {
        (& $single (Invoke-Recorded { Get-BinlogEvent Env:PATH })).FullyQualifiedErrorId | Should -Be "NotAFileSystemPath,$command"
    }

    It 'a text file, with file and offset' {
        Set-Content "$TestDrive/text.000001" 'this is no binlog'
        $failure = & $single (Invoke-Recorded { Get-BinlogEvent "$TestDrive/text.000001" })
        $failure.FullyQualifiedErrorId | Should -Be "NotABinlog,$command"
        $failure.CategoryInfo.Category | Should -Be 'InvalidData'
        $failure.Exception.Offset | Should -Be 0
        "$failure" | Should -BeLike '*text.000001, offset 0:*'
    }

    It 'an empty file' {
        $null = New-Item "$TestDrive/empty.000001"
        $failure = & $single (Invoke-Recorded { Get-BinlogEvent "$TestDrive/empty.000001" })
        $failure.FullyQualifiedErrorId | Should -Be "BinlogEmpty,$command"
        "$failure" | Should -BeLike '*empty.000001, offset 0:*'
    }

    It 'a file cut off at <Length>, after the events before it, and goes on with the next' -ForEach @(
        @{ Length = 3; At = 0; Before = 0; Id = 'NotABinlog' }
        @{ Length = 100; At = 4; Before = 0; Id = 'BinlogTruncated' }
        @{ Length = 1200; At = 1197; Before = 15; Id = 'BinlogTruncated' }
        @{ Length = 1290; At = 1286; Before = 16; Id = 'BinlogTruncated' }
    ) {
        Copy-Damaged $Second "$TestDrive/cut.000001" -Length $Length
        $result = Invoke-Recorded { Get-BinlogEvent "$TestDrive/cut.000001", $Plain }
        $failure = & $single $result
        $failure.FullyQualifiedErrorId | Should -Be "$Id,$command"
        $failure.Exception.Offset | Should -Be $At
        $failure.Exception.Path | Should -Be "$TestDrive/cut.000001"
        @($result.Output | Where-Object LogFile -eq 'cut.000001').Count | Should -Be $Before
        @($result.Output | Where-Object LogFile -eq 'binlog.000001').Count | Should -Be @(Get-BinlogEvent $Plain).Count
    }

    It 'a flipped bit at <At>, after the events before it' -ForEach @(
        @{ At = 50; Offset = 4 }
        @{ At = 1250; Offset = 1197 }
        @{ At = 12250; Offset = 12214 }
    ) {
        Copy-Damaged $Second "$TestDrive/flip.000001" -FlipAt $At
        $result = Invoke-Recorded { Get-BinlogEvent "$TestDrive/flip.000001" }
        $failure = & $single $result
        $failure.FullyQualifiedErrorId | Should -Be "BinlogChecksumMismatch,$command"
        $failure.Exception.Offset | Should -Be $Offset
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $result.Output.Count | Should -Be @(Get-BinlogEvent $Second | Where-Object Position -lt $Offset).Count
    }

    It 'a GTID that is none' {
        (& $single (Invoke-Recorded { Get-BinlogEvent $First -Gtid 'abc' })).FullyQualifiedErrorId | Should -Be "GtidInvalid,$command"
    }
}

Describe 'Get-BinlogEvent filters' {
    BeforeAll { $all = Get-BinlogEvent $First, $Second }

    It 'by <Name> as Where-Object does' -ForEach $filters {
        $expected = @($all | Where-Object $Where)
        $expected.Count | Should -BeGreaterThan 0
        $expected.Count | Should -BeLessThan $all.Count
        @(Get-BinlogEvent $First, $Second @With).ForEach('ToString') | Should -Be $expected.ForEach('ToString')
    }

    It 'by a table whose name has a dot and a backquote' {
        $expected = @($all | Where-Object Table -eq 'odd.na`me')
        $expected.Count | Should -Be 4
        @(Get-BinlogEvent $First, $Second -Table 'odd.na``me').ForEach('ToString') | Should -Be $expected.ForEach('ToString')
        @(Get-BinlogEvent $First, $Second -Table 'shop.odd*').ForEach('ToString') | Should -Be $expected.ForEach('ToString')
    }

    It 'takes a time without kind, and a text, as local time' {
        $script = "Import-Module '$Manifest'
            @(Get-BinlogEvent '$Second' -StartTime '2026-03-14 13:30:05' -EventType Xid).Count
            @(Get-BinlogEvent '$Second' -StartTime ([datetime]::new(2026, 3, 14, 13, 30, 5)) -EventType Xid).Count
            @(Get-BinlogEvent '$Second' -StartTime ([datetime]::new(2026, 3, 14, 13, 30, 5, [DateTimeKind]::Local)) -EventType Xid).Count
            @(Get-BinlogEvent '$Second' -StartTime ([datetime]::new(2026, 3, 14, 20, 30, 5, [DateTimeKind]::Utc)) -EventType Xid).Count"
        # Los Angeles was seven hours behind UTC on that day.
        $saved = $env:TZ
        try { $env:TZ = 'America/Los_Angeles'; $counts = & $Pwsh -NoProfile -NonInteractive -Command $script } finally { $env:TZ = $saved }
        $expected = @($all | Where-Object { $_.EventType -eq 'Xid' -and $_.LogFile -eq 'binlog.000002' -and $_.ServerId -eq 2 }).Count
        $counts | Should -Be @($expected, $expected, $expected, $expected)
    }

    It 'by positions: the start of the first file, the stop of the last' {
        $events = Get-BinlogEvent $First, $Second -StartPosition 5027 -StopPosition 611
        $events[0].ToString() | Should -Be 'binlog.000001:5027 Gtid'
        $events[-1].ToString() | Should -Be 'binlog.000002:580 Xid'
        $events.Count | Should -Be @($all | Where-Object { $_.LogFile -eq 'binlog.000001' ? $_.Position -ge 5027 : $_.Position -lt 611 }).Count
        @(Get-BinlogEvent $Second -StartPosition 611 -StopPosition 611).Count | Should -Be 0
    }

    It 'and still knows the transaction when the start lies in the middle of it' {
        $event = Get-BinlogEvent $Second -StartPosition 1197 -StopPosition 1286
        $event.Gtid | Should -Be '22222222-2222-2222-2222-222222222222:2'
        $event.ThreadId | Should -Be 202
        $event.Table | Should -Be 'orders'
    }

    It 'and refuses a position that is no boundary: <With>' -ForEach @(
        @{ With = @{ StartPosition = 612 } }
        @{ With = @{ StopPosition = 612 } }
        @{ With = @{ StartPosition = 1000000 } }
        @{ With = @{ StopPosition = 1000000 } }
    ) {
        $result = Invoke-Recorded { Get-BinlogEvent $Second @With }
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'PositionNotABoundary,*'
    }

    It 'by values of rows' {
        $changes = Get-RowChange $First, $Second | Where-Object { $_.Before.status -eq 'paid' -or $_.After.status -eq 'paid' }
        (Get-BinlogEvent $First, $Second -Where @{ status = 'paid' }).Position | Should -Be ($changes.Position | Select-Object -Unique)
    }
}

Describe 'Get-BinlogEvent in a pipeline' {
    It 'stops when enough was taken, and the script goes on' {
        $taken = Get-BinlogEvent $First, $Second | Select-Object -First 1
        $taken.EventType | Should -Be 'FormatDescription'
        $copy = "$TestDrive/free.000001"
        Copy-Item $First $copy
        $null = Get-BinlogEvent $copy | Select-Object -First 1
        Remove-Item $copy
        Test-Path $copy | Should -BeFalse
    }

    It 'reads standard input' -Skip:$IsWindows {
        # A pipe of PowerShell would take the bytes for text.
        sh -c "'$pwsh' -NoProfile -Command `"Import-Module '$Manifest'; (Get-BinlogEvent -LiteralPath -).Count`" < '$First'" |
            Should -Be (Get-BinlogEvent $First).Count
    }

    It 'names a column that -Where has and no row' {
        $result = Invoke-Recorded { Get-RowChange $First -Where @{ stauts = 'paid' } }
        $result.Output | Should -BeNullOrEmpty
        $result.Errors.FullyQualifiedErrorId | Should -Be 'WhereColumnUnknown,MySqlRecovery.Commands.GetRowChangeCommand'
    }

    It 'runs in parallel' {
        $counts = 1..4 | ForEach-Object -Parallel { Import-Module $using:Manifest; @(Get-BinlogEvent $using:First).Count } -ThrottleLimit 2
        $counts | Should -Be (@(@(Get-BinlogEvent $First).Count) * 4)
    }
}
