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
    # Filters of Restore-RowChange that say which changes are the damage.
    [Parameter(Mandatory)] [hashtable] $Choose,
    # The server: -Server, -Credential and so on of Restore-RowChange.
    [hashtable] $At = @{ DefaultsFile = "$HOME/.my.cnf" },
    # Restores; without it the script only says what would become of each row.
    [switch] $Apply
)

$ErrorActionPreference = 'Stop'
$chosen = @{ LogPath = $LogPath; Table = $Table; Operation = 'Update'; Column = $Column } + $Choose + $At
$told = @(Test-RowChange @chosen)
$left = @($told | Where-Object Verdict -NotIn Clean, Mergeable, AlreadyRestored)
$before = Measure-TableState $Table @At
$restored = $after = $null
if ($Apply -and $PSCmdlet.ShouldProcess($Table, "restore $($Column -join ', ') of $($told.Count - $left.Count) rows")) {
    $restored = Restore-RowChange @chosen -Confirm:$false
    $after = Measure-TableState $Table @At
}

[pscustomobject]@{ Told = $told | Group-Object Verdict -NoElement; Left = $left; Restored = $restored; Before = $before; After = $after }
