BeforeAll {
    . $PSScriptRoot/Setup.ps1
    # A log of many transactions: those of another log again and again, after its first events. Positions go on.
    function New-LongLog([string] $Destination, [long] $Size) {
        $bytes = [System.IO.File]::ReadAllBytes($Second)
        $start = [int] (Get-BinlogEvent $Second -EventType Gtid | Select-Object -First 1).Position
        $end = [int] (Get-BinlogEvent $Second -EventType Xid | Select-Object -Last 1).EndPosition
        $file = [System.IO.File]::Create($Destination)
        try {
            $file.Write($bytes, 0, $start)
            # 4 MiB at a time: the checksums are good wherever an event stands, and its own position in it is advice only.
            $part = [System.IO.MemoryStream]::new()
            while ($part.Length -lt 4MB) { $part.Write($bytes, $start, $end - $start) }
            while ($file.Length -lt $Size) { $part.WriteTo($file) }
        }
        finally { $file.Dispose() }
    }

    # Starts a pipeline, stops it a moment later as Ctrl+C does, and gives the seconds that the stopping took.
    function Measure-Stop([string] $Script) {
        $shell = [powershell]::Create()
        try {
            $state = [hashtable]::Synchronized(@{ IsRunning = $false })
            $shell.Runspace.SessionStateProxy.SetVariable('state', $state)
            $null = $shell.AddScript("Import-Module '$Manifest'; `$state.IsRunning = `$true; $Script")
            $running = $shell.BeginInvoke()
            while (-not $state.IsRunning -and -not $running.IsCompleted) { Start-Sleep -Milliseconds 20 }
            Start-Sleep -Milliseconds 250
            $running.IsCompleted | Should -BeFalse -Because 'it must still run when it is stopped'
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $watch.Elapsed.TotalSeconds
        }
        finally { $shell.Dispose() }
    }

    # The least of three attempts, for a machine that is busy with something else meanwhile; no more of them where one was below what is enough.
    function Measure-Least([scriptblock] $Attempt, [double] $Enough) {
        $least = [double]::MaxValue
        for ($i = 0; $i -lt 3 -and $least -ge $Enough; $i++) { $least = [Math]::Min($least, (& $Attempt)) }
        $least
    }

    $source = [System.IO.Compression.GZipStream]::new(
        [System.IO.File]::OpenRead("$PSScriptRoot/../MySqlRecovery.Core.Tests/InnoDb/Samples/mysql-9.7-main_dyn-src.ibd.gz"), [System.IO.Compression.CompressionMode]::Decompress)
    $target = [System.IO.File]::Create("$TestDrive/lost.ibd")
    $source.CopyTo($target)
    $source.Dispose(); $target.Dispose()
    $long = "$TestDrive/long.000001"
    New-LongLog $long 96MB
}

Describe 'Ctrl+C' {
    BeforeAll {
        # A temporary folder of its own: other processes use the common one.
        $temporary = (New-Item -ItemType Directory "$TestDrive/temporary" -Force).FullName
        $saved = $env:TMPDIR, $env:TMP
        $env:TMPDIR = $env:TMP = $temporary
    }

    AfterAll { $env:TMPDIR, $env:TMP = $saved }

    It 'ends <Name> within a second and leaves no file behind' -ForEach @(
        @{ Name = 'Get-BinlogEvent'; Script = 'Get-BinlogEvent $long | Out-Null' }
        @{ Name = 'Get-RowChange'; Script = 'Get-RowChange $long | ForEach-Object { $_.Before } | Out-Null' }
        @{ Name = 'Measure-BinlogEvent'; Script = 'Measure-BinlogEvent $long | Out-Null' }
        @{ Name = 'Invoke-BinlogReverse'; Script = 'Invoke-BinlogReverse $long $out/undo.binlog -Force' }
        @{ Name = 'Export-RowChangeSql'; Script = 'Export-RowChangeSql -LogPath $long -Reverse -Path $out/undo.sql -Force' }
        @{ Name = 'Export-RowChangeSql -Fold'; Script = 'Export-RowChangeSql -LogPath $long -Table crm.orders -Operation Insert -Fold -Path $out/fold.sql -Force' }
        @{ Name = 'Repair-IbdSpaceId'; Script = 'Repair-IbdSpaceId $ibd/lost.ibd -SpaceId (101 + $i++) -Destination $out -Force -Confirm:$false -WarningAction Ignore' }
        @{ Name = 'Export-RowChangeSql from the pipeline'; Script = 'Get-BinlogEvent $long | Export-RowChangeSql -Reverse -Path $out/undo.sql -Force' }
    ) {
        $out = New-Item -ItemType Directory "$TestDrive/out" -Force
        # Again and again, so that it still runs when it is stopped, however quick the machine is.
        $endless = "while (`$true) { $Script }".Replace('$long', "'$long'").Replace('$out', $out).Replace('$ibd', $TestDrive)
        Measure-Least -Enough 1 {
            Measure-Stop $endless
            Get-ChildItem $out -Force -Filter '*.tmp' | Should -BeNullOrEmpty
            Get-ChildItem $temporary -Filter mysqlrecovery-* | Should -BeNullOrEmpty
        } | Should -BeLessThan 1
        Remove-Item $out -Recurse
    }
}

Describe 'A pipeline that wants no more' {
    It 'ends the reading of <Name>, and closes the file' -ForEach @(
        @{ Name = 'Get-BinlogEvent'; Script = { Get-BinlogEvent $long | Select-Object -First 2 } }
        @{ Name = 'Get-RowChange'; Script = { Get-RowChange $long | Select-Object -First 2 } }
    ) {
        $whole = (Measure-Command { Get-BinlogEvent $long | Select-Object -Skip 100000 -First 1 }).TotalSeconds
        $enough = [Math]::Max(0.5, $whole / 2)
        Measure-Least -Enough $enough {
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            (& $Script).Count | Should -Be 2
            $watch.Elapsed.TotalSeconds
        } | Should -BeLessThan $enough
        $copy = Copy-Item $long "$TestDrive/busy.000001" -PassThru
        $null = Get-BinlogEvent $copy | Select-Object -First 1
        { [System.IO.File]::Open($copy, 'Open', 'ReadWrite', 'None').Dispose() } | Should -Not -Throw
    }
}

Describe 'Memory' {
    BeforeAll {
        # The most that a process of its own ever had in memory.
        function Measure-Memory([string] $Script, [string] $Log) {
            $peak = & $Pwsh -NoProfile -NonInteractive -Command "
                Import-Module '$Manifest'; `$long = '$Log'; `$undo = '$TestDrive/memory.out'; `$WarningPreference = 'SilentlyContinue'
                $Script
                [System.Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64" | Select-Object -Last 1
            [long] $peak
        }
    }

    # A quarter of 1 GiB. Reading holds nothing but what is not collected yet. An undo holds an index of some bytes an event, and buffers of some 30 MB: for 1 GiB they have to fit into
    # the 400 MB of a small sandbox beside PowerShell itself, so a quarter of the log may take a quarter of the rest.
    It 'of <Name> stays within the share of 400 MB for 1 GiB' -ForEach @(
        @{ Name = 'Get-BinlogEvent'; Share = 60MB; Script = 'Get-BinlogEvent $long -Table crm.orders | Out-Null' }
        @{ Name = 'Measure-BinlogEvent'; Share = 60MB; Script = 'Measure-BinlogEvent $long | Out-Null' }
        @{ Name = 'Invoke-BinlogReverse'; Share = 90MB; Script = 'Invoke-BinlogReverse $long $undo -Force | Out-Null' }
        @{ Name = 'Export-RowChangeSql'; Share = 90MB; Script = 'Export-RowChangeSql -LogPath $long -Reverse -Path $undo -Force | Out-Null' }
    ) {
        if (-not (Test-Path "$TestDrive/longer.000001")) { New-LongLog "$TestDrive/longer.000001" 256MB }
        $least = Measure-Memory $Script $Second
        $least | Should -BeGreaterThan 20MB
        # What is garbage is collected later on a machine that is busy: what it really takes is the least of three runs.
        $most = Measure-Least -Enough ([Math]::Min($least + $Share, 400MB)) { Measure-Memory $Script "$TestDrive/longer.000001" }
        $most | Should -BeLessThan ($least + $Share)
        $most | Should -BeLessThan 400MB
    }
}

Describe 'Progress' {
    It 'of <Name> ends, and comes at most five times a second' -ForEach @(
        @{ Name = 'Measure-BinlogEvent'; Script = 'Measure-BinlogEvent $long' }
        @{ Name = 'Measure-BinlogEvent'; Script = 'Measure-BinlogEvent $long -Table none.none -WarningAction Ignore' }
        @{ Name = 'Export-RowChangeSql'; Script = 'Export-RowChangeSql -LogPath $long -Path $undo -Force' }
        @{ Name = 'Export-RowChangeSql'; Script = 'Export-RowChangeSql -LogPath $long -Path $undo -Reverse -Force' }
        @{ Name = 'Invoke-BinlogReverse'; Script = 'Invoke-BinlogReverse $long $undo -Force' }
    ) {
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript("Import-Module '$Manifest'; `$ProgressPreference = 'Continue'; `$long = '$long'; `$undo = '$TestDrive/progress.out'").Invoke()
            $shell.Commands.Clear()
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $null = $shell.AddScript($Script).Invoke()
            $records = @($shell.Streams.Progress | Where-Object Activity -EQ $Name)
            # Reading and writing are each told of when they begin, and the end is a record of its own.
            $records.Count | Should -BeLessOrEqual (5 * $watch.Elapsed.TotalSeconds + 3)
            if ($records) { $records[-1].RecordType | Should -Be 'Completed' }
            @($records | Where-Object PercentComplete -GT 100) | Should -BeNullOrEmpty
            # Bytes of the logs, then what is written; what is left is said as soon as the speed is known.
            foreach ($work in $records | Where-Object CurrentOperation | Group-Object CurrentOperation) {
                $work.Name | Should -BeIn 'reading', 'writing'
                $work.Group.PercentComplete | Should -Be ($work.Group.PercentComplete | Sort-Object)
                $work.Group[0].PercentComplete | Should -BeGreaterOrEqual 0
            }

            if ($watch.Elapsed.TotalSeconds -gt 10) { $records.CurrentOperation | Should -Contain 'reading' }
            if ($watch.Elapsed.TotalSeconds -gt 20) { ($records.SecondsRemaining | Measure-Object -Maximum).Maximum | Should -BeGreaterThan 0 }
            $shell.Streams.Error | Should -BeNullOrEmpty
        }
        finally { $shell.Dispose() }
    }

    It 'of <Name> tells within one file how much of it is done' -ForEach @(
        @{ Name = 'Get-IbdSpaceId'; Script = 'Get-IbdSpaceId $file -Verify' }
        @{ Name = 'Get-IbdRow'; Script = 'Get-IbdRow $file -State All' }
        @{ Name = 'Repair-IbdSpaceId'; Script = 'Repair-IbdSpaceId $file -ReferencePath $fresh -Destination $out -Force' }
    ) {
        $file = "$TestDrive/lost/flow/wf_task.ibd"
        $ibd = "$(Split-Path $Manifest)/samples/ibd"
        $null = New-Item -ItemType Directory -Force (Split-Path $file)
        Copy-Item "$ibd/lost/flow/wf_task.ibd" $file
        # What is over at once is not told of: the file grows until this machine takes long enough. All but the first pages is a hole, which takes no room.
        for ($size = 256MB; $size -le 8GB -and $shown.Count -lt 2; $size *= 2) {
            $stream = [System.IO.File]::OpenWrite($file)
            $stream.SetLength($size)
            $stream.Dispose()
            $shell = [powershell]::Create()
            try {
                $null = $shell.AddScript("Import-Module '$Manifest'; `$ProgressPreference = 'Continue'; `$file = '$file'; `$fresh = '$ibd/fresh'; `$out = '$TestDrive/out'; $Script").Invoke()
                $shell.Streams.Error | Should -BeNullOrEmpty
                $records = @($shell.Streams.Progress | Where-Object Activity -EQ $Name)
                $shown = @($records | Where-Object RecordType -EQ 'Processing')
            }
            finally { $shell.Dispose() }
        }

        $shown.Count | Should -BeGreaterOrEqual 2
        $records[-1].RecordType | Should -Be 'Completed'
        $shown.StatusDescription | Select-Object -Unique | Should -Be $file
        foreach ($work in $shown | Group-Object CurrentOperation) {
            $work.Name | Should -BeIn 'planning', 'reading', 'writing'
            $work.Group.PercentComplete | Should -Be ($work.Group.PercentComplete | Sort-Object)
            $work.Group.PercentComplete | ForEach-Object { $_ | Should -BeIn (0..100) }
        }
    }
}

Describe 'Errors' {
    It 'are one an item, obey -ErrorAction, and come to -ErrorVariable' {
        $missing = "$TestDrive/none.1", $Second, "$TestDrive/none.2"
        $events = Get-BinlogEvent -LiteralPath $missing -ErrorAction SilentlyContinue -ErrorVariable problems
        $events.Count | Should -Be (Get-BinlogEvent $Second).Count -Because 'what is there is read'
        $problems.Count | Should -Be 2
        $problems.FullyQualifiedErrorId | Select-Object -Unique | Should -Be 'FileNotFound,MySqlRecovery.Commands.GetBinlogEventCommand'
        $problems.TargetObject | Should -Be $missing[0, 2]
        { Get-BinlogEvent -LiteralPath $missing -ErrorAction Stop } | Should -Throw -ErrorId 'FileNotFound,MySqlRecovery.Commands.GetBinlogEventCommand'
        $Error.Clear()
        $null = Get-BinlogEvent -LiteralPath $missing -ErrorAction Ignore
        $Error | Should -BeNullOrEmpty
    }
}

Describe 'Every cmdlet' {
    It 'writes objects of the types that it declares, and nothing else' {
        foreach ($run in @(
                { Get-BinlogEvent $Second }, { Get-RowChange $Second }, { Measure-BinlogEvent $Second }
                { Invoke-BinlogReverse $Second "$TestDrive/types.1" }, { Export-RowChangeSql -LogPath $Second }, { Export-RowChangeSql -LogPath $Second -Path "$TestDrive/types.sql" })) {
            $name = ($run.ToString().Trim() -split ' ')[0]
            $declared = (Get-Command $name).OutputType.Type.FullName
            & $run 6>&1 | ForEach-Object { $_.GetType().FullName } | Select-Object -Unique | ForEach-Object { $_ | Should -BeIn $declared -Because $name }
        }
    }

    It 'that writes has -WhatIf and -Confirm, and under -WhatIf writes nothing' {
        foreach ($name in 'Invoke-BinlogReverse', 'Export-RowChangeSql', 'Repair-IbdSpaceId', 'Restore-RowChange') {
            (Get-Command $name).Parameters.Keys | Should -Contain 'WhatIf'
            (Get-Command $name).Parameters.Keys | Should -Contain 'Confirm'
        }

        Set-Content "$TestDrive/kept" 'precious'
        Invoke-BinlogReverse $Second "$TestDrive/kept" -Force -WhatIf | Should -BeNullOrEmpty
        Export-RowChangeSql -LogPath $Second -Path "$TestDrive/kept" -Force -WhatIf | Should -BeNullOrEmpty
        Get-Content "$TestDrive/kept" | Should -Be 'precious'
    }

    It 'gives the same bytes under <Culture>' -ForEach @(@{ Culture = 'tr-TR' }, @{ Culture = 'de-DE' }, @{ Culture = 'ar-SA' }) {
        $make = "Import-Module '$Manifest'; `$WarningPreference = 'SilentlyContinue'
            `$null = Invoke-BinlogReverse '$First', '$Second' `$out/undo.1 -GtidSource 11111111-2222-3333-4444-555555555555
            `$null = Export-RowChangeSql -LogPath '$First', '$Second' -Reverse -Path `$out/undo.sql
            `$null = Export-RowChangeSql -LogPath '$Second' -Table SHOP.CHAIN -Fold -TableMap @{ 'SHOP.CHAIN' = 'İ.ı' } -Column ID -Path `$out/fold.sql
            Get-RowChange '$First', '$Second' | ForEach-Object { [string] `$_ } | Set-Content `$out/rows.txt
            Measure-BinlogEvent '$First', '$Second' | ForEach-Object { [string] `$_ } | Set-Content `$out/sums.txt
            Get-BinlogEvent '$First', '$Second' -StartTime '2026-03-14T20:30:00Z' | ForEach-Object { [string] `$_ } | Set-Content `$out/events.txt"
        foreach ($one in 'en-US', $Culture) {
            if (Test-Path "$TestDrive/$one") { continue }
            $null = New-Item -ItemType Directory "$TestDrive/$one" -Force
            & $Pwsh -NoProfile -NonInteractive -Command "[cultureinfo]::CurrentCulture = [cultureinfo]::CurrentUICulture = '$one'; `$out = '$TestDrive/$one'; $($make -replace "`n", '; ')"
        }

        foreach ($file in 'undo.sql', 'fold.sql', 'rows.txt', 'sums.txt', 'events.txt') {
            (Get-Item "$TestDrive/$Culture/$file").Length | Should -BeGreaterThan 100 -Because $file
            (Get-FileHash "$TestDrive/$Culture/$file").Hash | Should -Be (Get-FileHash "$TestDrive/en-US/$file").Hash -Because $file
        }

        # The undo binlog has the time of its making in each event; what it says is the same.
        Get-RowChange "$TestDrive/$Culture/undo.1" | ConvertTo-ChangeText | Should -Be (Get-RowChange "$TestDrive/en-US/undo.1" | ConvertTo-ChangeText)
    }
}
