BeforeDiscovery {
    . $PSScriptRoot/Setup.ps1
    # Without the data of cultures every culture is the invariant one.
    $hasCultures = [datetime]::new(2026, 1, 1).ToString('yyyy', [cultureinfo] 'th-TH') -eq '2569'
    $examples = foreach ($page in 'README.md', 'docs/Export-RowChangeSql.md', 'docs/Find-Incident.md', 'docs/Measure-BinlogEvent.md', 'docs/Get-RowChange.md') {
        foreach ($code in Get-OfflineExample "$(Split-Path $Manifest)/$page") { @{ Page = $page; Code = $code.Code; First = ($code.Code -split "`n")[0] } }
    }
}

BeforeAll {
    . $PSScriptRoot/Setup.ps1
    # What an example gives under a culture: texts as they are, of objects the properties that it shows.
    function Get-Outcome([string] $Code, [string] $Culture) {
        $saved = [cultureinfo]::CurrentCulture, [cultureinfo]::CurrentUICulture
        Push-Location (Split-Path $Manifest)
        $lock = Lock-SampleOutput
        try {
            [cultureinfo]::CurrentCulture = [cultureinfo]::CurrentUICulture = [cultureinfo]::GetCultureInfo($Culture)
            $shown = $Code -replace '\bFormat-(Table|List)\b', 'Select-Object'
            & ([scriptblock]::Create("`$ErrorActionPreference = 'Stop'; `$WarningPreference = 'SilentlyContinue'; $shown")) |
                ForEach-Object { $_ -is [string] ? $_ : ($_ | ConvertTo-Json -Depth 3 -Compress -WarningAction Ignore) } |
                ForEach-Object { $_ -replace '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:', 'uuid:' }
        }
        finally {
            $lock.Dispose()
            Pop-Location
            [cultureinfo]::CurrentCulture, [cultureinfo]::CurrentUICulture = $saved
        }
    }
}

Describe 'The example of <Page>' -ForEach $examples {
    It 'gives the same in every culture: <First>' -Skip:(-not $hasCultures) {
        $expected = Get-Outcome $Code ''
        foreach ($culture in 'de-DE', 'tr-TR', 'ar-SA', 'th-TH', 'fa-IR') {
            Get-Outcome $Code $culture | Should -Be $expected -Because $culture
        }
    }
}

Describe 'Text' {
    It 'of <Name> is the same in every culture' -Skip:(-not $hasCultures) -ForEach @(
        @{ Name = 'rows'; Script = { (Get-RowChange $First, $Second).ForEach('ToString') } }
        @{ Name = 'flat rows'; Script = { Get-RowChange $First, $Second -Flat | ForEach-Object { "$($_.Key) $($_.Change)" } } }
        @{ Name = 'incidents'; Script = { (Find-Incident "$(Split-Path $Manifest)/samples/incident/binlog.*").ForEach('ToString') } }
        @{ Name = 'sums'; Script = { 'Table', 'Transaction', 'Session', 'Statement', 'Time' | ForEach-Object { (Measure-BinlogEvent $First, $Second -By $_).ForEach('ToString') } } }
        @{ Name = 'rows that are left out'; Script = { (Invoke-BinlogReverse "$(Split-Path $Manifest)/samples/incident/binlog.*" "$TestDrive/left.out" -ThreadId 13 -ExcludeLaterChange -Force -WarningAction Ignore).Excluded.ForEach('ToString') } }
        @{ Name = 'the report'; Script = { $null = Get-RowChange $Second | Export-RecoveryReport "$TestDrive/report.html" -Force; (Get-Content "$TestDrive/report.html" -Raw) -replace 'written [^<]*' } }
    ) {
        $saved = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture
            $expected = & $Script
            $expected | Should -Not -BeNullOrEmpty
            foreach ($culture in 'de-DE', 'tr-TR', 'ar-SA', 'th-TH', 'fa-IR') {
                [cultureinfo]::CurrentCulture = $culture
                & $Script | Should -Be $expected -Because $culture
            }
        }
        finally { [cultureinfo]::CurrentCulture = $saved }
    }
}
