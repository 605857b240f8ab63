# Solves the incident of samples/README.md with the cmdlets, as one would type it.
#
#     dotnet build -c Release
#     pwsh samples/quickstart.ps1
#
# A housekeeping job was started at 20:30 UTC with a wrong limit and removed five orders from a workflow engine's tables,
# while other sessions went on working in the same tables. What it did is to be undone, what they did is to stay.

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../MySqlRecovery.psd1')
$logs = Join-Path $PSScriptRoot 'incident/binlog.*'
$out = New-Item -ItemType Directory -Force (Join-Path $PSScriptRoot 'out')
$minute = @{ StartTime = '2026-11-17T20:30:00Z'; StopTime = '2026-11-17T20:31:00Z' }

# What happened, by table, and who did it.
Measure-BinlogEvent $logs @minute | Format-Table Database, Table, InsertCount, UpdateCount, DeleteCount
Measure-BinlogEvent $logs @minute -By Transaction | Format-Table FirstTimestamp, ThreadId, InsertCount, UpdateCount, DeleteCount
$session = Measure-BinlogEvent $logs @minute -By Transaction |
    Group-Object ThreadId |
    Sort-Object { ($_.Group | Measure-Object DeleteCount -Sum).Sum } -Descending |
    Select-Object -First 1 -ExpandProperty Name
$bad = @{ ThreadId = $session } + $minute

# Look at some of the rows before anything is written.
Get-RowChange $logs @bad -Table wf_history |
    ForEach-Object { "$($_.Key.instance_id): $($_.Before.state) -> $($_.After.state) ($($_.After.reason))" }

# The undo, as SQL and as a binlog.
Export-RowChangeSql -LogPath $logs @bad -Reverse -Path "$out/undo.sql" -Force | Format-List StatementCount, IsComplete
Invoke-BinlogReverse $logs "$out/undo.binlog" @bad -Force | Format-List RowCount, TransactionCount, IsComplete, IsVerified

# The undo of the undo is the damage again: the same rows in the same order, byte for byte.
Invoke-BinlogReverse "$out/undo.binlog" "$out/redo.binlog" -Force | Out-Null
$images = { param($rows) $rows | ForEach-Object {
    $_.Operation, $_.Database, $_.Table, [Convert]::ToHexString($_.BeforeImage ?? @()), [Convert]::ToHexString($_.AfterImage ?? @()) -join ' ' } }
$original = & $images (Get-RowChange $logs @bad)
$twice = & $images (Get-RowChange "$out/redo.binlog")
if ($original.Count -and ($original -join "`n") -ceq ($twice -join "`n")) {
    "VERDICT: undoing the undo gives the $($original.Count) original rows, byte for byte."
    exit 0
}
'VERDICT: FAILED, the undo of the undo differs from the original.'
exit 1
