#Requires -Version 7.4
#Requires -Modules MySqlRecovery
<#
.SYNOPSIS
    Finds the transactions that a crashed primary had and its successor never got, and does them on the successor.
.DESCRIPTION
    Runs against the new primary. Rows that the new primary has changed since stay as they are there, and are listed.
.EXAMPLE
    ./failover-lost-rows.ps1 -OldLogPath rescued/binlog.* -Apply
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # The binary logs of the crashed primary.
    [Parameter(Mandatory)] [string[]] $OldLogPath,
    # What the new primary has; asked of it by default, with the mysql client on PATH.
    [string] $ExecutedGtid,
    # The new primary: -Server, -Credential and so on of Restore-RowChange.
    [hashtable] $At = @{ DefaultsFile = "$HOME/.my.cnf" },
    # Restores; without it the script only says what would become of each row.
    [switch] $Apply
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
if (-not $ExecutedGtid) { $ExecutedGtid = (mysql --batch --skip-column-names --raw -e 'SELECT @@GLOBAL.gtid_executed') -join '' }

$lost = @(Get-RowChange $OldLogPath -ExcludeGtid $ExecutedGtid)
if (-not $lost) { return [pscustomobject]@{ Lost = $lost; Told = $null; Conflict = @(); Restored = $null; Before = $null; After = $null } }

$told = @(Test-RowChange -LogPath $OldLogPath -ExcludeGtid $ExecutedGtid -Forward @At)
$conflict = @($told | Where-Object Verdict -NotIn Clean, Mergeable, AlreadyRestored)
$tables = $told | ForEach-Object { "$($_.Database).$($_.Table)" } | Select-Object -Unique
$before = Measure-TableState $tables @At
$restored = $after = $null
if ($Apply -and $PSCmdlet.ShouldProcess($tables -join ', ', "do the lost changes of $($told.Count - $conflict.Count) rows")) {
    $restored = Restore-RowChange -LogPath $OldLogPath -ExcludeGtid $ExecutedGtid -Forward @At -Confirm:$false
    $after = Measure-TableState $tables @At
}

[pscustomobject]@{ Lost = $lost; Told = $told | Group-Object Verdict -NoElement; Conflict = $conflict; Restored = $restored; Before = $before; After = $after }
