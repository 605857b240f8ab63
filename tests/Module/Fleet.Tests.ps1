BeforeDiscovery {
    . $PSScriptRoot/Setup.ps1
    $types = [MySqlRecovery.Model.RowChange].Assembly.GetExportedTypes() |
        Where-Object { $_.Namespace -eq 'MySqlRecovery.Model' -and $_.IsClass -and $_.IsSealed -and -not $_.IsAbstract -and -not $_.IsSubclassOf([Exception]) } |
        Where-Object { $_.GetConstructor([type]::EmptyTypes) } | ForEach-Object { @{ Name = $_.Name; Type = $_.FullName } }
    . $PSScriptRoot/Server.ps1
    $sshPrefix = Get-ServerPrefix openssh
}

BeforeAll { . $PSScriptRoot/Setup.ps1 }

Describe 'An object of <Name>' -ForEach $types {
    It 'is live again after a job, in every property' {
        # One object with something in every property, whatever its type.
        $fill = {
            $object = [System.Activator]::CreateInstance($using:Type -as [type])
            foreach ($property in $object.GetType().GetProperties()) {
                $kind = [System.Nullable]::GetUnderlyingType($property.PropertyType) ?? $property.PropertyType
                $value = if ($kind -eq [string]) { 'ü' } elseif ($kind -eq [byte[]]) { , [byte[]](0, 255) } elseif ($kind -eq [string[]]) { , [string[]]('a', 'ü') }
                elseif ($kind -eq [datetime]) { [datetime]::new(638000000000000001, 'Utc') } elseif ($kind -eq [bool]) { $true } elseif ($kind -eq [timespan]) { [timespan]::new(7) }
                elseif ($kind -eq [guid]) { [guid]'11111111-2222-3333-4444-555555555555' } elseif ($kind.IsEnum) { $kind.GetEnumValues()[-1] }
                elseif ($kind -eq [System.Collections.Specialized.OrderedDictionary]) { [ordered]@{ b = 1; a = $null; c = [byte[]](1, 2) } }
                else { 7 -as $kind }
                $property.SetValue($object, $value)
            }
            $object
        }
        $there = Start-Job { Import-Module $using:Manifest; $Type = $using:Type; & ([scriptblock]::Create(($using:fill).ToString().Replace('$using:Type', '$Type'))) } |
            Receive-Job -Wait -AutoRemoveJob
        $there | Should -BeOfType $Type
        $there.PSComputerName | Should -Be 'localhost'
        $here = & ([scriptblock]::Create($fill.ToString().Replace('$using:Type', '$Type')))
        foreach ($property in $here.GetType().GetProperties().Name) {
            if ($here.$property -is [System.Collections.Specialized.OrderedDictionary]) { ConvertTo-ImageText $there.$property | Should -Be (ConvertTo-ImageText $here.$property) -Because $property }
            else { $there.$property | Should -Be $here.$property -Because $property }
        }

        [string] $there | Should -Be ([string] $here)
        ([string] $here).Split("`n").Count | Should -Be 1 -Because 'ToString is one line to paste'
    }
}

Describe 'ForEach-Object -Parallel' {
    It 'reads many logs at once and gives what one after the other does' {
        $logs = $First, $Second, $Plain, $First, $Second, $Plain
        $expected = $logs | ForEach-Object { Get-RowChange $_ } | ForEach-Object { [string] $_ } | Sort-Object
        $found = $logs | ForEach-Object -ThrottleLimit 4 -Parallel { Import-Module $using:Manifest; Get-RowChange $_ } | ForEach-Object { [string] $_ } | Sort-Object
        $found | Should -Be $expected
    }

    It 'decodes one object in many threads' {
        $rows = Get-RowChange $Second
        $expected = $rows | ConvertTo-ChangeText
        $texts = 1..4 | ForEach-Object -Parallel { $using:rows | ForEach-Object { @($_.Before.Keys).Count + @($_.After.Keys).Count } | Measure-Object -Sum | ForEach-Object Sum } | Select-Object -Unique
        $texts.Count | Should -Be 1
        $rows | ConvertTo-ChangeText | Should -Be $expected
    }
}

Describe 'Remoting over SSH' -Skip:(-not $sshPrefix) {
    BeforeAll {
        . $PSScriptRoot/Server.ps1
        $prefix = Get-ServerPrefix openssh
        $sshd = Start-TestSshd $prefix "$TestDrive/ssh"
        $env:PATH, $path = "$prefix/bin:$env:PATH", $env:PATH
        try {
            $session = New-PSSession -HostName 127.0.0.1 -Port $sshd.Port -UserName (id -un) -KeyFilePath $sshd.Key -ErrorAction Stop -Options @{
                StrictHostKeyChecking = 'no'; UserKnownHostsFile = '/dev/null'; LogLevel = 'ERROR'
            }
        }
        catch { throw "$_`n$(Get-Content "$($sshd.Folder)/log" -Raw)" }
        finally { $env:PATH = $path }
        Invoke-Command $session { Import-Module $using:Manifest }
    }

    AfterAll {
        if ($session) { Remove-PSSession $session }
        if ($sshd) { Stop-Process -Id $sshd.Process.Id -ErrorAction Ignore }
    }

    # PowerShell's SSH sessions know the types of its own only, so objects come as property bags; WinRM's and jobs' are live.
    It 'gives objects that name their machine, become live by a cast, and make an undo here' {
        $rows = Invoke-Command $session { Get-RowChange $using:Second -Table orders }
        [MySqlRecovery.Model.RowChange] $rows[0] | ConvertTo-ChangeText | Should -Be (Get-RowChange $Second -Table orders | ConvertTo-ChangeText)[0]
        $rows | Out-String -Width 120 | Should -Match 'Timestamp +Operation +Table +Change +PSComputerName'
        $rows.PSComputerName | Select-Object -Unique | Should -Be '127.0.0.1'
        $rows | ConvertTo-ChangeText | Should -Be (Get-RowChange $Second -Table orders | ConvertTo-ChangeText)
        ($rows | Export-RowChangeSql -Reverse) | Should -Be (Get-RowChange $Second -Table orders | Export-RowChangeSql -Reverse)
        ($rows | Invoke-BinlogReverse -Destination "$TestDrive/remote.undo").IsVerified | Should -BeTrue
    }

    It 'takes sums from over there, which is little data' {
        $sums = Invoke-Command $session { Measure-BinlogEvent $using:Second }
        $sums | ForEach-Object { [string] [MySqlRecovery.Model.BinlogSummary] $_ } | Should -Be (Measure-BinlogEvent $Second).ForEach('ToString')
        $undo = Invoke-Command $session { Invoke-BinlogReverse $using:Second "$using:TestDrive/there.undo" }
        $undo.IsVerified | Should -BeTrue
        Copy-Item "$TestDrive/there.undo" "$TestDrive/fetched.undo" -FromSession $session
        Get-UndoText (Get-RowChange $Second) | Should -Be (Get-RowChange "$TestDrive/fetched.undo" | ConvertTo-ChangeText)
    }

    It 'brings errors with their ids' {
        Invoke-Command $session { Get-RowChange '/none/none.000001' } -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -Be 'FileNotFound,MySqlRecovery.Commands.GetRowChangeCommand'
    }
}
