BeforeDiscovery {
    . $PSScriptRoot/Server.ps1
    $prefix = Get-ServerPrefix
    if (-not $prefix) { Write-Warning 'The runbooks are not tested: no MySQL can be installed here.' }
}

Describe 'The runbook' -Skip:(-not $prefix) {
    BeforeAll {
        . $PSScriptRoot/Setup.ps1
        . $PSScriptRoot/Server.ps1
        $runbooks = (Resolve-Path "$PSScriptRoot/../../docs/runbooks").Path
        $prefix = Get-ServerPrefix
        $server = Start-TestServer $prefix
        $at = @{ Server = "$($server.Folder)/mysql.sock"; Credential = [pscredential]::new('root', [securestring]::new()) }
        $savedPath = $env:PATH
        $env:PATH = "$($server.Bin):$env:PATH"

        # The state of a query as one text.
        function Get-State([string] $Sql) { (Invoke-Sql $server $Sql) -join "`n" }
        # The session that a script of several statements runs in.
        function Invoke-Session([string] $Sql) { [uint] @(Invoke-Sql $server "SELECT CONNECTION_ID(); $Sql")[0] }
    }

    AfterAll {
        $env:PATH = $savedPath
        Stop-TestServer $server
    }

    It 'for a bulk UPDATE without WHERE restores one column and names rows that were edited again' {
        Invoke-Sql $server "CREATE DATABASE shop; USE shop; CREATE TABLE product (id INT PRIMARY KEY, price DECIMAL(9,2), stock INT, name VARCHAR(20));
            INSERT INTO product WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) SELECT i, i + 0.99, i, CONCAT('p', i) FROM n; FLUSH BINARY LOGS"
        $expected = Get-State 'SELECT id, price FROM shop.product ORDER BY id'
        $session = Invoke-Session 'UPDATE shop.product SET price = 0'
        Invoke-Sql $server "UPDATE shop.product SET stock = 7 WHERE id < 50; UPDATE shop.product SET price = 3 WHERE id = 60; DELETE FROM shop.product WHERE id = 200"

        $arguments = @{ LogPath = $server.Log; Table = 'shop.product'; Column = 'price'; Choose = @{ ThreadId = $session }; At = $at }
        $plan = & $runbooks/bulk-update-one-column.ps1 @arguments -WhatIf -Apply -WarningAction SilentlyContinue
        $plan.After | Should -BeNullOrEmpty
        ($plan.Told).ForEach{ "$($_.Name) $($_.Count)" } | Sort-Object | Should -Be 'ChangedSince 1', 'Clean 150', 'Gone 1', 'Mergeable 48' -Because 'a stock is no price, and one was 7 before'
        $plan.Left.ForEach{ "$($_.Key.id) $($_.Verdict)" } | Sort-Object | Should -Be '200 Gone', '60 ChangedSince'

        $result = & $runbooks/bulk-update-one-column.ps1 @arguments -Apply -WarningAction SilentlyContinue
        $result.Restored.RestoredCount | Should -Be 198
        Get-State 'SELECT id, price FROM shop.product ORDER BY id' | Should -Be ($expected -replace "`n200`t.*" -replace "`n60`t60.99", "`n60`t3.00")
        Get-State 'SELECT COUNT(*) FROM shop.product WHERE stock = 7' | Should -Be 49
        $result.Before.RowCount, $result.After.RowCount | Should -Be 199, 199
        $result.After.Sum.price | Should -Be ((1..199 | Measure-Object -Sum).Sum + 199 * 0.99 - 57.99)
        $result.Before.Sum.stock | Should -Be $result.After.Sum.stock
        $result.Before.Checksum | Should -Not -Be $result.After.Checksum
    }

    It 'for a DELETE that cascades brings a whole instance of a workflow back, BLOBs included' {
        Invoke-Sql $server "CREATE DATABASE flow; USE flow;
            CREATE TABLE execution (id VARCHAR(20) PRIMARY KEY, parent VARCHAR(20), FOREIGN KEY (parent) REFERENCES execution (id) ON DELETE CASCADE);
            CREATE TABLE bytes (id VARCHAR(20) PRIMARY KEY, execution VARCHAR(20), content LONGBLOB, FOREIGN KEY (execution) REFERENCES execution (id) ON DELETE CASCADE);
            CREATE TABLE variable (id INT AUTO_INCREMENT PRIMARY KEY, execution VARCHAR(20), bytes VARCHAR(20), FOREIGN KEY (execution) REFERENCES execution (id) ON DELETE CASCADE);
            INSERT INTO execution VALUES ('e1', NULL), ('e1-1', 'e1'), ('e2', NULL);
            INSERT INTO bytes VALUES ('b1', 'e1-1', CONCAT(0x00FF27, REPEAT(0xDEADBEEF, 100000))), ('b2', 'e2', 0x01);
            INSERT INTO variable (execution, bytes) VALUES ('e1', NULL), ('e1-1', 'b1'), ('e2', 'b2'); FLUSH BINARY LOGS"
        $tables = 'flow.execution', 'flow.bytes', 'flow.variable'
        $before = Measure-TableState $tables @at
        $session = Invoke-Session "DELETE FROM flow.execution WHERE id = 'e1'"
        (Measure-TableState $tables @at).RowCount | Should -Be 1, 1, 1
        $result = & $runbooks/delete-cascade.ps1 -LogPath $server.Log -Database flow -Choose @{ ThreadId = $session } -At $at -Apply
        $result.Left | Should -BeNullOrEmpty
        $result.Restored.IsComplete | Select-Object -Unique | Should -BeTrue
        ($result.Restored | Measure-Object RestoredCount -Sum).Sum | Should -Be 5
        $after = Measure-TableState $tables @at
        $after.RowCount | Should -Be 2, 3, 3
        Compare-Object $before $after -Property Table, RowCount, Checksum | Should -BeNullOrEmpty
    }

    It 'for rows in the wrong table replays them under the new name and takes them out of the old one' {
        Invoke-Sql $server "CREATE DATABASE act; USE act; CREATE TABLE task (id INT PRIMARY KEY, activity VARCHAR(10), state VARCHAR(10), note BLOB);
            INSERT INTO task VALUES (1, 'build', 'new', NULL); FLUSH BINARY LOGS;
            INSERT INTO task VALUES (2, 'review', 'new', 0x00FF), (3, 'build', 'new', NULL), (4, 'review', 'new', NULL);
            UPDATE task SET state = 'done' WHERE id IN (1, 2); UPDATE task SET id = 5 WHERE id = 4; INSERT INTO task VALUES (6, 'review', 'x', NULL); DELETE FROM task WHERE id = 6"
        $result = & $runbooks/rows-in-the-wrong-table.ps1 -LogPath @(Get-Item $server.Log)[-1] -Table act.task -NewTable act.review -Choose @{ Where = @{ activity = 'review' } } -At $at -Apply
        Get-State 'SELECT id, activity, state FROM act.task ORDER BY id' | Should -Be "1`tbuild`tdone`n3`tbuild`tnew"
        Get-State 'SELECT id, activity, state, HEX(note) FROM act.review ORDER BY id' | Should -Be "2`treview`tdone`t00FF`n5`treview`tnew`tNULL"
        $result.Forward.Database, $result.Forward.Table, $result.Forward.RestoredCount, $result.Undo.RestoredCount | Should -Be 'act', 'review', 2, 2
        $result.After.RowCount | Should -Be 2, 2

        Invoke-Sql $server "UPDATE act.task SET state = 'old' WHERE id = 1"
        { & $runbooks/rows-in-the-wrong-table.ps1 -LogPath @(Get-Item $server.Log)[-1] -Table act.task -NewTable act.x -Choose @{ Where = @{ state = 'old' } } -At $at } |
            Should -Throw '*before the logs begin*'
    }

    It 'for one table rolls a dump forward and leaves one transaction out' {
        Invoke-Sql $server "CREATE DATABASE till; USE till; CREATE TABLE orders (id INT PRIMARY KEY, amount DECIMAL(9,2), state VARCHAR(10)); CREATE TABLE other (id INT PRIMARY KEY);
            INSERT INTO orders VALUES (1, 10, 'new'), (2, 20, 'new'), (3, 30, 'new')"
        mysqldump --single-transaction --source-data=2 --set-gtid-purged=OFF "--result-file=$TestDrive/orders.sql" till orders
        Invoke-Sql $server "USE till; UPDATE orders SET state = 'paid' WHERE id = 1; INSERT INTO other VALUES (1); FLUSH BINARY LOGS;
            BEGIN; DELETE FROM orders WHERE id < 3; UPDATE orders SET amount = 0; COMMIT;
            INSERT INTO orders VALUES (4, 40, 'new'); UPDATE orders SET state = 'sent' WHERE id = 3; UPDATE orders SET state = 'sent' WHERE id = 4; FLUSH BINARY LOGS;
            UPDATE orders SET amount = amount + 1"
        $bad = (Measure-BinlogEvent $server.Log -Table till.orders -By Transaction | Sort-Object DeleteCount -Descending)[0].Gtid
        $result = & $runbooks/roll-forward-one-table.ps1 -BackupPath "$TestDrive/orders.sql" -LogPath $server.Log -Table till.orders -ExcludeGtid $bad -At $at
        Get-State 'SELECT * FROM rescue.orders ORDER BY id' | Should -Be "1`t10.00`tpaid`n2`t20.00`tnew`n3`t30.00`tnew`n4`t41.00`tsent"
        $result.Now.RowCount, $result.Rescued.RowCount | Should -Be 2, 4
        $result.Rescued.Sum.amount | Should -Be 101
        $result.LeftOut.Gtid | Should -Be $bad
        @($result.Restored.RestoredCount) + @($result.Restored.LeftCount) | Should -Be 1, 1, 0, 1
        $result.Restored[1].Reason | Should -Match 'ChangedSince Update rescue.orders id=3' -Because 'its new amount builds on the one that was left out'
    }

    It 'for a failover finds the lost transactions, names conflicts, and replays them' {
        Invoke-Sql $server "CREATE DATABASE ha; CREATE TABLE ha.t (id INT PRIMARY KEY, v INT); INSERT INTO ha.t VALUES (1, 1), (2, 2); FLUSH BINARY LOGS"
        $shared = (Invoke-Sql $server "SELECT REPLACE(@@GLOBAL.gtid_executed, '\n', '')") -join ''
        Invoke-Sql $server "INSERT INTO ha.t VALUES (3, 3); BEGIN; UPDATE ha.t SET v = 20 WHERE id = 2; DELETE FROM ha.t WHERE id = 1; COMMIT; FLUSH BINARY LOGS"
        $new = Start-TestServer $prefix
        try {
            $env:PATH = "$($new.Bin):$savedPath"
            Invoke-Sql $new "SET GLOBAL gtid_purged = '$shared'; CREATE DATABASE ha; CREATE TABLE ha.t (id INT PRIMARY KEY, v INT); INSERT INTO ha.t VALUES (1, 1), (2, 5), (9, 9)"
            $arguments = @{ OldLogPath = $server.Log; At = @{ Server = "$($new.Folder)/mysql.sock"; Credential = $at.Credential } }
            $plan = & $runbooks/failover-lost-rows.ps1 @arguments
            $plan.Lost.Count | Should -Be 3
            $plan.Conflict.ForEach{ "$($_.Key.id) $($_.Verdict) $($_.Now.v)" } | Should -Be '2 ChangedSince 5' -Because 'the new one has another value there'
            $plan.Restored | Should -BeNullOrEmpty

            $result = & $runbooks/failover-lost-rows.ps1 @arguments -Apply
            $result.Restored.RestoredCount, $result.Restored.LeftCount | Should -Be 2, 1
            (Invoke-Sql $new 'SELECT * FROM ha.t ORDER BY id') | Should -Be "2`t5", "3`t3", "9`t9"
            Invoke-Sql $new 'UPDATE ha.t SET v = 2 WHERE id = 2'
            (& $runbooks/failover-lost-rows.ps1 @arguments -Apply).Restored.IsComplete | Should -BeTrue
            (Invoke-Sql $new 'SELECT * FROM ha.t ORDER BY id') | Should -Be "2`t20", "3`t3", "9`t9"
        }
        finally {
            $env:PATH = "$($server.Bin):$savedPath"
            Stop-TestServer $new
        }
    }

    It 'for a DELETE without binary log brings marked rows back from a copy of the file' {
        $own = Start-TestServer $prefix
        try {
            Invoke-Sql $own 'CREATE DATABASE quiet; CREATE TABLE quiet.t (id INT PRIMARY KEY, v VARCHAR(50)); INSERT INTO quiet.t SELECT id, collation_name FROM information_schema.collations LIMIT 60'
            # A prepared transaction keeps purge away, as an open one would.
            Invoke-Sql $own "XA START 'x'; DELETE FROM quiet.t WHERE id % 2 = 0; XA END 'x'; XA PREPARE 'x'"
            $gone = [int](Invoke-Sql $own 'SELECT COUNT(*) FROM quiet.t WHERE id % 2 = 0')
            $taken = [int](Invoke-Sql $own 'SELECT MIN(id) FROM quiet.t WHERE id % 2 = 0')
            Stop-TestServer $own -Keep
            Copy-Item "$($own.Data)/quiet/t.ibd" "$TestDrive/t.ibd"
            Resume-TestServer $own $prefix
            Invoke-Sql $own "XA COMMIT 'x'; INSERT INTO quiet.t VALUES ($taken, 'taken')"
            $arguments = @{ Path = "$TestDrive/t.ibd"; At = @{ Server = "$($own.Folder)/mysql.sock"; Credential = $at.Credential } }
            $plan = & $runbooks/delete-without-binlog.ps1 @arguments -CopyPath "$TestDrive/copy"
            $plan.Found.Name | Should -Be 'DeleteMarked'
            $plan.Restored | Should -BeNullOrEmpty
            $plan.Told.ForEach{ "$($_.Name) $($_.Count)" } | Sort-Object | Should -Be "Clean $($gone - 1)", 'Occupied 1'
            $result = & $runbooks/delete-without-binlog.ps1 @arguments -Apply
            $result.Restored.RestoredCount, $result.Restored.LeftCount | Should -Be ($gone - 1), 1
            $result.Left.Now.v | Should -Be 'taken'
            $result.Partial | Should -BeNullOrEmpty
            [int](Invoke-Sql $own "SELECT COUNT(*) FROM quiet.t WHERE id % 2 = 0 AND v <> 'taken'") | Should -Be ($gone - 1)
        }
        finally {
            Stop-TestServer $own
        }
    }

    It 'for orphaned .ibd files repairs a folder of them, and a server opens every one' {
        # Twenty stand for five hundred: what each takes is the same.
        $count = 20
        $schema = (1..$count | ForEach-Object { "CREATE TABLE t$_ (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(50), KEY (v));" }) -join "`n"
        Set-Content "$TestDrive/schema.sql" "CREATE DATABASE lost; USE lost;`n$schema"
        $rows = (1..$count | ForEach-Object { "INSERT INTO t$_ (v) SELECT UUID() FROM information_schema.collations LIMIT $_;" }) -join "`n"
        $fresh = Start-TestServer $prefix
        try {
            Invoke-Sql $server 'CREATE DATABASE before_it; CREATE TABLE before_it.t (id INT)'
            Get-Content "$TestDrive/schema.sql" -Raw | mysql
            $rows | mysql lost
            $checksums = "CHECKSUM TABLE $((1..$count | ForEach-Object { "lost.t$_" }) -join ', ') EXTENDED"
            $states = Invoke-Sql $server $checksums
            Get-Content "$TestDrive/schema.sql" -Raw | & "$($fresh.Bin)/mysql"
            Stop-TestServer $server -Keep
            Stop-TestServer $fresh -Keep
            $null = New-Item -ItemType Directory "$TestDrive/lost", "$TestDrive/fresh"
            Copy-Item "$($server.Data)/lost" "$TestDrive/lost/lost" -Recurse
            Copy-Item "$($fresh.Data)/lost" "$TestDrive/fresh/lost" -Recurse
            $result = & $runbooks/orphaned-ibd-files.ps1 -LostPath "$TestDrive/lost" -ReferencePath "$TestDrive/fresh" -SchemaPath "$TestDrive/schema.sql" -Destination "$TestDrive/out"
            $result.Found, $result.Repaired.Count, $result.Doubtful.Count, $result.Refused.Count | Should -Be $count, $count, 0, 0
            Copy-Item $result.Repaired.Destination "$($fresh.Data)/lost/" -Force
            Resume-TestServer $fresh
            Invoke-Sql $fresh $checksums | Should -Be $states
        }
        finally {
            Stop-TestServer $fresh
        }
    }
}
