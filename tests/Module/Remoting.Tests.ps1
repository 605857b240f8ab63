BeforeAll {
    . $PSScriptRoot/Setup.ps1
    $expected = Get-UndoText (Get-RowChange $Second)
    $count = 0
    # Undoes what comes down the pipeline and gives the undo's changes as text.
    function Get-PipelineUndo([Parameter(ValueFromPipeline)] $InputObject) {
        begin { $objects = [System.Collections.Generic.List[object]]::new() }
        process { $objects.Add($InputObject) }
        end {
            $path = "$TestDrive/undo-$((++$script:count)).000001"
            ($objects | Invoke-BinlogReverse -Destination $path).IsVerified | Should -BeTrue
            Get-RowChange $path | ConvertTo-ChangeText
        }
    }
}

Describe 'Objects from a job' {
    BeforeAll {
        $events = Start-Job { Import-Module $using:Manifest; Get-BinlogEvent $using:Second } | Receive-Job -Wait -AutoRemoveJob
        $rows = Start-Job { Import-Module $using:Manifest; Get-RowChange $using:Second } | Receive-Job -Wait -AutoRemoveJob
        $rest = Start-Job {
            Import-Module $using:Manifest
            Measure-BinlogEvent $using:Second
            Invoke-BinlogReverse $using:Second "$using:TestDrive/job.000001"
            Export-RowChangeSql -LogPath $using:Second -Path "$using:TestDrive/job.sql"
        } | Receive-Job -Wait -AutoRemoveJob
    }

    It 'are live again and still say where they came from' {
        $events | ForEach-Object { $_.GetType().FullName } | Select-Object -Unique | Should -Be 'MySqlRecovery.Model.BinlogEvent'
        $rows | ForEach-Object { $_.GetType().FullName } | Select-Object -Unique | Should -Be 'MySqlRecovery.Model.RowChange'
        $rest | ForEach-Object { $_.GetType().Name } | Select-Object -Unique | Should -Be 'BinlogSummary', 'UndoBinlog', 'SqlExport'
        $events[0].PSComputerName | Should -Be 'localhost'
        $events.ForEach('ToString') | Should -Be (Get-BinlogEvent $Second).ForEach('ToString')
    }

    It 'keep the rows that an undo leaves out' {
        $samples = "$(Split-Path $Manifest)/samples/incident/binlog.*"
        $undo = Start-Job {
            Import-Module $using:Manifest
            Invoke-BinlogReverse $using:samples "$using:TestDrive/left.000001" -ThreadId 13 -ExcludeLaterChange -WarningAction Ignore
            Export-RowChangeSql "$using:TestDrive/left.sql" -LogPath $using:samples -ThreadId 13 -Reverse -ExcludeLaterChange -WarningAction Ignore
        } | Receive-Job -Wait -AutoRemoveJob
        $undo | ForEach-Object { $_.GetType().Name } | Should -Be 'UndoBinlog', 'SqlExport'
        foreach ($one in $undo) {
            $one.ExcludedRowCount | Should -Be 2
            $one.Excluded | Should -BeOfType MySqlRecovery.Model.LaterChange
            $one.Excluded.ForEach{ "$($_.Table) $($_.Key.id) $($_.Operation) $($_.ThreadId)" } | Should -Be 'wf_task t103-2 Delete 14', 'wf_variable v103-amount Delete 14'
            "$($one.Excluded[0])" | Should -Be 'flow.wf_task id=t103-2 at binlog.000001:36840 thread 14'
        }
    }

    It 'keep values, order and time zone of a row' {
        $rows | ConvertTo-ChangeText | Should -Be (Get-RowChange $Second | ConvertTo-ChangeText)
        $rows[0].Timestamp.Kind | Should -Be 'Utc'
        ($rows | Where-Object { $_.Before.status -eq 'paid' }).Count | Should -Be 2
    }

    It 'go into every cmdlet that takes objects' {
        $events | Where-Object Operation | Get-PipelineUndo | Should -Be $expected
        $rows | Get-PipelineUndo | Should -Be $expected
        $rows | Export-RowChangeSql -Reverse | Should -BeExactly (Export-RowChangeSql -LogPath $Second -Reverse)
        $events | Get-RowChange | ConvertTo-ChangeText | Should -Be (Get-RowChange $Second | ConvertTo-ChangeText)
        ($events | Measure-BinlogEvent).ForEach('ToString') | Should -Be (Measure-BinlogEvent $Second).ForEach('ToString')
    }

    It 'do so after Select-Object *, too' {
        $events | Where-Object Operation | Select-Object * | Get-PipelineUndo | Should -Be $expected
        $rows | Select-Object *, @{ Name = 'Why'; Expression = { 'mine' } } | Get-PipelineUndo | Should -Be $expected
        $events | Select-Object * | Get-RowChange | ConvertTo-ChangeText | Should -Be (Get-RowChange $Second | ConvertTo-ChangeText)
        ($events | Select-Object * | Measure-BinlogEvent).ForEach('ToString') | Should -Be (Measure-BinlogEvent $Second).ForEach('ToString')
    }
}

Describe 'Objects from Export-Clixml' {
    BeforeAll {
        Get-BinlogEvent $Second | Export-Clixml "$TestDrive/events.xml"
        Get-RowChange $Second | Export-Clixml "$TestDrive/rows.xml"
    }

    It 'are live again and give the same undo' {
        $events = Import-Clixml "$TestDrive/events.xml"
        $events[0] | Should -BeOfType MySqlRecovery.Model.BinlogEvent
        $events | Get-PipelineUndo | Should -Be $expected
        $rows = Import-Clixml "$TestDrive/rows.xml"
        $rows | Get-PipelineUndo | Should -Be $expected
        $rows | Select-Object -Last 3 | Get-PipelineUndo | Should -Be $expected[0..2]
    }

    It 'do so when the module came later' {
        $script = "`$events = Import-Clixml '$TestDrive/events.xml'; `$rows = Import-Clixml '$TestDrive/rows.xml'
            Import-Module '$Manifest'
            `$WarningPreference = 'SilentlyContinue'
            `$events[0].PSTypeNames[0]
            (`$events | Where-Object Operation | Invoke-BinlogReverse -Destination '$TestDrive/late-events.000001').RowCount
            (`$rows | Invoke-BinlogReverse -Destination '$TestDrive/late-rows.000001').RowCount
            @(`$events | Get-RowChange).Count
            (`$events | Measure-BinlogEvent | Measure-Object RowCount -Sum).Sum
            @(`$rows | Export-RowChangeSql).Count"
        & $Pwsh -NoProfile -NonInteractive -Command $script |
            Should -Be 'Deserialized.MySqlRecovery.Model.BinlogEvent', 21, 21, 21, 21, @(Export-RowChangeSql -LogPath $Second).Count
        Get-RowChange "$TestDrive/late-events.000001" | ConvertTo-ChangeText | Should -Be $expected
        Get-RowChange "$TestDrive/late-rows.000001" | ConvertTo-ChangeText | Should -Be $expected
    }
}

Describe 'Objects of a log without GTIDs' {
    It 'stay without GTIDs and give an anonymous undo' {
        Get-BinlogEvent $Plain -Operation Update, Delete | Export-Clixml "$TestDrive/plain.xml"
        $events = Import-Clixml "$TestDrive/plain.xml"
        $null -eq $events[0].Gtid | Should -BeTrue
        $undo = $events | Invoke-BinlogReverse -Destination "$TestDrive/plain-undo.000001"
        $undo.GtidSet | Should -BeNullOrEmpty
        (Get-BinlogEvent $undo.Path).EventType | Should -Contain 'AnonymousGtid'
        (Get-BinlogEvent $undo.Path).EventType | Should -Not -Contain 'Gtid'
    }
}

Describe 'Live objects' {
    It 'go through Select-Object * and Sort-Object' {
        Get-BinlogEvent $Second | Where-Object Operation | Select-Object * | Get-PipelineUndo | Should -Be $expected
        Get-BinlogEvent $Second | Select-Object * | Get-RowChange | ConvertTo-ChangeText | Should -Be (Get-RowChange $Second | ConvertTo-ChangeText)
        Get-RowChange $Second | Select-Object *, @{ Name = 'Why'; Expression = { 'mine' } } | Get-PipelineUndo | Should -Be $expected
        Get-RowChange $Second | Sort-Object Position, RowIndex | Get-PipelineUndo | Should -Be $expected
    }

    It 'give the same undo in whatever size of portions they come' {
        Get-BinlogEvent $Second -Operation Delete, Update | Get-RowChange | Get-PipelineUndo | Should -Be $expected
    }
}
