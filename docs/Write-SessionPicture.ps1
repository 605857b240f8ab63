#Requires -Version 7.4
<#
.SYNOPSIS
    Runs a few commands on the sample incident and writes what they print as docs/session.svg, the picture of the README.
.EXAMPLE
    ./docs/Write-SessionPicture.ps1
#>
[CmdletBinding()]
param(
    # The picture to write.
    [string] $Path = "$PSScriptRoot/session.svg"
)

$ErrorActionPreference = 'Stop'
$commands = @(
    'Measure-BinlogEvent samples/incident/binlog.* -StartTime 2026-11-17T20:30:00Z -By Transaction |
>>     Format-Table FirstTimestamp, ThreadId, InsertCount, UpdateCount, DeleteCount'
    'Get-RowChange samples/incident/binlog.* -ThreadId 14 -Table wf_task | Select-Object -First 3'
    'Invoke-BinlogReverse samples/incident/binlog.* samples/out/undo.binlog -ThreadId 14 -Force |
>>     Format-List RowCount, TransactionCount, IsComplete, IsVerified'
    'Export-RowChangeSql -LogPath samples/incident/binlog.000002 -ThreadId 13 -Table wf_task -Column priority, due -Reverse |
>>     Where-Object { $_ -like "UPDATE*" }'
)

Import-Module "$PSScriptRoot/../MySqlRecovery.psd1"
$saved = [cultureinfo]::CurrentCulture, $PSStyle.OutputRendering
Push-Location "$PSScriptRoot/.."
try {
    [cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture
    $PSStyle.OutputRendering = 'PlainText'
    $null = New-Item -ItemType Directory samples/out -Force
    $lines = foreach ($command in $commands) {
        @("PS> $command" -split '\r?\n').ForEach{ [pscustomobject]@{ Text = $_; Class = 'in' } }
        $output = & ([scriptblock]::Create(($command -replace '(?m)^>>'))) | Out-String -Width 118
        @($output.Trim("`r", "`n") -split '\r?\n').ForEach{ [pscustomobject]@{ Text = $_.TrimEnd(); Class = 'out' } }
        [pscustomobject]@{ Text = ''; Class = 'out' }
    }
}
finally {
    Pop-Location
    [cultureinfo]::CurrentCulture, $PSStyle.OutputRendering = $saved
}

$lines = @($lines)[0..(@($lines).Count - 2)]
$columns = ($lines | ForEach-Object { $_.Text.Length } | Measure-Object -Maximum).Maximum
$width, $height = [int]($columns * 7.9 + 32), ($lines.Count * 18 + 32)
$y = 12
$text = foreach ($line in $lines) {
    $y += 18
    if ($line.Text) { "  <text x=`"16`" y=`"$y`" class=`"$($line.Class)`" xml:space=`"preserve`">$([System.Security.SecurityElement]::Escape($line.Text))</text>" }
}

@"
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $width $height" width="$width" height="$height" role="img" aria-label="A session: find the damage, look at it, undo it">
  <style>text { font: 13px ui-monospace, Consolas, Menlo, monospace } .in { fill: #8ad1ff } .out { fill: #d8dee9 }</style>
  <rect width="$width" height="$height" rx="8" fill="#1d232b" />
$($text -join "`n")
</svg>
"@ -replace "`r" | Set-Content $Path
