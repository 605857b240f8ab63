BeforeDiscovery { $browser = Get-Command chromium, chromium-browser, google-chrome -CommandType Application -ErrorAction Ignore | Select-Object -First 1 }

BeforeAll {
    . $PSScriptRoot/Setup.ps1
    $logs = "$PSScriptRoot/../../samples/incident/binlog.*"
    $incident = Find-Incident $logs -Top 1
    $file = @($incident) + @(Measure-BinlogEvent $logs) + @($incident | Get-RowChange) + @($incident | Invoke-BinlogReverse -Destination "$TestDrive/undo.binlog") +
        @([MySqlRecovery.Model.TableState] @{ Server = 'db1:3306'; Database = 'flow'; Table = 'wf_task'; RowCount = 20; Checksum = '3F4A9C21' }) |
        Export-RecoveryReport "$TestDrive/report.html" -Title 'Five <lost> orders' -Command 'Find-Incident binlog.*' -SampleCount 3
    $page = Get-Content $file -Raw
}

Describe 'A report' {
    It 'has what happened, when, the counts, rows, what comes back, the commands, and the proof' {
        [regex]::Matches($page, '<h2>(.*?)</h2>').ForEach{ $_.Groups[1].Value } |
            Should -Be 'What happened', 'When', 'The changes, counted', 'Rows', 'What comes back, and what does not', 'Commands that were run', 'Proof: the tables, measured'
        $page | Should -Match 'deleted 20 rows of flow\.wf_variable in a run, where 4 are usual'
        $page | Should -Match '3F4A9C21'
        [regex]::Matches($page, '<h3>flow\.wf_task</h3>').Count | Should -Be 1
        [regex]::Matches([regex]::Match($page, '(?s)<h3>flow\.wf_task</h3>.*?</table>').Value, '<tr><td').Count | Should -Be 3
    }

    It 'is one page: no script, nothing that is loaded, light and dark, and well-formed' {
        $page | Should -Not -Match '<script|src=|href=|url\(|@import'
        $page | Should -Match 'prefers-color-scheme: dark'
        $page | Should -Match '@media print'
        $page | Should -Match '<title>Five &lt;lost&gt; orders</title>'
        { [xml] ($page -replace '<!DOCTYPE html>' -replace '<meta ([^>]*)>', '<meta $1/>' -replace '<br>', '<br/>') } | Should -Not -Throw
    }

    It 'draws a lane a table, and marks the incident' {
        $svg = [regex]::Match($page, '(?s)<svg.*</svg>').Value
        [regex]::Matches($svg, '<text x="0"').Count | Should -Be 5
        [regex]::Matches($svg, 'var\(--mark\)').Count | Should -Be 1
    }

    It 'shows nothing of masked columns, not in statements either' {
        $rows = Get-RowChange $logs -Table wf_variable -ThreadId 14
        $secret = $rows[0].Before['text_value'] ?? $rows[1].Before['text_value']
        $open = [System.Net.WebUtility]::HtmlDecode((@($incident) + @($rows) | Export-RecoveryReport "$TestDrive/open.html" | Get-Content -Raw))
        $open | Should -Match ([regex]::Escape($secret))
        $masked = @($incident) + @($rows) | Export-RecoveryReport "$TestDrive/masked.html" -Mask wf_variable.text_*, id, instance_id, execution_id | Get-Content -Raw
        $masked = [System.Net.WebUtility]::HtmlDecode($masked)
        $masked | Should -Not -Match "text_value=$([regex]::Escape($secret))"
        $masked | Should -Match 'text_value=•••'
        $incident.Statement | Should -Match "'e101'"
        $masked | Should -Not -Match 'e101'
    }

    It 'takes stored objects, and names what it has no place for' {
        $incident | Export-Clixml "$TestDrive/incident.xml"
        Import-Clixml "$TestDrive/incident.xml" | Export-RecoveryReport "$TestDrive/stored.html" | Get-Content -Raw | Should -Match 'What happened'
        $recorded = Invoke-Recorded { 1, $incident | Export-RecoveryReport "$TestDrive/other.html" }
        $recorded.Errors.FullyQualifiedErrorId | Should -BeLike 'InputObjectUnknown,*'
        $recorded.Output.Count | Should -Be 1
    }

    It 'replaces a file with -Force only, writes nothing with -WhatIf, and is private' {
        (Invoke-Recorded { $incident | Export-RecoveryReport "$TestDrive/report.html" }).Errors.FullyQualifiedErrorId | Should -BeLike 'DestinationExists,*'
        $incident | Export-RecoveryReport "$TestDrive/dry.html" -WhatIf
        "$TestDrive/dry.html" | Should -Not -Exist
        if (-not $IsWindows) { (Get-Item "$TestDrive/report.html").UnixMode | Should -Be '-rw-------' }
    }
}

Describe 'A report in a browser' -Skip:(-not $browser) {
    It 'is drawn, light and dark, by the script of docs' {
        $light, $dark = & "$PSScriptRoot/../../docs/Write-ReportPicture.ps1" "$TestDrive/pictures" -Size 1000, 1400
        foreach ($picture in $light, $dark) {
            $bytes = [System.IO.File]::ReadAllBytes($picture)
            # Width and height stand in the header of a PNG, big-endian.
            [Convert]::ToHexString([byte[]] $bytes[16..23]) | Should -Be '000003E800000578'
            $bytes.Length | Should -BeGreaterThan 20KB -Because 'an empty page is small'
        }

        (Get-FileHash $light).Hash | Should -Not -Be (Get-FileHash $dark).Hash
    }
}
