#Requires -Version 7.4
#Requires -Modules MySqlRecovery
<#
.SYNOPSIS
    Rolls one table forward from a dump to now, in a scratch database and without the transactions that did the damage.
.EXAMPLE
    ./roll-forward-one-table.ps1 -BackupPath orders.sql -LogPath binlog.* -Table shop.orders -ExcludeGtid 2e7e0411-e5bd-11f1-8a43-02fc00000001:812
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # Made by: mysqldump --single-transaction --source-data=2 --set-gtid-purged=OFF shop orders
    [Parameter(Mandatory)] [string] $BackupPath,
    # The binary logs since the dump.
    [Parameter(Mandatory)] [string[]] $LogPath,
    # The table, database.table.
    [Parameter(Mandatory)] [string] $Table,
    # The transactions to leave out.
    [Parameter(Mandatory)] [string[]] $ExcludeGtid,
    # The database for the result; the table keeps its name.
    [string] $ScratchDatabase = 'rescue',
    # The script to write.
    [string] $Destination = 'forward.sql',
    # Where the server is, for Measure-TableState; mysql has an option file of its own.
    [hashtable] $At = @{ DefaultsFile = "$HOME/.my.cnf" },
    # Leaves out what came at this time or later.
    [datetime] $StopTime = [datetime]::UtcNow
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$head = Get-Content $BackupPath -TotalCount 100 | Select-String "(?:SOURCE|MASTER)_LOG_FILE='([^']+)',\s*(?:SOURCE|MASTER)_LOG_POS=(\d+)" | Select-Object -First 1
if (-not $head) { Write-Error "$BackupPath does not say where in the logs it was made: dump with --source-data=2." }
$file, $position = $head.Matches[0].Groups[1].Value, [long] $head.Matches[0].Groups[2].Value
$number = [int] ($file -replace '^.*\.')
$logs = Get-ChildItem -Path $LogPath | Where-Object { $_.Name -match '\.(\d+)$' -and [int] $Matches[1] -ge $number } | Sort-Object Name
if ($logs[0].Name -ne $file) { Write-Error "The log $file, in which the dump was made, is not among the logs given." }

$scratch = "$ScratchDatabase.$($Table.Split('.', 2)[1])"
$forward = Export-RowChangeSql -LogPath $logs.FullName -StartPosition $position -StopTime $StopTime -Table $Table -ExcludeGtid $ExcludeGtid `
    -TableMap @{ $Table = $scratch } -Path $Destination -Force -WhatIf:$false
if (-not $forward.IsComplete) { Write-Error "Not everything can be replayed: $($forward.Reason -join '; ')" }

$after = $null
if ($PSCmdlet.ShouldProcess($scratch, "load $BackupPath and run $($forward.StatementCount) statements of $Destination")) {
    mysql -e "CREATE DATABASE $ScratchDatabase"
    Get-Content -Raw $BackupPath | mysql $ScratchDatabase
    Get-Content -Raw $Destination | mysql
    $after = Measure-TableState $Table, $scratch @At
}

[pscustomobject]@{ Forward = $forward; Now = $after | Where-Object Database -NE $ScratchDatabase; Rescued = $after | Where-Object Database -EQ $ScratchDatabase }
