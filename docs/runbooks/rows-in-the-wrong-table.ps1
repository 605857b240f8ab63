#Requires -Version 7.4
#Requires -Modules MySqlRecovery
<#
.SYNOPSIS
    Moves rows that went into the wrong table to another one: their history is done again there under the new name, then
    undone here.
.EXAMPLE
    ./rows-in-the-wrong-table.ps1 -LogPath binlog.* -Table flow.task -NewTable flow.review -Choose @{ Where = @{ activity = 'review' } } -Apply
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # The binary logs, from before the first of the rows was written.
    [Parameter(Mandatory)] [string[]] $LogPath,
    # The table that has the rows, database.table.
    [Parameter(Mandatory)] [string] $Table,
    # The table that should have them; made like the other where it is not there.
    [Parameter(Mandatory)] [string] $NewTable,
    # Filters of Restore-RowChange that say which rows.
    [Parameter(Mandatory)] [hashtable] $Choose,
    # The server: -Server, -Credential and so on of Restore-RowChange.
    [hashtable] $At = @{ DefaultsFile = "$HOME/.my.cnf" },
    # Moves; without it the script only says what would become of each row.
    [switch] $Apply
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$chosen = @{ LogPath = $LogPath; Table = $Table } + $Choose + $At
$told = @(Test-RowChange @chosen)
if ($told | Where-Object Before) { Write-Error "Some of these rows were in $Table before the logs begin: give older logs, or choose fewer rows." }
$left = @($told | Where-Object Verdict -NotIn Clean, AlreadyRestored)
if ($left) { Write-Error "Some of these rows have changed since by what was not chosen: $($left[0])" }

$quote = { '`{0}`.`{1}`' -f $args[0].Split('.', 2) }
$before = Measure-TableState $Table @At
$forward = $undo = $after = $null
if ($Apply -and $PSCmdlet.ShouldProcess($Table, "move $($told.Count) rows to $NewTable")) {
    mysql -e "CREATE TABLE IF NOT EXISTS $(& $quote $NewTable) LIKE $(& $quote $Table)"
    $forward = Restore-RowChange @chosen -Forward -TableMap @{ $Table = $NewTable } -OnConflict Stop -Confirm:$false
    $undo = Restore-RowChange @chosen -OnConflict Stop -Confirm:$false
    $after = Measure-TableState $Table, $NewTable @At
}

[pscustomobject]@{ Told = $told | Group-Object Verdict -NoElement; Forward = $forward; Undo = $undo; Before = $before; After = $after }
