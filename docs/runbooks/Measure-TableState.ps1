#Requires -Version 7.4
<#
.SYNOPSIS
    Counts, sums and a checksum of tables, as objects: proof of what a recovery changed and what it left alone.
.DESCRIPTION
    The checksum covers every column of every row and does not depend on the order of the rows. Uses the mysql client on
    PATH with its own option files (~/.my.cnf).
.EXAMPLE
    $before = ./Measure-TableState.ps1 shop.orders, shop.order_line
    # ... recover ...
    Compare-Object $before (./Measure-TableState.ps1 shop.orders, shop.order_line) -Property Table, Rows, Checksum
#>
[CmdletBinding()]
param(
    # The tables, database.table.
    [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
    [string[]] $Table
)

process {
    $PSNativeCommandUseErrorActionPreference = $true
    $ErrorActionPreference = 'Stop'
    foreach ($name in $Table) {
        $database, $short = $name.Split('.', 2)
        $columns = @(mysql --batch --skip-column-names -e @"
SELECT column_name, data_type IN ('tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal')
FROM information_schema.columns WHERE table_schema = '$database' AND table_name = '$short' ORDER BY ordinal_position
"@)
        if (-not $columns) { Write-Error "There is no table $name."; continue }
        $quoted = $columns | ForEach-Object { '`{0}`' -f $_.Split("`t")[0].Replace('`', '``') }
        $numbers = $columns | Where-Object { $_.EndsWith("`t1") } | ForEach-Object { $_.Split("`t")[0] }
        $row = ($quoted | ForEach-Object { "COALESCE(HEX(CAST($_ AS BINARY)), '-')" }) -join ', '
        $sums = $numbers | ForEach-Object { ', COALESCE(SUM(`{0}`), 0)' -f $_.Replace('`', '``') }
        $values = (mysql --batch --skip-column-names -e @"
SELECT COUNT(*), HEX(BIT_XOR(CAST(CONV(LEFT(SHA2(CONCAT_WS(',', $row), 256), 16), 16, 10) AS UNSIGNED))) $sums
FROM ``$database``.``$short``
"@).Split("`t")
        $sum = [ordered]@{}
        for ($i = 0; $i -lt @($numbers).Count; $i++) { $sum[@($numbers)[$i]] = [decimal]::Parse($values[$i + 2], [cultureinfo]::InvariantCulture) }
        [pscustomobject]@{ Table = $name; Rows = [long] $values[0]; Checksum = $values[1]; Sum = $sum }
    }
}
