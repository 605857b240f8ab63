BeforeAll {
    . $PSScriptRoot/Setup.ps1
    $logs = "$PSScriptRoot/../../samples/incident/binlog.*"
}

Describe 'Measure-BinlogEvent' {
    BeforeAll { $changes = Get-RowChange $First, $Second }

    It 'counts by table what Group-Object counts' {
        $expected = $changes | Group-Object Database, Table | ForEach-Object {
            $count = { param($Operation) @($_.Group | Where-Object Operation -eq $Operation).Count }
            "$($_.Group[0].Database).$($_.Group[0].Table): $(& $count Insert) inserted, $(& $count Update) updated, $(& $count Delete) deleted"
        } | Sort-Object
        Measure-BinlogEvent $First, $Second | ForEach-Object ToString | Sort-Object | Should -Be $expected
    }

    It 'sums by transaction in log order, with the positions to go on from' {
        $sums = Measure-BinlogEvent $Second -By Transaction
        $sums.Gtid | Should -Be ($changes | Where-Object LogFile -eq 'binlog.000002' | ForEach-Object Gtid | Select-Object -Unique)
        $sums[1].StartPosition | Should -Be 611
        $sums[1].Table | Should -Be 'shop.order_line, shop.orders'
        $sums[1].ThreadId | Should -Be 202
        $sums[1].RowCount, $sums[1].DeleteCount, $sums[1].EventCount | Should -Be 5, 5, 2
    }

    It 'gives the same for events from the pipeline' {
        (Get-BinlogEvent $First, $Second | Measure-BinlogEvent).ForEach('ToString') | Should -Be (Measure-BinlogEvent $First, $Second).ForEach('ToString')
        (Get-BinlogEvent $First, $Second | Measure-BinlogEvent -By Transaction).ForEach('ToString') |
            Should -Be (Measure-BinlogEvent $First, $Second -By Transaction).ForEach('ToString')
    }

    It 'takes files of Get-ChildItem' {
        (Get-ChildItem "$Data/mysql-9.7/binlog.*" | Measure-BinlogEvent | Measure-Object RowCount -Sum).Sum | Should -Be 44
    }

    It 'counts what the filters let through' {
        (Measure-BinlogEvent $First, $Second -Table orders -Where @{ status = 'paid' }).ToString() | Should -Be 'shop.orders: 2 inserted, 0 updated, 2 deleted'
        (Get-BinlogEvent $First, $Second | Measure-BinlogEvent -Table orders -Where @{ status = 'paid' }).ToString() | Should -Be 'shop.orders: 2 inserted, 0 updated, 2 deleted'
    }

    It 'warns of what is in no sum, and not of a table that came new and empty' {
        $null = Measure-BinlogEvent $First -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $created = Get-BinlogEvent $First | Where-Object Statement -Like 'CREATE TABLE*' | Select-Object -First 1
        $created.Statement = 'TRUNCATE TABLE orders'
        $null = $created | Measure-BinlogEvent -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeLike 'Not in these sums*TRUNCATE TABLE*'
    }

    It 'reports a missing file and goes on' {
        $result = Invoke-Recorded { Measure-BinlogEvent "$TestDrive/none", $Plain }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'FileNotFound,MySqlRecovery.Commands.MeasureBinlogEventCommand'
        $result.Output.RowCount | Should -Be 4
    }

    It 'sums by session, kind of statement and time, and nothing is lost or counted twice: <_>' -ForEach 'Session', 'Statement', 'Time' {
        $sums = Measure-BinlogEvent $logs -By $_
        ($sums | Measure-Object RowCount -Sum).Sum | Should -Be 179
        $sums.By | Select-Object -Unique | Should -Be $_
    }

    It 'sums by session, most rows first' {
        $sums = Measure-BinlogEvent $logs -By Session
        $sums.ThreadId | Should -Be 12, 14, 15, 13
        $sums[1].TransactionCount, $sums[1].DeleteCount, $sums[1].UpdateCount, $sums[1].InsertCount | Should -Be 5, 50, 15, 0
        $sums[1].ToString() | Should -Be 'session 14: 0 inserted, 15 updated, 50 deleted'
    }

    It 'sums by kind of statement: values do not count' {
        $sum = (Measure-BinlogEvent $logs -By Statement -Operation Delete)[0]
        $sum.Statement | Should -Be 'delete from wf_variable where execution_id = ?'
        $sum.TransactionCount, $sum.RowCount | Should -Be 6, 24
    }

    It 'says that a log has no statements' {
        $sum = Measure-BinlogEvent $Plain -By Statement -WarningVariable warnings -WarningAction SilentlyContinue
        $sum.Statement | Should -BeNullOrEmpty
        $warnings | Should -BeLike 'The log has no statements for 4 rows: *'
    }

    It 'sums by time, in intervals as people write them' {
        (Measure-BinlogEvent $logs -By Time).IntervalStart.ForEach('ToString', 'HH:mm') | Should -Be '09:12', '20:28', '20:30', '20:31'
        (Measure-BinlogEvent $logs -By Time -Interval 1h).IntervalStart.ForEach('ToString', 'HH:mm') | Should -Be '09:00', '20:00'
        (Measure-BinlogEvent $logs -By Time -Interval 5s -StartTime 2026-11-17T20:30Z -StopTime 2026-11-17T20:31Z).IntervalStart.ForEach('ToString', 'HH:mm:ss') | Should -Be '20:30:00', '20:30:05', '20:30:10'
        (Measure-BinlogEvent $logs -By Time -Interval 1d).IntervalStart | Should -Be ([datetime] '2026-11-17')
        { Measure-BinlogEvent $logs -By Time -Interval 5 } | Should -Throw -ErrorId 'ParameterArgumentTransformationError*'
        (Measure-BinlogEvent $logs -By Time -Interval 1:30:00)[0].Interval | Should -Be ([timespan] '1:30:00')
        (Invoke-Recorded { Measure-BinlogEvent $logs -Interval 1m }).Errors.FullyQualifiedErrorId | Should -BeLike 'InvalidParameters,*'
    }

    It 'gives the largest sums only, most rows first' {
        $all = Measure-BinlogEvent $logs -By Transaction
        $top = Measure-BinlogEvent $logs -By Transaction -Top 3
        $top.RowCount | Should -Be ($all | Sort-Object RowCount -Descending -Stable | Select-Object -First 3).RowCount
        (Measure-BinlogEvent $logs -Top 2).Table | Should -Be 'wf_variable', 'wf_execution'
    }
}

Describe 'A sum of Measure-BinlogEvent' {
    It 'by <By> gives Get-RowChange exactly the rows that it counted, live and stored' -ForEach @(
        foreach ($by in 'Table', 'Transaction', 'Session', 'Statement', 'Time') { @{ By = $by } }
    ) {
        $sums = @(Measure-BinlogEvent $logs -By $By)
        $sums | Export-Clixml "$TestDrive/sums.xml"
        $stored = @(Import-Clixml "$TestDrive/sums.xml")
        for ($i = 0; $i -lt $sums.Count; $i++) {
            foreach ($sum in $sums[$i], $stored[$i]) {
                $rows = @($sum | Get-RowChange)
                $counts = 'Insert', 'Update', 'Delete' | ForEach-Object { $operation = $_; @($rows | Where-Object Operation -eq $operation).Count }
                $counts | Should -Be $sum.InsertCount, $sum.UpdateCount, $sum.DeleteCount -Because $sum
            }
        }

        @($sums | Get-RowChange).Count | Should -Be 179
    }

    It 'is undone as a binlog and as SQL' {
        $sum = Measure-BinlogEvent $logs -By Session | Where-Object ThreadId -eq 14
        ($sum | Invoke-BinlogReverse -Destination "$TestDrive/undo.binlog").RowCount | Should -Be 65
        ($sum | Export-RowChangeSql "$TestDrive/undo.sql" -Reverse).RowCount | Should -Be 65
        @($sum | Export-RowChangeSql -Reverse).Count | Should -BeGreaterThan 64
    }

    It 'of a narrower choice warns that the command takes more' {
        $sum = Measure-BinlogEvent $logs -By Transaction -Where @{ execution_id = 'e1003' } -WarningAction SilentlyContinue | Select-Object -First 1
        if ($sum) { $null = $sum | Get-RowChange -WarningVariable warnings -WarningAction SilentlyContinue; $warnings | Should -BeLike '*give the filters of Measure-BinlogEvent*' }
        $deletes = Measure-BinlogEvent $logs -By Session -Operation Delete | Where-Object ThreadId -eq 14
        @($deletes | Get-RowChange).Operation | Select-Object -Unique | Should -Be Delete
        $one = Measure-BinlogEvent $logs -By Transaction -Table wf_task | Select-Object -First 1
        @($one | Get-RowChange).Table | Select-Object -Unique | Should -Be wf_task
    }

    It 'of events of a pipeline does not know its files: -LogPath names them' {
        $sum = Get-BinlogEvent $logs | Measure-BinlogEvent -By Session | Where-Object ThreadId -eq 14
        (Invoke-Recorded { $sum | Get-RowChange }).Errors.FullyQualifiedErrorId | Should -BeLike 'SelectionWithoutLog,*'
        @($sum | Get-RowChange -LogPath $logs).Count | Should -Be 65
    }
}
