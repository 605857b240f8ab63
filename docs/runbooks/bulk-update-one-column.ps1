#Requires -Version 7.4
#Requires -Modules MySqlRecovery
<#
.SYNOPSIS
    Gives one column back what a bulk UPDATE took, and leaves every other column as it is now.
.EXAMPLE
    ./bulk-update-one-column.ps1 -LogPath binlog.* -Table shop.product -Column price -Choose @{ ThreadId = 42 } -Apply
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # The binary logs, from the damage to now.
    [Parameter(Mandatory)] [string[]] $LogPath,
    # The table, database.table.
    [Parameter(Mandatory)] [string] $Table,
    # The columns to restore.
    [Parameter(Mandatory)] [string[]] $Column,
    # Filters of Export-RowChangeSql that say which changes are the damage.
    [Parameter(Mandatory)] [hashtable] $Choose,
    # The script to write.
    [string] $Destination = 'undo.sql',
    # Runs the script with the mysql client on PATH.
    [switch] $Apply
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$undo = Export-RowChangeSql -LogPath $LogPath -Table $Table -Operation Update -Column $Column @Choose -Reverse -Path $Destination -Force -WhatIf:$false
if (-not $undo.IsComplete) { Write-Error "Not everything can be undone: $($undo.Reason -join '; ')" }

$before = & "$PSScriptRoot/Measure-TableState.ps1" $Table
$after = $null
if ($Apply -and $PSCmdlet.ShouldProcess($Table, "run $($undo.StatementCount) statements of $Destination")) {
    Get-Content -Raw $Destination | mysql
    $after = & "$PSScriptRoot/Measure-TableState.ps1" $Table
}

[pscustomobject]@{ Undo = $undo; Overwritten = $undo.LaterChange; Before = $before; After = $after }
