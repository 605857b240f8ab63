BeforeDiscovery {
    . $PSScriptRoot/Server.ps1
    $prefix = Get-ServerPrefix
}

BeforeAll {
    . $PSScriptRoot/Setup.ps1
    . $PSScriptRoot/Server.ps1
    $incident = "$PSScriptRoot/../../samples/incident/binlog.*"
}

Describe 'Get-RowHistory from files' {
    It 'gives the versions of a row, each up to the next, with who made them' {
        $changes = Get-RowChange $incident -Table flow.wf_task -Where @{ id = 't107-1' }
        $versions = Get-RowHistory flow.wf_task t107-1 -LogPath $incident
        $versions[0].GetType().FullName | Should -Be 'MySqlRecovery.Model.RowVersion'
        $logged = $versions | Where-Object Operation
        $logged.FromPosition | Should -Be $changes.Position
        $logged.ThreadId | Should -Be $changes.ThreadId
        $logged.FromGtid | Should -Be $changes.Gtid
        $logged[-1].Value.Values | Should -Be $changes[-1].After.Values
        for ($i = 1; $i -lt $versions.Count; $i++) { $versions[$i - 1].ValidTo | Should -Be $versions[$i].ValidFrom }
        $versions.IsExact | Should -Not -Contain $false
        $versions.Where{ $_.Server }.Count | Should -Be 0
    }

    It 'takes several keys, from the pipeline too, and rebinds its objects' {
        $both = 't107-1', 't107-2' | Get-RowHistory flow.wf_task -LogPath $incident
        ($both | Group-Object { $_.Key.id }).Name | Should -Contain 't107-1'
        $both | Export-Clixml "$TestDrive/versions.xml"
        $again = Import-Clixml "$TestDrive/versions.xml"
        $again[0].GetType().FullName | Should -Be 'MySqlRecovery.Model.RowVersion'
        $again.Count | Should -Be $both.Count
    }

    It 'refuses a key that is none, and a table without database' {
        { Get-RowHistory flow.wf_task @{ priority = 1; id = 2 } -LogPath $incident } | Should -Throw -ErrorId 'HistoryKeyInvalid*'
        { Get-RowHistory wf_task 1 -LogPath $incident } | Should -Throw -ErrorId 'TableNameInvalid*'
    }

    It 'says aloud that a log is missing' {
        $log = Get-ChildItem $incident | Sort-Object Name
        Copy-Item $log[0] "$TestDrive/binlog.000001"
        Copy-Item $log[1] "$TestDrive/binlog.000003"
        $versions = Get-RowHistory flow.wf_task t107-1 -LogPath "$TestDrive/binlog.*" -WarningVariable told -WarningAction SilentlyContinue
        $told | Should -Match 'missing'
        $versions.IsExact | Should -Contain $false
        { Get-RowHistory flow.wf_task t107-1 -LogPath "$TestDrive/binlog.*" -RequireComplete -WarningAction SilentlyContinue } |
            Should -Throw -ErrorId 'ResultIncomplete*'
    }
}

Describe 'Looking back on a server' -Skip:(-not $prefix) {
    BeforeAll {
        $server = Start-TestServer (Get-ServerPrefix)
        $at = @{ Server = "$($server.Folder)/mysql.sock"; Credential = [pscredential]::new('root', [securestring]::new()) }
        $null = Invoke-Sql $server @'
CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, customer VARCHAR(40), price DECIMAL(9,2));
INSERT INTO shop.orders VALUES (1, 'Ada', 1.5), (2, 'Bob', 2.5), (3, 'Cyd', 3.5);
'@
        $gtid = (Invoke-Sql $server 'SELECT @@global.gtid_executed') -replace '\s'
        Start-Sleep -Milliseconds 20
        $time = [datetime]::UtcNow
        Start-Sleep -Milliseconds 20
        $null = Invoke-Sql $server "UPDATE shop.orders SET price = 9 WHERE id = 1; DELETE FROM shop.orders WHERE id = 2; INSERT INTO shop.orders VALUES (4, 'Dot', 4.5);"
    }

    AfterAll { Stop-TestServer $server }

    It 'gives a table as it is, and as it was at a time and at a GTID' {
        (Get-TableRow shop.orders @at).Key.id | Sort-Object | Should -Be 1, 3, 4
        foreach ($moment in @{ AsOf = $time }, @{ AsOfGtid = $gtid }) {
            $rows = Get-TableRow shop.orders @at @moment | Sort-Object { $_.Key.id }
            $rows.ForEach{ "$($_.Value.id) $($_.Value.customer) $($_.Value.price)" } | Should -Be '1 Ada 1.50', '2 Bob 2.50', '3 Cyd 3.50'
            $rows[0].State | Should -Be 'Live'
            $rows[0].Source | Should -Match '^binlog\.\d+:\d+$'
            $rows[2].Source | Should -Be $rows[2].Server
        }
    }

    It 'gives some rows and columns, and writes them as SQL' {
        $rows = Get-TableRow shop.orders @at -AsOfGtid $gtid -Where @{ customer = 'Bob' } -Column id, price
        $rows.Count | Should -Be 1
        $rows.Value.Keys | Should -Be 'id', 'price'
        Get-TableRow shop.orders @at -AsOf $time | Export-TableRow "$TestDrive/orders.sql"
        "$TestDrive/orders.sql" | Should -FileContentMatch 'Bob'
    }

    It 'follows a row to the live one' {
        $versions = Get-RowHistory shop.orders 1, 3 @at -WarningAction SilentlyContinue
        $versions.ForEach{ "$($_.Operation) $($_.Value.price)" } | Should -Be 'Insert 1.50', 'Update 9.00', 'Insert 3.50'
        $versions[1].ChangedColumn | Should -Be 'price'
        $versions[-1].Server | Should -Not -BeNullOrEmpty
    }

    It 'goes forward from a dump to a table that was dropped, by the log of the server and by its files' {
        & "$($server.Bin)/mysqldump" --single-transaction --source-data=2 --set-gtid-purged=OFF shop | Set-Content "$TestDrive/shop.sql"
        $null = Invoke-Sql $server "UPDATE shop.orders SET price = 10 WHERE id = 3;"
        $before = (Invoke-Sql $server 'SELECT @@global.gtid_executed') -replace '\s'
        $null = Invoke-Sql $server 'CREATE TABLE shop.copy LIKE shop.orders; DROP TABLE shop.orders;'
        $null = Invoke-Sql $server 'FLUSH BINARY LOGS'
        { Get-TableRow shop.orders @at -AsOfGtid $before } | Should -Throw -ErrorId 'AsOfNotInLog*' -ExpectedMessage '*DROP TABLE*'
        foreach ($log in $at, @{ LogPath = $server.Log }) {
            $rows = Get-TableRow shop.orders -Base "$TestDrive/shop.sql" @log -AsOfGtid $before -WarningAction SilentlyContinue
            $rows.ForEach{ "$($_.Key.id) $($_.Value.price)" } | Sort-Object | Should -Be '1 9.00', '3 10.00', '4 4.50'
        }

        { Get-TableRow shop.orders @at -LogPath $server.Log } | Should -Throw -ErrorId 'InvalidParameters*'
        $null = Invoke-Sql $server "RENAME TABLE shop.copy TO shop.orders;"
    }

    It 'names what stands in the way, and refuses two moments' {
        $null = Invoke-Sql $server 'CREATE TABLE shop.gone (id INT PRIMARY KEY); INSERT INTO shop.gone VALUES (1);'
        $before = (Invoke-Sql $server 'SELECT @@global.gtid_executed') -replace '\s'
        $null = Invoke-Sql $server 'TRUNCATE TABLE shop.gone;'
        { Get-TableRow shop.gone @at -AsOfGtid $before } | Should -Throw -ErrorId 'AsOfNotInLog*' -ExpectedMessage '*TRUNCATE*'
        { Get-TableRow shop.none @at } | Should -Throw -ErrorId 'AsOfTableNotFound*'
        { Get-TableRow shop.orders @at -AsOfGtid 11111111-1111-1111-1111-111111111111:7 } | Should -Throw -ErrorId 'AsOfGtidNotFound*'
        { Get-TableRow shop.orders @at -AsOfGtid $gtid -AsOf $time } | Should -Throw -ErrorId 'InvalidParameters*'
        { Get-TableRow shop.orders @at -AsOf ([datetime]'2001-01-01Z') } | Should -Throw -ErrorId 'BinlogPurged*'
    }
}
