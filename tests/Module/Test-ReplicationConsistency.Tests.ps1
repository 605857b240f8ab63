BeforeDiscovery {
    . $PSScriptRoot/Server.ps1
    $prefix = Get-ServerPrefix
}

BeforeAll {
    . $PSScriptRoot/Setup.ps1
    . $PSScriptRoot/Server.ps1
}

Describe 'Test-ReplicationConsistency without servers' {
    It 'says which server cannot be reached' {
        $run = Invoke-Recorded { Test-ReplicationConsistency 127.0.0.1:1 127.0.0.1:1 }
        $run.Errors.FullyQualifiedErrorId | Should -Match '^ServerUnreachable,'
        $run.Output | Should -BeNullOrEmpty
    }

    It 'offers the checks and the types by name' {
        [enum]::GetNames((Get-Command Test-ReplicationConsistency).Parameters['Check'].ParameterType.GetElementType()) |
            Should -Be 'Setting', 'Position', 'Schema', 'Log', 'Data'
        [enum]::GetNames([MySqlRecovery.Model.FindingType]) | Should -Be 'Setting', 'Position', 'Schema', 'AutoIncrement', 'RowMissing', 'RowExtra',
            'RowDifferent', 'TransactionMissing', 'TransactionSkipped', 'TransactionInjected', 'TransactionErrant', 'TransactionFiltered', 'LossPattern'
        [MySqlRecovery.Model.ConsistencyFinding].GetProperties().Name | Should -Be 'Type', 'Severity', 'Confidence', 'Server', 'Database', 'Table', 'Key',
            'SourceRow', 'ReplicaRow', 'Gtid', 'LogFile', 'Position', 'EndPosition', 'Evidence', 'Recommendation', 'Repair', 'RepairStatement'
    }
}

Describe 'Test-ReplicationConsistency with two servers' -Skip:(-not $prefix) {
    BeforeAll {
        $prefix = Get-ServerPrefix
        $source, $replica = foreach ($i in 1, 2) { Start-TestServer $prefix }
        foreach ($server in $source, $replica) {
            Invoke-Sql $server "CREATE USER reader IDENTIFIED BY 'secret'; GRANT SELECT, REPLICATION CLIENT, REPLICATION SLAVE, EVENT, TRIGGER ON *.* TO reader"
            Invoke-Sql $server 'CREATE DATABASE shop; CREATE TABLE shop.item (id INT PRIMARY KEY, name VARCHAR(20), price DECIMAL(8,2)); CREATE TABLE shop.log (id INT PRIMARY KEY, t TEXT)'
            Invoke-Sql $server "INSERT INTO shop.item VALUES (1, 'pen', 1.50), (2, 'ink', 3.00), (3, 'pad', 2.25); INSERT INTO shop.log VALUES (1, 'x')"
        }
        Invoke-Sql $replica "UPDATE shop.item SET price = 9.99 WHERE id = 2; DELETE FROM shop.item WHERE id = 3; INSERT INTO shop.item VALUES (4, 'cap', NULL)"
        $pair = @{
            Source = "127.0.0.1:$($source.Port)"; Replica = "127.0.0.1:$($replica.Port)"
            Credential = [pscredential]::new('reader', (ConvertTo-SecureString secret -AsPlainText -Force))
        }
        $rows = Test-ReplicationConsistency @pair -Check Data -Database shop
    }

    AfterAll {
        Stop-TestServer $source
        Stop-TestServer $replica
    }

    It 'gives the rows that differ' {
        $rows | ForEach-Object { "$($_.Type) $($_.Server) $($_.Database).$($_.Table) $($_.Key)" } | Should -Be @(
            "RowDifferent $($pair.Replica) shop.item ``id`` = 2", "RowMissing $($pair.Replica) shop.item ``id`` = 3", "RowExtra $($pair.Replica) shop.item ``id`` = 4")
        $rows[0].SourceRow.price | Should -Be 3.00
        $rows[0].ReplicaRow.price | Should -Be 9.99
        $rows[0].Evidence[0] | Should -Be 'columns that differ: price'
        $rows[1].ReplicaRow | Should -BeNullOrEmpty
        $rows[2].SourceRow | Should -BeNullOrEmpty
    }

    It 'answers with one bool' {
        Test-ReplicationConsistency @pair -Check Data -Database shop -Quiet | Should -BeFalse
        Test-ReplicationConsistency @pair -Check Data, Schema -Table shop.log -Quiet | Should -BeTrue
        Test-ReplicationConsistency @pair -Check Data -Table item -ExcludeTable shop.* -Quiet | Should -BeTrue
        $pair.Replica | Test-ReplicationConsistency -Source $pair.Source -Credential $pair.Credential -Check Data -Database shop -Fast -Quiet | Should -BeFalse
    }

    It 'gives the settings of both servers, and other findings, with what is to be done' {
        $findings = Test-ReplicationConsistency @pair -Check Setting, Position
        $findings | Where-Object Key -EQ sync_binlog | ForEach-Object Server | Should -Be $pair.Source, $pair.Replica
        ($findings | Where-Object Key -EQ sync_binlog)[0].Repair | Should -Be 'SET PERSIST sync_binlog = 1;'
        $findings | Where-Object Type -EQ Position | ForEach-Object Key | Should -Contain channel
        $findings.Recommendation | Should -Not -Contain ''
    }

    It 'names a transaction of the replica once, whichever checks see it' {
        $position = @(Test-ReplicationConsistency @pair -Check Position | Where-Object Type -EQ TransactionErrant)
        $position.Count | Should -Be 1
        $both = @(Test-ReplicationConsistency @pair -Check Position, Log -ErrorAction SilentlyContinue | Where-Object Type -EQ TransactionErrant)
        $both.Count | Should -BeGreaterThan 4
        $both.Gtid | Should -Not -Match ',|:\d+-\d+'
        ($both.Gtid | Sort-Object -Unique).Count | Should -Be $both.Count
        Invoke-Sql $replica "SELECT GTID_SUBSET('$($position[0].Gtid)', '$($both.Gtid -join ',')')" | Should -Match '1'
    }

    It 'shows no more rows of a table than are wanted, and how many more there are' {
        $few = Test-ReplicationConsistency @pair -Check Data -Database shop -MaxFinding 1
        $few.Count | Should -Be 2
        $few[0].Key | Should -Be $rows[0].Key
        $few[1].Evidence[0] | Should -BeLike '2 more findings*1 RowMissing*1 RowExtra*'
        $few[1].Repair | Should -BeNullOrEmpty
    }

    It 'says what is compared and what is not' {
        $verbose = Test-ReplicationConsistency @pair -Check Schema, Data -Database shop -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
        $verbose -join ' ' | Should -Match 'views, routines.*CHECK constraints.*not accounts.*not virtual columns'
    }

    It 'shows the passwords of accounts in no log unless asked for' {
        $log = @{ Server = $pair.Source; Credential = $pair.Credential }
        $statement = (Get-BinlogEvent @log | Where-Object Statement -Match "CREATE USER 'reader'").Statement
        $statement | Should -Match "AS '\*\*\*'"
        (Get-BinlogEvent @log -IncludeSecret | Where-Object Statement -Match "CREATE USER 'reader'").Statement | Should -Match 'AS ''\$A\$'
    }

    It 'goes on with the other checks where one lacks a privilege' {
        Invoke-Sql $source "CREATE USER small IDENTIFIED BY 'secret'; GRANT SELECT ON shop.log TO small"
        Invoke-Sql $replica "CREATE USER small IDENTIFIED BY 'secret'; GRANT SELECT ON shop.log TO small"
        $small = [pscredential]::new('small', (ConvertTo-SecureString secret -AsPlainText -Force))
        $run = Invoke-Recorded { Test-ReplicationConsistency $pair.Source $pair.Replica -Credential $small -Check Position, Schema }
        $run.Errors.FullyQualifiedErrorId | Should -Match '^ServerPrivilegeMissing,'
        $run.Output | Should -BeNullOrEmpty
        Test-ReplicationConsistency $pair.Source $pair.Replica -Credential $small -Check Position -Quiet -ErrorAction Ignore | Should -BeFalse
        $pair.Remove('Credential')
        { Test-ReplicationConsistency @pair -Credential $small -ReplicaCredential ([pscredential]::new('nobody', $small.Password)) -Check Setting -ErrorAction Stop } |
            Should -Throw -ErrorId 'ServerAuthenticationFailed,*'
        $pair.Credential = [pscredential]::new('reader', (ConvertTo-SecureString secret -AsPlainText -Force))
    }

    It 'gives findings whose repairs Export-RowChangeSql writes in an order that works, stored ones too' {
        # Two servers that do not replicate: what differs is only likely, and stays out unless it is asked for.
        (Invoke-Recorded { $rows | Export-RowChangeSql }).Errors.FullyQualifiedErrorId | Should -Match '^NothingToRepair,'
        $statements = $rows | Export-RowChangeSql -IncludeLikely
        $statements | Where-Object { $_ -match '^(DELETE|UPDATE|INSERT)' } | Should -Be @(
            'DELETE FROM `shop`.`item` WHERE `id` = 4 LIMIT 1;'
            'UPDATE `shop`.`item` SET `price` = 3.00 WHERE `id` = 2 LIMIT 1;'
            "INSERT INTO ``shop``.``item`` (``id``, ``name``, ``price``) VALUES (3, 'pad', 2.25);")
        $statements[0] | Should -Be 'SET sql_log_bin = 0;'
        $rows | Export-Clixml "$TestDrive/findings.xml"
        Import-Clixml "$TestDrive/findings.xml" | Export-RowChangeSql -IncludeLikely | Should -Be $statements

        $export = $rows | Export-RowChangeSql -Path "$TestDrive/repair.sql" -IncludeLikely
        $export | ForEach-Object { $_.RowCount, $_.StatementCount, $_.IsComplete } | Should -Be 3, 3, $true
        Invoke-Sql $replica (Get-Content "$TestDrive/repair.sql" -Raw)
        Test-ReplicationConsistency @pair -Check Data -Quiet | Should -BeTrue
    }

    It 'gives findings that cannot be exported together with other things, or the other way round' {
        (Invoke-Recorded { $rows | Export-RowChangeSql -Reverse }).Errors.FullyQualifiedErrorId | Should -Match '^RepairReversed,'
        (Invoke-Recorded { & { $rows; Get-RowChange $Second } | Export-RowChangeSql }).Errors.FullyQualifiedErrorId | Should -Match '^InputObjectMixed,'
        (Invoke-Recorded { Test-ReplicationConsistency @pair -Check Setting | Export-RowChangeSql }).Errors.FullyQualifiedErrorId | Should -Match '^NothingToRepair,'
    }

    It 'ends at once when it is stopped, whatever the servers do' {
        $mysql = [System.Diagnostics.ProcessStartInfo]::new("$($replica.Bin)/mysql")
        'shop', '-e', 'LOCK TABLES item WRITE; DO SLEEP(3600)' | ForEach-Object { $mysql.ArgumentList.Add($_) }
        $lock = [System.Diagnostics.Process]::Start($mysql)
        try {
            Wait-Sql $replica 'SHOW PROCESSLIST' 'DO SLEEP'
            # The best of three: the machine may be busy with something else meanwhile.
            $least = [double]::MaxValue
            for ($i = 0; $i -lt 3 -and $least -ge 2; $i++) {
                $shell = [powershell]::Create()
                try {
                    $null = $shell.AddScript("Import-Module '$Manifest'").AddStatement().AddCommand('Test-ReplicationConsistency').AddParameters($pair).AddParameter('Check', 'Data')
                    $running = $shell.BeginInvoke()
                    Wait-Sql $replica 'SHOW PROCESSLIST' 'Waiting for table metadata lock'
                    $running.IsCompleted | Should -BeFalse
                    $watch = [System.Diagnostics.Stopwatch]::StartNew()
                    $shell.Stop()
                    $least = [Math]::Min($least, $watch.Elapsed.TotalSeconds)
                }
                finally { $shell.Dispose() }
            }

            $least | Should -BeLessThan 2
        }
        finally { $lock.Kill() }
    }
}
