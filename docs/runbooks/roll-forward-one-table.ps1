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
    # Leaves out what came at this time or later.
    [datetime] $StopTime = [datetime]::UtcNow,
    # The server: -Server, -Credential and so on of Restore-RowChange. The mysql client on PATH loads the dump into the same one.
    [hashtable] $At = @{ DefaultsFile = "$HOME/.my.cnf" }
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$head = Get-Content $BackupPath -TotalCount 100 | Select-String "(?:SOURCE|MASTER)_LOG_FILE='([^']+)',\s*(?:SOURCE|MASTER)_LOG_POS=(\d+)" | Select-Object -First 1
if (-not $head) { Write-Error "$BackupPath does not say where in the logs it was made: dump with --source-data=2." }
$file, $position = $head.Matches[0].Groups[1].Value, [long] $head.Matches[0].Groups[2].Value
$number = [int] ($file -replace '^.*\.')
$logs = @(Get-ChildItem -Path $LogPath | Where-Object { $_.Name -match '\.(\d+)$' -and [int] $Matches[1] -ge $number } | Sort-Object { [int] ($_.Name -replace '^.*\.') })
if ($logs[0].Name -ne $file) { Write-Error "The log $file, in which the dump was made, is not among the logs given." }

# The logs without what is left out. Each part is summed up by itself, because a row may have been changed before and after the damage.
$chosen = @{ Table = $Table; StopTime = $StopTime }
$left = @(Measure-BinlogEvent $logs.FullName -StartPosition $position @chosen -Gtid $ExcludeGtid -By Transaction)
if (-not $left) { Write-Error 'None of the transactions to leave out changed the table since the dump.' }
$first = 0
$parts = foreach ($bad in @($left) + $null) {
    $last = if ($bad) { $logs.Name.IndexOf($bad.LogFile) } else { $logs.Count - 1 }
    $files, $part = $logs[$first..$last].FullName, (@{ StartPosition = $position } + $chosen)
    if ($bad) {
        $part.StopPosition = $bad.StartPosition
        $first, $position = $logs.Name.IndexOf($bad.EndLogFile), $bad.EndPosition
    }
    if (Measure-BinlogEvent $files @part) { $part + @{ LogPath = $files } }
}

$scratch = "$ScratchDatabase.$($Table.Split('.', 2)[1])"
$restored = $after = $null
if ($PSCmdlet.ShouldProcess($scratch, "load $BackupPath and do the changes since then again")) {
    mysql -e "CREATE DATABASE $ScratchDatabase"
    Get-Content -Raw $BackupPath | mysql $ScratchDatabase
    $restored = @($parts | ForEach-Object { $part = $_; Restore-RowChange @part -TableMap @{ $Table = $scratch } -Forward @At -Confirm:$false })
    $after = Measure-TableState $Table, $scratch @At
}

[pscustomobject]@{ LeftOut = $left; Restored = $restored; Now = $after | Where-Object Database -NE $ScratchDatabase; Rescued = $after | Where-Object Database -EQ $ScratchDatabase }
