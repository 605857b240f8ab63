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

        $arguments = @{ LogPath = $server.Log; Table = 'shop.product'; Column = 'price'; Choose = @{ ThreadId = $session }; Destination = "$TestDrive/price.sql" }
        $plan = & $runbooks/bulk-update-one-column.ps1 @arguments -WhatIf -Apply -WarningAction SilentlyContinue
        $plan.After | Should -BeNullOrEmpty
        $plan.Undo.StatementCount | Should -Be 200
        $plan.Overwritten.Count | Should -Be 2 -Because 'a stock is no price'
        $plan.Overwritten | Should -BeLike 'shop.product id=*'

        $result = & $runbooks/bulk-update-one-column.ps1 @arguments -Apply -WarningAction SilentlyContinue
        Get-State 'SELECT id, price FROM shop.product ORDER BY id' | Should -Be ($expected -replace "`n200`t.*")
        Get-State 'SELECT COUNT(*) FROM shop.product WHERE stock = 7' | Should -Be 49
        $result.Before.Rows, $result.After.Rows | Should -Be 199, 199
        $result.After.Sum.price | Should -Be ((1..199 | Measure-Object -Sum).Sum + 199 * 0.99)
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
        $before = & $runbooks/Measure-TableState.ps1 $tables
        $session = Invoke-Session "DELETE FROM flow.execution WHERE id = 'e1'"
        (& $runbooks/Measure-TableState.ps1 $tables).Rows | Should -Be 1, 1, 1
        $result = & $runbooks/delete-cascade.ps1 -LogPath $server.Log -Database flow -Choose @{ ThreadId = $session } -Destination "$TestDrive/flow.binlog" -Apply
        $result.Undo.IsVerified | Should -BeTrue
        $result.Undo.RowCount | Should -Be 5
        $after = & $runbooks/Measure-TableState.ps1 $tables
        $after.Rows | Should -Be 3, 2, 3
        Compare-Object $before $after -Property Table, Rows, Checksum | Should -BeNullOrEmpty
    }

    It 'for rows in the wrong table replays them under the new name and takes them out of the old one' {
        Invoke-Sql $server "CREATE DATABASE act; USE act; CREATE TABLE task (id INT PRIMARY KEY, activity VARCHAR(10), state VARCHAR(10), note BLOB);
            INSERT INTO task VALUES (1, 'build', 'new', NULL); FLUSH BINARY LOGS;
            INSERT INTO task VALUES (2, 'review', 'new', 0x00FF), (3, 'build', 'new', NULL), (4, 'review', 'new', NULL);
            UPDATE task SET state = 'done' WHERE id IN (1, 2); UPDATE task SET id = 5 WHERE id = 4; INSERT INTO task VALUES (6, 'review', 'x', NULL); DELETE FROM task WHERE id = 6"
        $result = & $runbooks/rows-in-the-wrong-table.ps1 -LogPath @(Get-Item $server.Log)[-1] -Table act.task -NewTable act.review -Choose @{ Where = @{ activity = 'review' } } -Destination $TestDrive -Apply
        Get-State 'SELECT id, activity, state FROM act.task ORDER BY id' | Should -Be "1`tbuild`tdone`n3`tbuild`tnew"
        Get-State 'SELECT id, activity, state, HEX(note) FROM act.review ORDER BY id' | Should -Be "2`treview`tdone`t00FF`n5`treview`tnew`tNULL"
        $result.Forward.Table | Should -Be 'act.review'
        $result.After.Rows | Should -Be 2, 2

        Invoke-Sql $server "UPDATE act.task SET state = 'old' WHERE id = 1"
        { & $runbooks/rows-in-the-wrong-table.ps1 -LogPath @(Get-Item $server.Log)[-1] -Table act.task -NewTable act.x -Choose @{ Where = @{ state = 'old' } } -Destination $TestDrive } |
            Should -Throw '*before the logs begin*'
    }

    It 'for one table rolls a dump forward and leaves one transaction out' {
        Invoke-Sql $server "CREATE DATABASE till; USE till; CREATE TABLE orders (id INT PRIMARY KEY, amount DECIMAL(9,2), state VARCHAR(10)); CREATE TABLE other (id INT PRIMARY KEY);
            INSERT INTO orders VALUES (1, 10, 'new'), (2, 20, 'new'), (3, 30, 'new')"
        mysqldump --single-transaction --source-data=2 --set-gtid-purged=OFF "--result-file=$TestDrive/orders.sql" till orders
        Invoke-Sql $server "USE till; UPDATE orders SET state = 'paid' WHERE id = 1; INSERT INTO other VALUES (1); FLUSH BINARY LOGS;
            BEGIN; DELETE FROM orders WHERE id < 3; UPDATE orders SET amount = 0; COMMIT;
            INSERT INTO orders VALUES (4, 40, 'new'); UPDATE orders SET state = 'sent' WHERE id = 3"
        $bad = (Measure-BinlogEvent $server.Log -Table till.orders -By Transaction | Sort-Object DeleteCount -Descending)[0].Gtid
        $result = & $runbooks/roll-forward-one-table.ps1 -BackupPath "$TestDrive/orders.sql" -LogPath $server.Log -Table till.orders -ExcludeGtid $bad -Destination "$TestDrive/forward.sql"
        Get-State 'SELECT * FROM rescue.orders ORDER BY id' | Should -Be "1`t10.00`tpaid`n2`t20.00`tnew`n3`t30.00`tsent`n4`t40.00`tnew"
        $result.Now.Rows, $result.Rescued.Rows | Should -Be 2, 4
        $result.Rescued.Sum.amount | Should -Be 100
        $result.Forward.TransactionCount | Should -Be 3
    }

    It 'for a failover finds the lost transactions, names conflicts, and replays them' {
        Invoke-Sql $server "CREATE DATABASE ha; CREATE TABLE ha.t (id INT PRIMARY KEY, v INT); INSERT INTO ha.t VALUES (1, 1), (2, 2); FLUSH BINARY LOGS"
        $shared = (Invoke-Sql $server "SELECT REPLACE(@@GLOBAL.gtid_executed, '\n', '')") -join ''
        Invoke-Sql $server "INSERT INTO ha.t VALUES (3, 3); BEGIN; UPDATE ha.t SET v = 20 WHERE id = 2; DELETE FROM ha.t WHERE id = 1; COMMIT; FLUSH BINARY LOGS"
        $new = Start-TestServer $prefix
        try {
            $env:PATH = "$($new.Bin):$savedPath"
            Invoke-Sql $new "SET GLOBAL gtid_purged = '$shared'; CREATE DATABASE ha; CREATE TABLE ha.t (id INT PRIMARY KEY, v INT); INSERT INTO ha.t VALUES (1, 1), (2, 2), (9, 9)"
            $arguments = @{ OldLogPath = $server.Log; NewLogPath = $new.Log; Destination = "$TestDrive/lost.sql"; Apply = $true }
            $result = & $runbooks/failover-lost-rows.ps1 @arguments -ErrorAction SilentlyContinue -ErrorVariable problems
            $result.Lost.Count | Should -Be 3
            $result.Conflict | ForEach-Object { $_.Key.id } | Should -Be 1, 2 -Because 'the new one inserted them itself here'
            $result.After | Should -BeNullOrEmpty

            Invoke-Sql $new 'PURGE BINARY LOGS BEFORE NOW(); FLUSH BINARY LOGS'
            $arguments.NewLogPath = @(Get-Item $new.Log)[-1].FullName
            $result = & $runbooks/failover-lost-rows.ps1 @arguments
            $result.Conflict | Should -BeNullOrEmpty
            $result.Script.TransactionCount | Should -Be 2
            (Invoke-Sql $new 'SELECT * FROM ha.t ORDER BY id') | Should -Be "2`t20", "3`t3", "9`t9"
        }
        finally {
            $env:PATH = "$($server.Bin):$savedPath"
            Stop-TestServer $new
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
            Resume-TestServer $fresh $prefix
            Invoke-Sql $fresh $checksums | Should -Be $states
        }
        finally {
            Stop-TestServer $fresh
        }
    }
}
