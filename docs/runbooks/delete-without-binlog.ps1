#Requires -Version 7.4
#Requires -Modules MySqlRecovery
<#
.SYNOPSIS
    Brings back what a DELETE took where no binary log has it: from a copy of the table's file.
.EXAMPLE
    ./delete-without-binlog.ps1 -Path /var/lib/mysql/shop/orders.ibd -CopyPath rescue -Destination deleted.sql
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # The files of the table: one, or one a partition.
    [Parameter(Mandatory)] [string[]] $Path,
    # A folder for the copies, which is made if it is not there.
    [Parameter(Mandatory)] [string] $CopyPath,
    # The SQL file with the rows.
    [Parameter(Mandatory)] [string] $Destination,
    # What tells which rows, and how the file is read: -Where, -SchemaPath, -KeyringPath and so on of Get-IbdRow.
    [hashtable] $Choose = @{}
)

$ErrorActionPreference = 'Stop'
if (-not $PSCmdlet.ShouldProcess($Path -join ', ', "copy to $CopyPath and write the deleted rows to $Destination")) { return }
# At once: purge and new rows take the space. The .frm of MySQL before 8.0 and of MariaDB says what the columns are.
$null = New-Item -ItemType Directory $CopyPath -Force
$beside = $Path | ForEach-Object { $_ -replace '(#[pP]#.*)?\.ibd$', '.frm' } | Select-Object -Unique | Where-Object { Test-Path -LiteralPath $_ }
Copy-Item -LiteralPath (@($Path) + @($beside)) $CopyPath

$copies = $Path | ForEach-Object { Join-Path $CopyPath (Split-Path $_ -Leaf) }
$rows = @(Get-IbdRow $copies -State Deleted @Choose)
$whole = @($rows | Where-Object State -In DeleteMarked, Freed)
$written = if ($whole) { $whole | Export-TableRow $Destination -Format Sql -Force }
[pscustomobject]@{ Found = $rows | Group-Object State -NoElement; Written = $written; Partial = @($rows | Where-Object State -EQ Partial) }
