#Requires -Version 7.4
#Requires -Modules MySqlRecovery
<#
.SYNOPSIS
    Moves rows that went into the wrong table to another one: their history is replayed there under the new name, then
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
    # Filters of Export-RowChangeSql that say which rows.
    [Parameter(Mandatory)] [hashtable] $Choose,
    # The folder for forward.sql and undo.sql.
    [string] $Destination = '.',
    # Runs both scripts with the mysql client on PATH.
    [switch] $Apply
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$common = @{ LogPath = $LogPath; Table = $Table; Fold = $true; Force = $true; WhatIf = $false }
$forward = Export-RowChangeSql @common @Choose -TableMap @{ $Table = $NewTable } -Path "$Destination/forward.sql"
$undo = Export-RowChangeSql @common @Choose -Reverse -Path "$Destination/undo.sql"
if (-not ($forward.IsComplete -and $undo.IsComplete)) { Write-Error "Not everything can be moved: $(@($forward.Reason + $undo.Reason) -join '; ')" }
if (Select-String -Path "$Destination/forward.sql" -Pattern '^(UPDATE|DELETE) ' -List) {
    Write-Error "Some of these rows were in $Table before the logs begin: give older logs, or choose fewer rows."
}

$quote = { '`{0}`.`{1}`' -f $args[0].Split('.', 2) }
$before = & "$PSScriptRoot/Measure-TableState.ps1" $Table
$after = $null
if ($Apply -and $PSCmdlet.ShouldProcess($Table, "move $($forward.StatementCount) rows to $NewTable")) {
    mysql -e "CREATE TABLE IF NOT EXISTS $(& $quote $NewTable) LIKE $(& $quote $Table)"
    Get-Content -Raw $Destination/forward.sql | mysql
    Get-Content -Raw $Destination/undo.sql | mysql
    $after = & "$PSScriptRoot/Measure-TableState.ps1" $Table, $NewTable
}

[pscustomobject]@{ Forward = $forward; Undo = $undo; Overwritten = $undo.LaterChange; Before = $before; After = $after }
