BeforeDiscovery {
    . $PSScriptRoot/Server.ps1
    $prefix = Get-ServerPrefix
}

BeforeAll {
    . $PSScriptRoot/Setup.ps1
    . $PSScriptRoot/Server.ps1
}

Describe 'Rows that are restored on a server' -Skip:(-not $prefix) {
    BeforeAll {
        $server = Start-TestServer (Get-ServerPrefix)
        $at = @{ Server = "$($server.Folder)/mysql.sock"; Credential = [pscredential]::new('root', [securestring]::new()) }

        # Ends the sessions that run what looks like this.
        function Stop-Session([string] $Pattern) {
            (Invoke-Sql $server 'SHOW PROCESSLIST') -match $Pattern | ForEach-Object { $null = Invoke-Sql $server "KILL $($_.Split("`t")[0])" }
        }

        # Four thousand orders, of which a job deletes all; a customer orders again under one of the numbers.
        function Start-Incident([int] $Count = 4000) {
            $null = Invoke-Sql $server 'DROP DATABASE IF EXISTS shop; CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, customer VARCHAR(40), price DECIMAL(9,2));'
            $values = (1..$Count).ForEach{ "($_, 'customer $_', $_.5)" } -join ','
            $null = Invoke-Sql $server "INSERT INTO shop.orders VALUES $values; FLUSH BINARY LOGS; DELETE FROM shop.orders; INSERT INTO shop.orders VALUES (17, 'new', 1);"
            (Get-ChildItem $server.Log | Sort-Object Name | Select-Object -Last 1).FullName
        }
    }

    AfterAll { Stop-TestServer $server }

    It 'come back in one call, but for the one whose place is taken' {
        $null = Start-Incident
        $result = Measure-BinlogEvent @at -By Transaction | Where-Object DeleteCount -GT 1000 | Select-Object -Last 1 | Restore-RowChange @at -Confirm:$false
        $result.Count | Should -Be 1
        $result.RowCount, $result.RestoredCount, $result.LeftCount, $result.IsComplete | Should -Be 4000, 3999, 1, $false
        $result.Verdict.Clean | Should -Be 3999
        $result.Verdict.Occupied | Should -Be 1
        $result.Reason | Should -Match 'Occupied Insert shop.orders id=17'
        $result.GtidSet | Should -Match '^[0-9a-f-]{36}:\d+$'
        Invoke-Sql $server "SELECT COUNT(*), SUM(customer = 'new') FROM shop.orders" | Should -Be "4000`t1"
    }

    It 'are an error with -RequireComplete where one is left, after the result, and none where all are back' {
        $log = Start-Incident
        $recorded = Invoke-Recorded { Restore-RowChange @at -LogPath $log -Operation Delete -Where @{ id = 16, 17 } -RequireComplete -Confirm:$false }
        $recorded.Output.RestoredCount, $recorded.Output.LeftCount | Should -Be 1, 1
        $recorded.Errors.FullyQualifiedErrorId | Should -BeLike 'ResultIncomplete,*'
        $recorded.Errors[0].Exception.Message | Should -Match 'id=17'
        $recorded = Invoke-Recorded { Restore-RowChange @at -LogPath $log -Operation Delete -Where @{ id = 16, 18 } -RequireComplete -Confirm:$false }
        $recorded.Errors | Should -BeNullOrEmpty
        $recorded.Output.IsComplete | Should -BeTrue
    }

    It 'come back on the server that a sum or an incident was found on, where none is named' {
        $null = Start-Incident
        $login = @{ Credential = $at.Credential }
        $sum = Measure-BinlogEvent @at -By Transaction | Where-Object DeleteCount -GT 1000 | Select-Object -Last 1
        ($sum | Test-RowChange @login | Group-Object Verdict -NoElement | Sort-Object Name).ForEach{ "$($_.Name) $($_.Count)" } | Should -Be 'Clean 3999', 'Occupied 1'
        ($sum | Restore-RowChange @login -Confirm:$false).Server | Should -Be $sum.Server
        Invoke-Sql $server 'SELECT COUNT(*) FROM shop.orders' | Should -Be 4000
    }

    It 'are told before, are left alone with -WhatIf, and are told again afterwards' {
        $log = Start-Incident
        $told = Get-RowChange $log -Operation Delete | Test-RowChange @at
        $told.Count | Should -Be 4000
        ($told | Group-Object Verdict -NoElement | Sort-Object Name).ForEach{ "$($_.Name) $($_.Count)" } | Should -Be 'Clean 3999', 'Occupied 1'
        $taken = $told | Where-Object Verdict -EQ Occupied
        $taken.Key.id, $taken.Now.customer, $taken.Before.customer | Should -Be 17, 'new', 'customer 17'
        $taken.Column | Should -Be 'customer', 'price'

        $told | Restore-RowChange @at -WhatIf | Should -BeNullOrEmpty
        Invoke-Sql $server 'SELECT COUNT(*) FROM shop.orders' | Should -Be 1
        Restore-RowChange @at -LogPath $log -Operation Delete -Where @{ id = 1..10 } -Confirm:$false | ForEach-Object RestoredCount | Should -Be 10
        (Test-RowChange @at -LogPath $log -Operation Delete | Group-Object Verdict -NoElement).ForEach{ "$($_.Name) $($_.Count)" } | Sort-Object |
            Should -Be 'AlreadyRestored 10', 'Clean 3989', 'Occupied 1'
    }

    It 'are restored from verdicts that were stored, some of them, and overwritten where asked for' {
        $log = Start-Incident
        Test-RowChange @at -LogPath $log -Operation Delete -Where @{ id = 1..20 } | Export-Clixml "$TestDrive/verdicts.xml"
        $done = Import-Clixml "$TestDrive/verdicts.xml" | Where-Object { $_.Key.id -gt 15 } | Restore-RowChange @at -OnConflict Overwrite -PassThru -Confirm:$false
        $done.Count | Should -Be 5
        $done.IsApplied | Select-Object -Unique | Should -BeTrue
        Invoke-Sql $server "SELECT GROUP_CONCAT(id ORDER BY id), SUM(customer = 'new') FROM shop.orders" | Should -Be "16,17,18,19,20`t0"
    }

    It 'are restored through a connection that the user has open, and the session keeps its settings' {
        $log = Start-Incident
        Add-Type -Path "$(Split-Path $Manifest)/bin/private/MySqlConnector.dll"
        $connection = [MySqlConnector.MySqlConnection]::new("Server=$($server.Folder)/mysql.sock;Protocol=unix;User ID=root")
        $connection.Open()
        try {
            $command = $connection.CreateCommand()
            $command.CommandText = "SET time_zone = '+03:00', sql_mode = 'ANSI', foreign_key_checks = 1"
            $null = $command.ExecuteNonQuery()
            $result = Restore-RowChange -Connection $connection -LogPath $log -Operation Delete -Confirm:$false
            $result.RestoredCount | Should -Be 3999
            $command.CommandText = 'SELECT CONCAT(@@time_zone, @@sql_mode, @@foreign_key_checks)'
            $command.ExecuteScalar() | Should -Be '+03:00REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ONLY_FULL_GROUP_BY,ANSI1'
        }
        finally { $connection.Dispose() }
    }

    It 'are not restored where the account may not: the error names the privilege' {
        $log = Start-Incident
        $null = Invoke-Sql $server "DROP USER IF EXISTS reader; CREATE USER reader IDENTIFIED BY 'x'; GRANT SELECT ON shop.* TO reader;"
        $credential = [pscredential]::new('reader', (ConvertTo-SecureString x -AsPlainText -Force))
        $recorded = Invoke-Recorded { Restore-RowChange -Server "127.0.0.1:$($server.Port)" -Credential $credential -LogPath $log -Operation Delete -Confirm:$false }
        $recorded.Errors[-1].FullyQualifiedErrorId | Should -Match '^ServerPrivilegeMissing,'
        $recorded.Errors[-1].ErrorDetails.RecommendedAction | Should -Be 'GRANT SELECT, INSERT, UPDATE, DELETE, TRIGGER ON shop.orders TO the account;'
        Invoke-Sql $server 'SELECT COUNT(*) FROM shop.orders' | Should -Be 1
    }

    It 'wait with -Throttle while the server is busy, and -Throttle takes times and numbers' {
        $log = Start-Incident
        $idle = (1..10).ForEach{ [int] (Invoke-Sql $server "SHOW GLOBAL STATUS LIKE 'Threads_running'").Split("`t")[1] } | Measure-Object -Minimum | ForEach-Object Minimum
        $busy = [System.Diagnostics.Process]::Start("$($server.Bin)/mysql", '-e "SELECT SLEEP(3600)"')
        Wait-Sql $server 'SHOW PROCESSLIST' 'SELECT SLEEP'
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript("param(`$at) Import-Module '$Manifest'; `$ProgressPreference = 'Continue'
                Restore-RowChange @at -LogPath '$log' -Operation Delete -Throttle $idle, 00:00:10 -Confirm:`$false").AddArgument($at)
            $running = $shell.BeginInvoke()
            while (-not $running.IsCompleted -and -not ($shell.Streams.Progress.StatusDescription -like 'waits:*')) { Start-Sleep -Milliseconds 50 }
            Start-Sleep -Seconds 1
            Invoke-Sql $server 'SELECT COUNT(*) FROM shop.orders' | Should -Be 1
            Stop-Session 'SELECT SLEEP'
            $result = $shell.EndInvoke($running)[0]
        }
        finally {
            Stop-Session 'SELECT SLEEP'
            $shell.Dispose()
        }

        $busy.WaitForExit()
        $result.RestoredCount, $result.IsComplete | Should -Be 3999, $false
        $result.Duration.TotalSeconds | Should -BeGreaterThan 1
        { Restore-RowChange @at -LogPath $log -Throttle soon -Confirm:$false } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
    }

    It 'end with Ctrl+C after the batch at hand, with the result so far' -Skip:(-not (Get-Command script -ErrorAction Ignore)) {
        $log = Start-Incident
        Set-Content "$TestDrive/restore.ps1" @"
`$ProgressPreference = 'SilentlyContinue' # asks the terminal where it is, and nobody answers here
Import-Module '$Manifest'
`$at = @{ Server = '$($server.Folder)/mysql.sock'; Credential = [pscredential]::new('root', [securestring]::new()) }
`$result = Restore-RowChange @at -LogPath '$log' -Operation Delete -BatchSize 100 -Confirm:`$false
`$result | Export-Clixml '$TestDrive/result.xml'
"@
        # A lock that the sixth batch waits for, until the key has been pressed and may be read.
        $null = Invoke-Sql $server 'DELETE FROM shop.orders; INSERT INTO shop.orders VALUES (3500, "held", 1);'
        $hold = [System.Diagnostics.ProcessStartInfo]::new("$($server.Bin)/mysql", '-e "BEGIN; DELETE FROM shop.orders WHERE id = 3500; DO SLEEP(3600); ROLLBACK"')
        $hold = [System.Diagnostics.Process]::Start($hold)
        Wait-Sql $server 'SHOW PROCESSLIST' 'DO SLEEP'
        $start = [System.Diagnostics.ProcessStartInfo]::new('script', "-qec `"$Pwsh -NoProfile -File '$TestDrive/restore.ps1'`" /dev/null")
        $start.RedirectStandardInput = $true
        $start.RedirectStandardOutput = $true
        $shell = [System.Diagnostics.Process]::Start($start)
        $shell.BeginOutputReadLine()
        Wait-Sql $server "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'" '^1$'
        $shell.StandardInput.Write([char] 3)
        $shell.StandardInput.Flush()
        Start-Sleep -Seconds 5
        Stop-Session 'DO SLEEP'
        $shell.WaitForExit(300000) | Should -BeTrue
        $hold.WaitForExit()
        $result = Import-Clixml "$TestDrive/result.xml"
        $result.IsComplete | Should -BeFalse
        $result.Reason | Should -Contain 'stopped before all rows were come to: run it again'
        $result.RestoredCount | Should -BeGreaterThan 0
        $result.RestoredCount | Should -BeLessThan 3999
        Invoke-Sql $server 'SELECT COUNT(*) FROM shop.orders' | Should -Be ($result.RestoredCount + 1)
    }

    It 'show how many are done, which part that is, and how long the rest will take' {
        $told = {
            param($Command, $Count)
            $shell = [powershell]::Create()
            try {
                $null = $shell.AddScript("param(`$at) Import-Module '$Manifest'; `$ProgressPreference = 'Continue'; $Command @at -LogPath '$log' -Operation Delete -BatchSize 1").AddArgument($at).Invoke()
                $of = [regex]::Escape($Count.ToString('N0', [cultureinfo]::InvariantCulture))
                $shell.Streams.Progress | Where-Object { $_.Activity -eq $Command.Split(' ')[0] -and $_.StatusDescription -match "^[\d,]+ of $of rows$" }
                @($shell.Streams.Progress)[-1].RecordType | Should -Be Completed
            }
            finally { $shell.Dispose() }
        }
        $log = Start-Incident
        & $told 'Test-RowChange' 4000 | Should -Not -BeNullOrEmpty
        # What is over within a second is told of but once, and has no time left: there are more and more rows until this machine takes longer.
        for ($count = 4000; $count -le 256000 -and $left.Count -lt 3; $count *= 4) {
            $log = Start-Incident $count
            $records = @(& $told 'Restore-RowChange -Confirm:$false' $count)
            $left = @($records.SecondsRemaining).Where{ $_ -ge 0 }
        }

        $records[-1].PercentComplete | Should -BeGreaterThan $records[0].PercentComplete
        $left.Count | Should -BeGreaterThan 2
        $left[-1] | Should -BeLessOrEqual $left[0]
    }

    It 'come to the same end where pwsh is killed at any moment and the command is run again' {
        # MYSQLRECOVERY_KILLS says how often.
        $count = $env:MYSQLRECOVERY_KILLS ? [int] $env:MYSQLRECOVERY_KILLS : 3
        $log = Start-Incident
        $null = Invoke-Sql $server 'FLUSH BINARY LOGS' # what follows is not undone
        Set-Content "$TestDrive/killed.ps1" @"
Import-Module '$Manifest'
`$at = @{ Server = '$($server.Folder)/mysql.sock'; Credential = [pscredential]::new('root', [securestring]::new()) }
Restore-RowChange @at -LogPath '$log' -Operation Delete -BatchSize 20 -Confirm:`$false
"@
        $random = [random]::new(18)
        $partial = 0
        # How long it takes on this machine, so that a kill may come at any moment of it; more of them until one came in the middle.
        $whole = (Restore-RowChange @at -LogPath $log -Operation Delete -BatchSize 20 -Confirm:$false).Duration.TotalMilliseconds
        for ($i = 0; $i -lt $count -or ($partial -eq 0 -and $i -lt $count + 20); $i++) {
            $null = Invoke-Sql $server "DELETE FROM shop.orders WHERE customer <> 'new'"
            $start = [System.Diagnostics.ProcessStartInfo]::new($Pwsh, "-NoProfile -NonInteractive -File `"$TestDrive/killed.ps1`"")
            $start.RedirectStandardOutput = $true
            $shell = [System.Diagnostics.Process]::Start($start)
            $deadline = [datetime]::UtcNow.AddSeconds(300)
            while (-not $shell.HasExited -and [int] (Invoke-Sql $server 'SELECT COUNT(*) FROM shop.orders') -le 1 -and [datetime]::UtcNow -lt $deadline) { Start-Sleep -Milliseconds 20 }
            Start-Sleep -Milliseconds $random.Next([int] $whole)
            $shell.Kill()
            $shell.WaitForExit()
            $there = [int] (Invoke-Sql $server 'SELECT COUNT(*) FROM shop.orders')
            ($there - 1) % 20 | Should -BeIn 0, 19 -Because 'batches are whole, and one of them has the row that is taken'
            $partial += $there -gt 1 -and $there -lt 4000
            $again = Restore-RowChange @at -LogPath $log -Operation Delete -Confirm:$false
            ($again.RestoredCount + $again.AlreadyRestoredCount), $again.LeftCount | Should -Be 3999, 1
            Invoke-Sql $server "SELECT COUNT(*), SUM(customer = 'new') FROM shop.orders" | Should -Be "4000`t1"
        }

        $partial | Should -BeGreaterThan 0
    }

    It 'of findings are made what they are on the source, and nothing of it is logged' {
        $source = Start-TestServer (Get-ServerPrefix)
        try {
            $null = Start-Incident
            $dump = "$($server.Bin)/mysqldump"
            & $dump --set-gtid-purged=OFF --databases shop | & "$($source.Bin)/mysql"
            $null = Invoke-Sql $server "SET sql_log_bin = 0; UPDATE shop.orders SET customer = 'drifted' WHERE id = 17; INSERT INTO shop.orders VALUES (18, 'extra', 2.50), (19, 'later', 3); FLUSH BINARY LOGS"
            $null = Invoke-Sql $source "INSERT INTO shop.orders VALUES (20, 'lost', 4.25)"
            $findings = Test-ReplicationConsistency "$($source.Folder)/mysql.sock" $at.Server -Credential $at.Credential -Check Data -Database shop
            $findings.Count | Should -Be 4
            $null = Invoke-Sql $server "SET sql_log_bin = 0; UPDATE shop.orders SET price = 5 WHERE id = 19"
            $before = Invoke-Sql $server 'SHOW BINARY LOG STATUS'
            (Test-RowChange @at -InputObject $findings[0]).Verdict | Should -Be NotInLog -Because 'the two do not replicate, so that the row is not proven to be lost'
            $findings | Export-Clixml "$TestDrive/findings.xml"
            $told = Import-Clixml "$TestDrive/findings.xml" | Test-RowChange @at -IncludeLikely
            ($told | Sort-Object { $_.Key.id }).ForEach{ "$($_.Key.id) $($_.Action) $($_.Verdict)" } | Should -Be '17 Update Clean', '18 Delete Clean', '19 Delete ChangedSince', '20 Insert Clean'
            $done = $told | Restore-RowChange @at -Confirm:$false
            $done.RestoredCount, $done.LeftCount | Should -Be 3, 1
            Invoke-Sql $server 'SELECT * FROM shop.orders ORDER BY id' | Should -Be "17`tnew`t1.00", "19`tlater`t5.00", "20`tlost`t4.25"
            Invoke-Sql $server 'SHOW BINARY LOG STATUS' | Should -Be $before
            ($findings | Restore-RowChange @at -IncludeLikely -Confirm:$false).AlreadyRestoredCount | Should -Be 3
            (Invoke-Recorded { $findings | Restore-RowChange @at -Forward -Confirm:$false }).Errors[0].FullyQualifiedErrorId | Should -Match '^RepairReversed,'
            (Invoke-Recorded { Test-ReplicationConsistency "$($source.Folder)/mysql.sock" $at.Server -Credential $at.Credential -Check Setting | Restore-RowChange @at -Confirm:$false }).Errors[-1].FullyQualifiedErrorId | Should -Match '^NothingToRepair,'
            (Invoke-Recorded { & { $findings; Get-ChildItem $server.Log } | Restore-RowChange @at -Confirm:$false }).Errors[0].FullyQualifiedErrorId | Should -Match '^InputObjectMixed,'
        }
        finally { Stop-TestServer $source }
    }

    It 'of a pipeline that others gave another key are looked for in the logs beside it, and the result says where nobody looks' {
        $null = Start-Incident
        $null = Invoke-Sql $server "FLUSH BINARY LOGS; INSERT INTO shop.orders VALUES (5001, 'damage', 1), (5002, 'damage', 1); UPDATE shop.orders SET id = 6001 WHERE id = 5001; DELETE FROM shop.orders WHERE id = 5002; FLUSH BINARY LOGS"
        $logs = (Get-ChildItem $server.Log | Sort-Object Name | Select-Object -Last 2).FullName
        $rows = Get-RowChange $logs[0] -Operation Insert
        $rows.Count | Should -Be 2
        $unseen = Get-RowChange $logs[0] -Operation Insert | Where-Object { $_.After.customer -eq 'damage' } | Restore-RowChange @at -Confirm:$false -WarningVariable warnings -WarningAction Ignore
        $unseen.AlreadyRestoredCount, $unseen.IsComplete | Should -Be 2, $false
        $unseen.Reason | Should -BeLike 'AlreadyRestored Delete shop.orders id=500?: whether something that was not chosen * was not looked for: give -LogPath beside the rows (and 1 more rows)'
        $warnings | Should -BeLike '*was not looked for: only logs show it*'
        $null = $rows | Test-RowChange @at -WarningVariable warnings -WarningAction Ignore
        $warnings | Should -BeLike '*was not looked for: only logs show it*'
        foreach ($piped in $rows, (Get-BinlogEvent $logs[0] -Operation Insert)) {
            $told = $piped | Test-RowChange @at -LogPath $logs -WarningVariable warnings
            ($told | Sort-Object { $_.Key.id }).ForEach{ "$($_.Key.id) $($_.Verdict)" } | Should -Be '5001 NotInLog', '5002 AlreadyRestored'
            foreach ($result in ($piped | Restore-RowChange @at -LogPath $logs -Confirm:$false), ($told | Restore-RowChange @at -Confirm:$false)) {
                $result.AlreadyRestoredCount, $result.LeftCount, $result.IsComplete | Should -Be 1, 1, $false
                $result.Reason | Should -BeLike 'NotInLog Delete shop.orders id=5001: something that was not chosen gave the row another key since*'
            }
            $warnings | Should -BeNullOrEmpty
        }
        ($rows | Restore-RowChange @at -LogPath $logs[1] -Confirm:$false -WarningAction Ignore).Reason | Should -BeLike '* events of the pipeline are not in the logs given beside it*'
        $done = Get-RowChange $logs[0] | Restore-RowChange @at -Confirm:$false -WarningVariable warnings
        $done.RestoredCount, $done.IsComplete | Should -Be 1, $true -Because 'all rows are as they were left, and nobody needs to look'
        $warnings | Should -BeNullOrEmpty
        (Invoke-Recorded { $rows | Restore-RowChange @at -LogPath "$TestDrive/none.000001" -Confirm:$false }).Errors[0].FullyQualifiedErrorId | Should -Match '^FileNotFound,'
    }

    It 'of sums are those that the sums counted, and a sum without its place is refused' {
        $log = Start-Incident
        $sum = Measure-BinlogEvent $log -Operation Delete
        ($sum | Test-RowChange @at | Measure-Object).Count | Should -Be $sum.DeleteCount
        ($sum | Restore-RowChange @at -Confirm:$false).RestoredCount | Should -Be 3999
        $nowhere = [MySqlRecovery.Model.BinlogSummary] @{ Database = 'shop'; Table = 'orders' }
        (Invoke-Recorded { $nowhere | Restore-RowChange @at -Confirm:$false }).Errors[0].FullyQualifiedErrorId | Should -Match '^SummaryNotTransaction,'
    }
}
