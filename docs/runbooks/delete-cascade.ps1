#Requires -Version 7.4
#Requires -Modules MySqlRecovery
<#
.SYNOPSIS
    Brings rows back that a DELETE took together with the rows that hung on them, BLOBs included.
.EXAMPLE
    ./delete-cascade.ps1 -LogPath binlog.* -Database flow -Choose @{ ThreadId = 14 } -Apply
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # The binary logs.
    [Parameter(Mandatory)] [string[]] $LogPath,
    # The database; all of its tables are undone, as a cascade goes through many.
    [Parameter(Mandatory)] [string] $Database,
    # Filters of Invoke-BinlogReverse that say which changes are the damage.
    [Parameter(Mandatory)] [hashtable] $Choose,
    # The undo binlog to write.
    [string] $Destination = 'undo.binlog',
    # Runs the undo with mysqlbinlog and the mysql client on PATH.
    [switch] $Apply
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
# The schema tells of foreign keys: before MySQL 9.6 the log does not have the rows that they deleted.
$schema = New-Item -ItemType File (Join-Path ([System.IO.Path]::GetTempPath()) "$([guid]::NewGuid()).sql") -WhatIf:$false
try {
    mysqldump --no-data --triggers --set-gtid-purged=OFF "--result-file=$schema" --databases $Database
    $undo = Invoke-BinlogReverse -Path $LogPath -Destination $Destination -Database $Database @Choose -SchemaPath $schema -Force -WhatIf:$false
}
finally { Remove-Item $schema -WhatIf:$false }
if (-not $undo.IsComplete) { Write-Error "Not everything can be undone: $($undo.Reason -join '; ')" }

$before = & "$PSScriptRoot/Measure-TableState.ps1" $undo.Table
$after = $null
if ($Apply -and $PSCmdlet.ShouldProcess($undo.Table -join ', ', "undo $($undo.RowCount) rows with $Destination")) {
    mysqlbinlog $Destination | mysql
    $after = & "$PSScriptRoot/Measure-TableState.ps1" $undo.Table
}

[pscustomobject]@{ Undo = $undo; Overwritten = $undo.LaterChange; Before = $before; After = $after }
