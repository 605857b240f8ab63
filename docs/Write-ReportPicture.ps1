#Requires -Version 7.4
<#
.SYNOPSIS
    Makes a report of the sample incident and photographs it in a browser, light and dark.
.DESCRIPTION
    Needs Chromium, or a browser of its kind, without a window. Writes report.html, report-light.png and report-dark.png.
.EXAMPLE
    ./docs/Write-ReportPicture.ps1 ./out
#>
[CmdletBinding()]
param(
    # The folder to write to; it is made if need be.
    [Parameter(Mandatory)] [string] $Folder,
    # The browser; by default the first of its kind on PATH.
    [string] $Browser = (Get-Command chromium, chromium-browser, google-chrome -CommandType Application -ErrorAction Ignore | Select-Object -First 1).Source,
    # Pixels: width and height.
    [int[]] $Size = (1100, 1800)
)

$ErrorActionPreference = 'Stop'
if (-not $Browser) { Write-Error 'There is no Chromium on PATH: give -Browser.' }
Import-Module "$PSScriptRoot/../MySqlRecovery.psd1"
$Folder = (New-Item -ItemType Directory -Force $Folder).FullName
$logs = "$PSScriptRoot/../samples/incident/binlog.*"
$incident = Find-Incident $logs -Top 1
$undo = $incident | Invoke-BinlogReverse -Destination "$Folder/undo.binlog" -Force
$page = @($incident) + @(Measure-BinlogEvent $logs) + @($incident | Get-RowChange) + @($undo) |
    Export-RecoveryReport "$Folder/report.html" -Title 'Five orders that a job took out' -SampleCount 3 -Force `
        -Command 'Find-Incident binlog.* -Top 1 | Invoke-BinlogReverse -Destination undo.binlog'
$uri = [uri]::new($page.FullName).AbsoluteUri
$profileFolder = Join-Path ([System.IO.Path]::GetTempPath()) "report-picture-$PID"
try {
    foreach ($theme in 'light', 'dark') {
        $picture = "$Folder/report-$theme.png"
        Remove-Item $picture -ErrorAction Ignore
        # A browser of root has no sandbox; the page has no script, and nothing that it loads.
        $arguments = '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', "--user-data-dir=$profileFolder",
            "--blink-settings=preferredColorScheme=$($theme -eq 'dark' ? 0 : 1)", "--window-size=$($Size -join ',')", "--screenshot=$picture", $uri
        & $Browser @arguments *> "$Folder/browser.log"
        if (-not (Test-Path $picture)) { Write-Error "$Browser took no picture: $(Get-Content "$Folder/browser.log" -Tail 5)" }
        Get-Item $picture
    }
}
finally { Remove-Item -Recurse -Force $profileFolder -ErrorAction Ignore }
