#Requires -Version 7.4
#Requires -Modules MySqlRecovery
<#
.SYNOPSIS
    Finds the transactions that a crashed primary had and its successor never got, and writes them as SQL for the successor.
.DESCRIPTION
    Runs against the new primary: the mysql client on PATH. Rows that the new primary has changed since are listed as
    Conflict, and nothing is applied while there are any.
.EXAMPLE
    ./failover-lost-rows.ps1 -OldLogPath rescued/binlog.* -NewLogPath /var/lib/mysql/binlog.* -Apply
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # The binary logs of the crashed primary.
    [Parameter(Mandatory)] [string[]] $OldLogPath,
    # The binary logs of the new one.
    [Parameter(Mandatory)] [string[]] $NewLogPath,
    # What the new primary has; asked of it by default.
    [string] $ExecutedGtid,
    # The script to write.
    [string] $Destination = 'lost.sql',
    # Runs the script.
    [switch] $Apply
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
if (-not $ExecutedGtid) { $ExecutedGtid = (mysql --batch --skip-column-names --raw -e 'SELECT @@GLOBAL.gtid_executed') -join '' }

filter Get-KeyText { "$($_.Database).$($_.Table) $($_.Key.Values -join ',')" }
$lost = @(Get-RowChange $OldLogPath -ExcludeGtid $ExecutedGtid)
if (-not $lost) { return [pscustomobject]@{ Lost = $lost; Script = $null; Conflict = @(); Before = $null; After = $null } }

# What only the new one has: everything but what came from the old one.
$known = Get-BinlogEvent $OldLogPath -EventType Gtid | ForEach-Object Gtid
$lostKeys = [System.Collections.Generic.HashSet[string]]::new([string[]] @($lost | Get-KeyText))
$conflict = @(Get-RowChange $NewLogPath -ExcludeGtid $known | Where-Object { $lostKeys.Contains(($_ | Get-KeyText)) })

$script = Export-RowChangeSql -LogPath $OldLogPath -ExcludeGtid $ExecutedGtid -Path $Destination -Force -WhatIf:$false
if (-not $script.IsComplete) { Write-Error "Not everything can be replayed: $($script.Reason -join '; ')" }

$before = & "$PSScriptRoot/Measure-TableState.ps1" $script.Table
$after = $null
if ($Apply -and $conflict) {
    Write-Error "The new primary has changed $($conflict.Count) of these rows itself: decide which side is right, and edit $Destination." -ErrorAction Continue
}
elseif ($Apply -and $PSCmdlet.ShouldProcess($script.Table -join ', ', "replay $($script.TransactionCount) lost transactions")) {
    Get-Content -Raw $Destination | mysql
    $after = & "$PSScriptRoot/Measure-TableState.ps1" $script.Table
}

[pscustomobject]@{ Lost = $lost; Script = $script; Conflict = $conflict; Before = $before; After = $after }
