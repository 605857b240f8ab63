# Dot-sourced by every test file: the built module, the test data, and what several files need.
Import-Module "$PSScriptRoot/../../MySqlRecovery.psd1"

$Manifest = (Resolve-Path "$PSScriptRoot/../../MySqlRecovery.psd1").Path
# The program of this PowerShell. Where it is a tool of .NET, (Get-Process -Id $PID).Path is dotnet.
$Pwsh = Join-Path $PSHOME pwsh
$Data = (Resolve-Path "$PSScriptRoot/Data").Path
$First = "$Data/mysql-9.7/binlog.000001"
$Second = "$Data/mysql-9.7/binlog.000002"
$Plain = "$Data/mysql-9.7-plain/binlog.000001"
$Old = "$Data/mysql-5.6/binlog.000001"
$OldSchema = "$Data/mysql-5.6/schema.sql"

# Runs a command; gives its Output and its Errors, terminating or not.
function Invoke-Recorded([scriptblock] $Command) {
    $ErrorActionPreference = 'Continue'
    $output = [System.Collections.Generic.List[object]]::new()
    $errors = [System.Collections.Generic.List[System.Management.Automation.ErrorRecord]]::new()
    try { & $Command 2>&1 3>$null | ForEach-Object { if ($_ -is [System.Management.Automation.ErrorRecord]) { $errors.Add($_) } else { $output.Add($_) } } }
    catch { $errors.Add($_) }
    [pscustomobject]@{ Output = $output; Errors = $errors }
}

# A value as text that shows type and bytes.
function ConvertTo-ValueText($Value) {
    if ($null -eq $Value) { return 'NULL' }
    if ($Value -is [byte[]]) { return "0x$([Convert]::ToHexString($Value))" }
    if ($Value -is [datetime]) { return $Value.ToString('o', [cultureinfo]::InvariantCulture) }
    if ($Value -is [double] -or $Value -is [float]) { return "$($Value.GetType().Name):$($Value.ToString('R', [cultureinfo]::InvariantCulture))" }
    "$($Value.GetType().Name):$Value"
}

# A row image as text; images are equal when their texts are.
function ConvertTo-ImageText($Image) {
    if ($null -eq $Image) { return '-' }
    @(foreach ($column in $Image.GetEnumerator()) { "$($column.Key)=$(ConvertTo-ValueText $column.Value)" }) -join '; '
}

# What a row change did, as text, without where it came from.
filter ConvertTo-ChangeText {
    "$($_.Operation) $($_.Database).$($_.Table) [$(ConvertTo-ImageText $_.Before)] -> [$(ConvertTo-ImageText $_.After)]"
}

# What undoes a row change, as text.
filter ConvertTo-UndoText {
    $operation = switch ($_.Operation) { Insert { 'Delete' } Delete { 'Insert' } default { 'Update' } }
    "$operation $($_.Database).$($_.Table) [$(ConvertTo-ImageText $_.After)] -> [$(ConvertTo-ImageText $_.Before)]"
}

# The undo of the given changes, which are in log order: last first.
function Get-UndoText([object[]] $Changes) {
    $texts = @($Changes | ConvertTo-UndoText)
    [array]::Reverse($texts)
    $texts
}

# A copy of a file with one byte flipped, or cut off at a length.
function Copy-Damaged([string] $Source, [string] $Destination, [long] $FlipAt = -1, [long] $Length = -1) {
    $bytes = [System.IO.File]::ReadAllBytes($Source)
    if ($FlipAt -ge 0) { $bytes[$FlipAt] = $bytes[$FlipAt] -bxor 1 }
    if ($Length -ge 0) { $bytes = [byte[]] $bytes[0..($Length - 1)] }
    [System.IO.File]::WriteAllBytes($Destination, $bytes)
}

# Takes samples/out, which the examples write to, for one test alone: other files of tests run at the same time. Disposing of the result gives it back.
function Lock-SampleOutput {
    $folder = New-Item -ItemType Directory "$(Split-Path $Manifest)/samples/out" -Force
    while ($true) {
        try { return [System.IO.File]::Open("$folder/.lock", 'OpenOrCreate', 'ReadWrite', 'None') }
        catch [System.IO.IOException] { Start-Sleep -Milliseconds 50 }
    }
}

# The examples of a page that show what they print, as Code and Expected; not those that need a server.
function Get-OfflineExample($Page) {
    foreach ($match in [regex]::Matches((Get-Content $Page -Raw), '(?ms)^```powershell\r?\n(?<code>((?!^```).)*?)^```\r?\n\r?\n```(output)?\r?\n(?<output>((?!^```).)*?)^```')) {
        $code = $match.Groups['code'].Value.Trim()
        $isOnline = $code -match '-DefaultsFile|-Server\b|\bServer = |-Source\b' -or ($code -match 'Test-ReplicationConsistency|-SourceLog' -and $code -notmatch 'samples/')
        if (-not $isOnline) { @{ Code = $code; Expected = $match.Groups['output'].Value } }
    }
}
