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
    # Filters of Restore-RowChange that say which changes are the damage.
    [Parameter(Mandatory)] [hashtable] $Choose,
    # The server: -Server, -Credential and so on of Restore-RowChange.
    [hashtable] $At = @{ DefaultsFile = "$HOME/.my.cnf" },
    # Restores; without it the script only says what would become of each row.
    [switch] $Apply
)

$ErrorActionPreference = 'Stop'
# The server's tables tell of foreign keys: before MySQL 9.6 the log does not have the rows that they deleted.
# -Cascade takes them as the logs had them last; whatever older rows went with them has to come from a backup.
$chosen = @{ LogPath = $LogPath; Database = $Database; Cascade = $true } + $Choose + $At
$told = @(Test-RowChange @chosen -WarningVariable incomplete)

$left = @($told | Where-Object Verdict -NotIn Clean, Mergeable, AlreadyRestored)
$tables = $told | ForEach-Object { "$($_.Database).$($_.Table)" } | Select-Object -Unique
$before = Measure-TableState $tables @At
$restored = $after = $null
if ($Apply -and $PSCmdlet.ShouldProcess($tables -join ', ', "bring $($told.Count - $left.Count) rows back")) {
    $restored = Restore-RowChange @chosen -Confirm:$false
    $after = Measure-TableState $tables @At
}

[pscustomobject]@{ Told = $told | Group-Object Verdict -NoElement; Incomplete = $incomplete.Message; Left = $left; Restored = $restored; Before = $before; After = $after }
