BeforeDiscovery {
    . $PSScriptRoot/Server.ps1
    $flavours = @(foreach ($name in 'mysql', 'mysql57') { if (Get-ServerPrefix $name) { @{ Flavour = $name } } })
}

BeforeAll {
    . $PSScriptRoot/Setup.ps1
    . $PSScriptRoot/Server.ps1
}

Describe 'Rows of a log of <Flavour> that names no columns' -ForEach $flavours {
    BeforeAll {
        $prefix = Get-ServerPrefix $Flavour
        $server = Start-TestServer $prefix -Setting 'loose-binlog-row-metadata=MINIMAL' -Client ($Flavour -eq 'mysql57' ? (Get-ServerPrefix mariadb) : $prefix)
        $at = @{ Server = "$($server.Folder)/mysql.sock"; Credential = [pscredential]::new('root', [securestring]::new()) }
        $null = Invoke-Sql $server @'
CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, status VARCHAR(20), price DECIMAL(9,2));
INSERT INTO shop.orders VALUES (1, 'open', 1.5), (2, 'open', 2.5), (3, 'open', 3.5); UPDATE shop.orders SET status = 'paid', price = 0 WHERE id < 3;
'@
    }

    AfterAll { Stop-TestServer $server }

    It 'keep the names and keys that the server told, down the pipeline' {
        $changes = Get-RowChange @at -Table shop.orders -Operation Update -WarningAction SilentlyContinue
        $changes.Count | Should -Be 2
        $statements = 'UPDATE `shop`.`orders` SET `price` = 0.00 WHERE `id` = 1;', 'UPDATE `shop`.`orders` SET `price` = 0.00 WHERE `id` = 2;'
        $changes | Export-RowChangeSql -Column price | Where-Object { $_ -like 'UPDATE*' } | Should -Be $statements
        Get-RowChange @at -Table shop.orders -Operation Update -WarningAction SilentlyContinue | Where-Object { $_.After.id -eq 2 } |
            Export-RowChangeSql -Column price | Where-Object { $_ -like 'UPDATE*' } | Should -Be $statements[1]
        $changes | Export-Clixml "$TestDrive/changes.xml"
        Import-Clixml "$TestDrive/changes.xml" | Export-RowChangeSql -Column price | Where-Object { $_ -like 'UPDATE*' } | Should -Be $statements
    }

    It 'come back by the column that was asked for, and by no other' {
        $result = Get-RowChange @at -Table shop.orders -Operation Update -WarningAction SilentlyContinue |
            Export-RowChangeSql "$TestDrive/undo.sql" -Reverse -Column price -WarningAction SilentlyContinue
        $result.RowCount, $result.IsComplete | Should -Be 2, $true
        $null = Invoke-Sql $server (Get-Content "$TestDrive/undo.sql" -Raw)
        Invoke-Sql $server 'SELECT * FROM shop.orders ORDER BY id' | Should -Be "1`tpaid`t1.50", "2`tpaid`t2.50", "3`topen`t3.50"
    }
}

Describe 'Events of a table of <Flavour> that something changed as a statement first' -ForEach $flavours {
    BeforeAll {
        $prefix = Get-ServerPrefix $Flavour
        $server = Start-TestServer $prefix -Client ($Flavour -eq 'mysql57' ? (Get-ServerPrefix mariadb) : $prefix)
        $null = Invoke-Sql $server @'
CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, status VARCHAR(20)); CREATE TABLE shop.notes LIKE shop.orders;
INSERT INTO shop.orders VALUES (1, 'open'), (2, 'open'); INSERT INTO shop.notes VALUES (1, 'old'); FLUSH BINARY LOGS;
SET SESSION binlog_format = 'STATEMENT'; DELETE FROM shop.orders WHERE id = 1; SET SESSION binlog_format = 'ROW';
DELETE FROM shop.orders WHERE id = 2; FLUSH BINARY LOGS; DELETE FROM shop.notes;
'@
        $logs = @(Get-ChildItem $server.Log)
    }

    AfterAll { Stop-TestServer $server }

    It 'come without it, and it is named: what undoes the events does not undo it' {
        $events = Get-BinlogEvent $logs[1] -Table shop.orders -WarningVariable warnings -WarningAction SilentlyContinue
        ($events | Where-Object Operation).Count | Should -Be 1
        $warnings | Should -BeLike 'Not among these events*as a statement, without row images: DELETE FROM shop.orders WHERE id = 1'
        (Invoke-Recorded { Get-BinlogEvent $logs[1] -Operation Delete -RequireComplete }).Errors.FullyQualifiedErrorId |
            Should -BeLike 'ResultIncomplete,*'
        $result = $events | Invoke-BinlogReverse -LogPath $logs "$TestDrive/undo" -WarningAction SilentlyContinue
        $result.RowCount, $result.IsComplete | Should -Be 1, $true
    }

    It 'say nothing of it where it is among them, or was not asked for' {
        foreach ($with in @{}, @{ Database = 'shop' }, @{ EventType = 'DeleteRows'; Table = 'orders' }) {
            $null = Get-BinlogEvent $logs[1] @with -WarningVariable warnings
            $warnings | Should -BeNullOrEmpty
        }

        $null = Get-BinlogEvent $logs[2] -Table notes -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        @(Get-BinlogEvent $logs[1] -Database shop | Where-Object Statement -Like 'DELETE*id = 1').Count | Should -Be 1
    }
}
