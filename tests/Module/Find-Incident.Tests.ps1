BeforeAll {
    . $PSScriptRoot/Setup.ps1
    $logs = "$PSScriptRoot/../../samples/incident/binlog.*"
    $found = @(Find-Incident $logs)
}

Describe 'Find-Incident' {
    It 'ranks the job with the wrong limit first, and says why' {
        $found[0].Score | Should -Be 100
        $found[0].ThreadId | Should -Be 14
        $found[0].TransactionCount, $found[0].DeleteCount, $found[0].UpdateCount, $found[0].InsertCount | Should -Be 5, 50, 15, 0
        $found[0].Table | Sort-Object | Should -Be 'flow.wf_bytes', 'flow.wf_execution', 'flow.wf_history', 'flow.wf_task', 'flow.wf_variable'
        $found[0].Reason -join '; ' | Should -BeLike '*deleted 20 rows of flow.wf_variable in a run, where 4 are usual*'
        $found[0].LogFile, $found[0].StopLogFile | Should -Be 'binlog.000001', 'binlog.000002'
        $found[0].LogPath.Count, $found[0].Gtid.Count | Should -Be 2, 1
    }

    It 'gives the most suspicious first, and only so many' {
        $all = Find-Incident $logs -MinimumScore 0
        $all.Score | Should -Be ($all.Score | Sort-Object -Descending)
        @(Find-Incident $logs -MinimumScore 0 -Top 1).Count | Should -Be 1
    }

    It 'gives the same for events from the pipeline, stored or live' {
        $text = $found.ForEach('ToString')
        (Get-BinlogEvent $logs | Find-Incident).ForEach('ToString') | Should -Be $text
        Get-BinlogEvent $logs | Export-Clixml "$TestDrive/events.xml"
        (Import-Clixml "$TestDrive/events.xml" | Find-Incident).ForEach('ToString') | Should -Be $text
    }

    It 'finds dropped and emptied tables, and not those that the log made itself' {
        $drop = Get-BinlogEvent $First | Where-Object Statement -Like 'CREATE TABLE*' | Select-Object -First 1
        $found = 'DROP TABLE shop.old', 'TRUNCATE orders', 'ALTER TABLE stock DROP COLUMN note', 'ALTER TABLE stock DROP INDEX note', 'DROP TEMPORARY TABLE stock', 'DROP DATABASE shop' |
            ForEach-Object { $event = $drop.PSObject.Copy(); $event.RawEvent = $null; $event.Statement = $_; $event.Database = 'shop'; $event } | Find-Incident
        $found.Table | Should -Be 'shop.old', 'shop.orders', 'shop.*', 'shop.stock'
        $found.Score | Should -Be 70, 70, 70, 55
        $found[0].Hint | Should -BeLike 'Get-BinlogEvent *'
    }

    It 'says that nothing stands out, and how near it came' {
        Find-Incident $Plain -WarningVariable none -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $none | Should -BeLike 'Nothing in these logs is unusual for its table*'
        Find-Incident $logs -ThreadId 13 -WarningVariable low -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $low | Should -BeLike 'Nothing in these logs *'
    }
}

Describe 'An incident' {
    It 'gives Get-RowChange exactly its rows, live and stored' {
        Find-Incident $logs -MinimumScore 0 | Export-Clixml "$TestDrive/incidents.xml"
        foreach ($incident in @(Find-Incident $logs -MinimumScore 0) + @(Import-Clixml "$TestDrive/incidents.xml")) {
            $rows = @($incident | Get-RowChange)
            'Insert', 'Update', 'Delete' | ForEach-Object { $operation = $_; @($rows | Where-Object Operation -eq $operation).Count } |
                Should -Be $incident.InsertCount, $incident.UpdateCount, $incident.DeleteCount
        }
    }

    It 'is undone as a binlog and as SQL' {
        ($found[0] | Invoke-BinlogReverse -Destination "$TestDrive/undo.binlog").RowCount | Should -Be 65
        ($found[0] | Export-RowChangeSql "$TestDrive/undo.sql" -Reverse).RowCount | Should -Be 65
    }

    It 'has the command that undoes just that, which runs' {
        Push-Location $TestDrive
        try {
            foreach ($incident in Find-Incident $logs -MinimumScore 0) {
                $result = Invoke-Expression "$($incident.Hint) -Force -WarningAction SilentlyContinue"
                $result.RowCount | Should -Be ($incident.InsertCount + $incident.UpdateCount + $incident.DeleteCount) -Because $incident.Hint
                $result.IsVerified | Should -BeTrue
            }
        }
        finally { Pop-Location }
    }

    It 'of a DROP shows the statement, and cannot be undone from the log' {
        Copy-Item $First "$TestDrive/it's a [log].000001"
        $event = Get-BinlogEvent -LiteralPath "$TestDrive/it's a [log].000001" | Where-Object Statement -Like 'CREATE TABLE*' | Select-Object -First 1
        $incident = [MySqlRecovery.Model.Incident] @{ Table = 'shop.orders'; Hint = 'x'; Statement = 'DROP TABLE orders'; LogFile = $event.LogFile; StopLogFile = $event.LogFile }
        (Invoke-Recorded { $incident | Get-RowChange }).Errors.FullyQualifiedErrorId | Should -BeLike 'IncidentWithoutRows,*'
        (Invoke-Recorded { $incident | Invoke-BinlogReverse -Destination "$TestDrive/none" }).Errors.FullyQualifiedErrorId | Should -BeLike 'IncidentWithoutRows,*'
    }

    It 'is shown at 80 and at 120 columns with score, time, place, session and reason' {
        foreach ($width in 80, 120) {
            $view = @(($found[0] | Out-String -Width $width) -replace '\e\[[0-9;]*m' -split '\r?\n' | Where-Object { $_ })
            $view[0] -split '\s+' | Where-Object { $_ } | Should -Be 'Score', 'FirstTimestamp', 'Where', 'ThreadId', 'Reason'
            $view | ForEach-Object { $_.Length | Should -BeLessOrEqual $width }
            $view[2] | Should -Match '^ *100 2026-11-1[78] \d\d:\d0:00[+-]\d\d:\d\d flow\.wf_execution, .* 14 updated'
        }
    }
}
