BeforeAll {
    . $PSScriptRoot/Setup.ps1
    $incident = "$PSScriptRoot/../../samples/incident"
}

# A file with rows is not to be read by those who could not read the log, or the table, that they come from.
Describe 'A file with rows of a <Kind> source' -Skip:$IsWindows -ForEach @(
    @{ Kind = 'private'; Source = 'UserRead, UserWrite'; Expected = '600' }
    @{ Kind = 'group-readable'; Source = 'UserRead, UserWrite, GroupRead'; Expected = '640' }
) {
    BeforeAll {
        $log = "$TestDrive/$Kind.000001"
        Copy-Item $Second $log
        [System.IO.File]::SetUnixFileMode($log, $Source)
        $mode = { param($Path) [Convert]::ToString([int][System.IO.File]::GetUnixFileMode($Path), 8) }
        $out = (New-Item -ItemType Directory "$TestDrive/$Kind").FullName
    }

    It 'is as private: an undo, and SQL of every form' {
        $null = Invoke-BinlogReverse $log "$out/undo"
        $null = Export-RowChangeSql "$out/undo.sql" -LogPath $log -Reverse -WarningAction Ignore
        $null = Export-RowChangeSql "$out/fold.sql" -LogPath $log -Table shop.orders -Fold -WarningAction Ignore
        $null = Export-RowChangeSql "$out/do.sql" -LogPath $log -WarningAction Ignore
        foreach ($file in 'undo', 'undo.sql', 'fold.sql', 'do.sql') { & $mode "$out/$file" | Should -Be $Expected -Because $file }
    }

    It 'is for the user alone where what it was made from is not a file' {
        $null = Get-RowChange $log | Invoke-BinlogReverse -Destination "$out/piped" -WarningAction Ignore
        $null = Get-RowChange $log | Export-RowChangeSql "$out/piped.sql" -Reverse -WarningAction Ignore
        $null = Measure-BinlogEvent $log | Export-RecoveryReport "$out/report.html"
        foreach ($file in 'piped', 'piped.sql', 'report.html') { & $mode "$out/$file" | Should -Be '600' -Because $file }
    }

    It 'keeps the rights of a file that it replaces' {
        Set-Content "$out/there.sql" ''
        [System.IO.File]::SetUnixFileMode("$out/there.sql", 'UserRead, UserWrite, GroupRead, OtherRead')
        $null = Export-RowChangeSql "$out/there.sql" -LogPath $log -Reverse -Force -WarningAction Ignore
        & $mode "$out/there.sql" | Should -Be '644'
    }
}
