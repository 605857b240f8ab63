#Requires -Version 7.4
#Requires -Modules MySqlRecovery
<#
.SYNOPSIS
    Brings back what a DELETE took where no binary log has it: from a copy of the table's file.
.EXAMPLE
    ./delete-without-binlog.ps1 -Path /var/lib/mysql/shop/orders.ibd -CopyPath rescue
.EXAMPLE
    ./delete-without-binlog.ps1 -Path rescue/orders.ibd -Choose @{ Where = @{ customer = 'Ada' } } -Apply
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # The files of the table: one, or one a partition.
    [Parameter(Mandatory)] [string[]] $Path,
    # A folder for copies, which is made if it is not there; without it the files are read where they are.
    [string] $CopyPath,
    # What tells which rows, and how the file is read: -Where, -SchemaPath, -KeyringPath and so on of Get-IbdRow.
    [hashtable] $Choose = @{},
    # The server: -Server, -Credential and so on of Restore-RowChange.
    [hashtable] $At = @{ DefaultsFile = "$HOME/.my.cnf" },
    # Restores; without it the script only says what would become of each row.
    [switch] $Apply
)

$ErrorActionPreference = 'Stop'
$files = $Path
if ($CopyPath) {
    if (-not $PSCmdlet.ShouldProcess($Path -join ', ', "copy to $CopyPath")) { return }
    # At once: purge and new rows take the space. The .frm of MySQL before 8.0 and of MariaDB says what the columns are.
    $null = New-Item -ItemType Directory $CopyPath -Force
    $beside = $Path | ForEach-Object { $_ -replace '(#[pP]#.*)?\.ibd$', '.frm' } | Select-Object -Unique | Where-Object { Test-Path -LiteralPath $_ }
    Copy-Item -LiteralPath (@($Path) + @($beside)) $CopyPath
    $files = $Path | ForEach-Object { Join-Path $CopyPath (Split-Path $_ -Leaf) }
}

$rows = @(Get-IbdRow $files -State Deleted @Choose)
$whole = @($rows | Where-Object State -In DeleteMarked, Freed)
$told = @($whole | Test-RowChange @At)
$restored = $null
if ($whole -and $Apply -and $PSCmdlet.ShouldProcess($told[0].Table, "bring $($whole.Count) rows back")) {
    $restored = $whole | Restore-RowChange @At -Confirm:$false
}

[pscustomobject]@{
    Found = $rows | Group-Object State -NoElement; Told = $told | Group-Object Verdict -NoElement; Restored = $restored
    Left = @($told | Where-Object Verdict -NotIn Clean, AlreadyRestored); Partial = @($rows | Where-Object State -EQ Partial)
}
