#Requires -Version 7.4
#Requires -Modules MySqlRecovery
<#
.SYNOPSIS
    Repairs a whole folder of orphaned .ibd files after those of a fresh instance; orphaned-ibd-files.md tells the way there
    and on.
.EXAMPLE
    ./orphaned-ibd-files.ps1 -LostPath lost -ReferencePath fresh -SchemaPath schema.sql -Destination out
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # The folder with the lost files, one folder a database.
    [Parameter(Mandatory)] [string] $LostPath,
    # The empty tables of the fresh instance, one folder a database.
    [Parameter(Mandatory)] [string] $ReferencePath,
    # The definitions of the tables, as mysqldump --no-data writes them.
    [Parameter(Mandatory)] [string] $SchemaPath,
    # The folder for the repaired files.
    [Parameter(Mandatory)] [string] $Destination
)

$ErrorActionPreference = 'Stop'
$lost = Get-ChildItem $LostPath -Recurse -Filter *.ibd | Get-IbdSpaceId
$result = @()
if ($PSCmdlet.ShouldProcess($Destination, "repair $(@($lost).Count) files")) {
    $result = @($lost | Where-Object { -not $_.IsEncrypted } | ForEach-Object Path | Repair-IbdSpaceId -ReferencePath $ReferencePath `
            -SchemaPath $SchemaPath -Destination $Destination -Confirm:$false -ErrorAction Continue -ErrorVariable problems)
}

[pscustomobject]@{
    Found    = @($lost).Count
    Repaired = @($result | Where-Object IsConsistent)
    Doubtful = @($result | Where-Object { -not $_.IsConsistent })
    Refused  = @($problems | ForEach-Object { [pscustomobject]@{ File = $_.TargetObject; Id = $_.FullyQualifiedErrorId.Split(',')[0]; Do = $_.ErrorDetails.RecommendedAction } })
}
