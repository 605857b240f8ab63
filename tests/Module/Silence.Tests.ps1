BeforeAll {
    . $PSScriptRoot/Setup.ps1
    $log = "$PSScriptRoot/../../samples/incident/binlog.000001"
    $logs = "$PSScriptRoot/../../samples/incident/binlog.*"
    # What a command warns of.
    function Get-Warning([scriptblock] $Command) { & $Command 3>&1 2>$null | Where-Object { $_ -is [System.Management.Automation.WarningRecord] } | ForEach-Object Message }
}

Describe 'A filter that matches nothing' {
    It 'says which tables there are, the likeliest first, in <Name>' -ForEach @(
        @{ Name = 'Get-BinlogEvent'; Command = { Get-BinlogEvent $log -Table wf_taks } }
        @{ Name = 'Get-RowChange'; Command = { Get-RowChange $log -Table wf_taks } }
        @{ Name = 'Measure-BinlogEvent'; Command = { Measure-BinlogEvent $log -Table wf_taks } }
        @{ Name = 'Get-RowChange, of a pipeline'; Command = { Get-BinlogEvent $log | Get-RowChange -Table wf_taks } }
        @{ Name = 'Measure-BinlogEvent, of a pipeline'; Command = { Get-BinlogEvent $log | Measure-BinlogEvent -Table wf_taks } }
    ) {
        $warnings = @(Get-Warning $Command)
        $warnings.Count | Should -Be 1
        $warnings[0] | Should -BeLike 'No table wf_taks in these logs; there are flow.wf_task, *'
    }

    It 'is named in the error of commands that must have something to write' {
        foreach ($command in { Invoke-BinlogReverse $log "$TestDrive/none" -Table wf_taks }, { Export-RowChangeSql -LogPath $log -Reverse -Table wf_taks }) {
            $result = Invoke-Recorded $command
            $result.Errors.FullyQualifiedErrorId | Should -BeLike 'NoRowChange,*'
            $result.Errors.Exception.Message | Should -BeLike '*no table wf_taks in these logs; there are flow.wf_task*'
        }
    }

    It 'is named where another one of the same kind matches' {
        Get-Warning { Measure-BinlogEvent $log -Table wf_task, wf_taks } | Should -BeLike 'No table wf_taks in these logs*'
        Get-Warning { Measure-BinlogEvent $log -ThreadId 14, 99 } | Should -Match '^No session 99 in these logs; there are (\d+, )*14'
    }

    It 'says <There>' -ForEach @(
        @{ Arguments = @{ Database = 'flaw' }; There = 'No row of database flaw was changed in these logs; there are changes of flow.' }
        @{ Arguments = @{ ThreadId = 99 }; There = 'No session 99 in these logs; there are 11, 12, 13, 14, 15.' }
        @{ Arguments = @{ ServerId = 99 }; There = 'Nothing in these logs was written by server id 99; there are *' }
        @{ Arguments = @{ Gtid = '2e7e0411-e5bd-11f1-8a43-02fc00000001:900' }; There = '-Gtid: no transaction of 2e7e0411-*:900 in these logs; there are 2e7e0411-*:*' }
        @{ Arguments = @{ StartTime = '2027-01-01' }; There = 'Nothing was logged from 2027-01-01 00:00:00 *; these logs go from 2026-11-17 * to 2026-11-21 *' }
        @{ Arguments = @{ StopTime = '2020-01-01' }; There = 'Nothing was logged to 2020-01-01 00:00:00 *; these logs go from 2026-11-17 *' }
        @{ Arguments = @{ Table = 'wf_definition'; ThreadId = 14 }; There = 'Nothing fulfils all conditions together: *' }
        @{ Arguments = @{ Table = 'wf_task'; Where = @{ priority = -1 } }; There = 'Nothing fulfils all conditions together: *' }
    ) {
        $warnings = @(Get-Warning { Get-RowChange $logs @Arguments })
        @($warnings -like $There).Count | Should -Be 1 -Because ($warnings -join '; ')
    }

    It 'names GTIDs that are not there once, of a pipeline, too' {
        $gtid = '2e7e0411-e5bd-11f1-8a43-02fc00000001:900'
        Get-Warning { Get-RowChange $logs -Gtid $gtid } | Should -BeLike '-Gtid: no transaction of 2e7e0411-*:900 in these logs; there are 2e7e0411-*:*'
        Get-Warning { Get-BinlogEvent $log | Get-RowChange -Gtid $gtid } | Should -BeLike '-Gtid: no transaction of 2e7e0411-*:900 in these logs; there are 2e7e0411-*:*'
        $message = (Invoke-Recorded { Invoke-BinlogReverse $log "$TestDrive/none" -Gtid $gtid }).Errors.Exception.Message
        ($message -split 'no transaction of').Count | Should -Be 2 -Because $message
    }

    It 'is not spoken of where everything asked for is there, or the pipeline had enough' {
        Get-Warning { Get-RowChange $logs -Table wf_task, wf_* -Database flow -ThreadId 14 -Operation Delete -StartTime 2026-11-17Z } | Should -BeNullOrEmpty
        Get-Warning { Get-RowChange $logs -Table wf_task, none | Select-Object -First 1 } | Should -BeNullOrEmpty
        Get-Warning { Get-BinlogEvent $logs -Database flow -EventType Query } | Should -BeNullOrEmpty
        Get-Warning { Get-BinlogEvent $logs -EventType Gtid, Xid } | Should -BeNullOrEmpty
    }

    It 'is told from a log without any row change' {
        Copy-Damaged $log "$TestDrive/start.000001" -Length ((Get-BinlogEvent $log | Select-Object -First 1 -Skip 1).EndPosition)
        Get-Warning { Get-RowChange "$TestDrive/start.000001" } | Should -BeLike 'There is no row change in these logs: none of their 2 events has rows.'
    }
}

Describe 'A stop before its start' {
    It 'is an error: <_>' -ForEach @(
        { Get-RowChange $log -StartTime 2026-11-17T20:00Z -StopTime 2026-11-17T19:00Z }
        { Measure-BinlogEvent $log -StartTime 2026-11-17T20:00Z -StopTime 2026-11-17T19:59:59Z }
        { Get-BinlogEvent $log -StartPosition 26559 -StopPosition 198 }
        { Get-RowChange -Server nowhere.invalid -StartFile binlog.000007 -StopFile binlog.000006 }
        { Get-RowChange -Server nowhere.invalid -StartFile binlog.000007 -StartPosition 700 -StopFile binlog.000007 -StopPosition 200 }
        { Test-RowChange -LogPath $log -StartTime 2026-11-17T20:00Z -StopTime 2026-11-17T19:00Z }
    ) {
        (Invoke-Recorded $_).Errors.FullyQualifiedErrorId | Should -BeLike 'RangeReversed,*'
    }
}

Describe '-RequireComplete' {
    It 'makes an error of what is warned of: <_>' -ForEach @(
        { Get-RowChange $log -StartPosition 26559 -StopPosition 27500 -RequireComplete }
        { Get-BinlogEvent "$TestDrive/damaged.000001" -RequireComplete }
        { Measure-BinlogEvent $log -StartPosition 26559 -StopPosition 27500 -RequireComplete }
        { Invoke-BinlogReverse "$TestDrive/torn.000001" "$TestDrive/$([guid]::NewGuid())" -RequireComplete }
        { Export-RowChangeSql -LogPath "$TestDrive/torn.000001" -Reverse -RequireComplete }
    ) {
        Copy-Damaged $log "$TestDrive/damaged.000001" -FlipAt 27000
        $middle = (Get-RowChange $log -StartPosition 26559 | Select-Object -First 1).EndPosition
        Copy-Damaged $log "$TestDrive/torn.000001" -Length $middle
        $command = [scriptblock]::Create($_.ToString().Replace('27500', $middle))
        (Invoke-Recorded $command).Errors[-1].FullyQualifiedErrorId | Should -BeLike 'ResultIncomplete,*'
    }

    It 'asks for nothing where all is there, and a scheduler sees it in the exit code' {
        (Invoke-Recorded { Measure-BinlogEvent $logs -RequireComplete }).Errors | Should -BeNullOrEmpty
        & $Pwsh -NoProfile -NonInteractive -Command "Import-Module '$Manifest'; `$null = Invoke-BinlogReverse '$TestDrive/torn.000001' '$TestDrive/exit.000001' -RequireComplete" *> $null
        $LASTEXITCODE | Should -Be 1
    }
}

Describe '-Verbose' {
    It 'names the files that are read, and the range of time as local time and UTC' {
        Copy-Item $log "$TestDrive/binlog.000001"
        Set-Content "$TestDrive/binlog.index" './binlog.000001'
        Get-RowChange "$TestDrive/binlog.*" -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } | ForEach-Object Message |
            Should -Contain "Passing over $TestDrive/binlog.index: a server keeps it beside its logs, and it is none"
        $verbose = Get-RowChange $log -StartTime 2026-11-17T20:30:00Z -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } | ForEach-Object Message
        $verbose[0] | Should -BeLike 'Reading *binlog.000001'
        $verbose[1] | Should -Match '^Taking events from 2026-11-1\d \d\d:\d\d:00[+-]\d\d:\d\d, which is 2026-11-17 20:30:00Z$'
    }
}
