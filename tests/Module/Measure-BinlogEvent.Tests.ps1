BeforeAll { . $PSScriptRoot/Setup.ps1 }

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
}
