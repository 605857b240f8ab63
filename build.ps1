<#
.SYNOPSIS
    Builds, tests and packs the module.
.DESCRIPTION
    Build    dotnet build -c Release, which puts the module's DLLs and their libraries into bin/
    Test     dotnet test, which restores pwsh and Pester too, and runs every test there is
    Help     compiles docs/*.md into en-US/MySqlRecovery.dll-Help.xml with docs/ConvertTo-CommandHelp.ps1, which leaves Markdown out of
             what a console shows. First Microsoft.PowerShell.PlatyPS, which is installed where the PowerShell Gallery can be
             reached, reads every page: what it cannot read is an error
    Package  builds for release into artifacts/bin/ (bin/ may hold what the tests built), puts the files of the manifest's
             FileList into artifacts/MySqlRecovery/, and packs that folder as a zip and as the .nupkg that the PowerShell
             Gallery takes; needs Microsoft.PowerShell.PSResourceGet 1.1, which is part of
             PowerShell 7.5 and later
.EXAMPLE
    ./build.ps1 -Task Test, Package
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Help', 'Package')]
    [string[]] $Task = 'Build'
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Set-Location $PSScriptRoot

function Invoke-Build { dotnet build -c Release }

function Invoke-Test { dotnet test }

function Invoke-Help {
    $pages = Get-ChildItem docs/*-*.md | Where-Object Name -CMatch '^[A-Z]'
    if (-not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS)) {
        Install-PSResource Microsoft.PowerShell.PlatyPS -Version 1.0.3 -TrustRepository -Quiet -ErrorAction Ignore
    }

    if (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS) {
        $pages | Import-MarkdownCommandHelp -ErrorAction Stop | Out-Null
    }
    else {
        Write-Information -InformationAction Continue 'PlatyPS 1.0.3 could not be installed: its check of the pages is left out.'
    }

    ./docs/ConvertTo-CommandHelp.ps1 $pages -Destination en-US/MySqlRecovery.dll-Help.xml
}

function Invoke-Package {
    $manifest = Import-PowerShellDataFile MySqlRecovery.psd1
    $folder = 'artifacts/MySqlRecovery'
    Remove-Item -Recurse -Force $folder, artifacts/bin -ErrorAction Ignore
    dotnet build src/MySqlRecovery -c Release "-p:ModuleBin=$PSScriptRoot/artifacts/bin/" | Out-Host
    foreach ($file in $manifest.FileList) {
        $target = Join-Path $folder $file
        New-Item -ItemType Directory -Force (Split-Path $target) | Out-Null
        Copy-Item ($file -replace '^bin/', 'artifacts/bin/') $target
    }

    # The tags by which the Gallery finds a module whose commands are asked for.
    $tags = @('PSIncludes_Cmdlet') + $manifest.CmdletsToExport.ForEach{ "PSCmdlet_$_"; "PSCommand_$_" }
    (Get-Content MySqlRecovery.psd1 -Raw) -replace '(?<=\bTags\s*=\s*@\()', "'$($tags -join "', '")', " | Set-Content "$folder/MySqlRecovery.psd1" -NoNewline

    $zip = Join-Path $PSScriptRoot "artifacts/MySqlRecovery.$($manifest.ModuleVersion).zip"
    Remove-Item $zip -ErrorAction Ignore
    [System.IO.Compression.ZipFile]::CreateFromDirectory((Resolve-Path $folder), $zip, 'Optimal', $true)
    Get-Item $zip

    $package = Join-Path $PSScriptRoot "artifacts/MySqlRecovery.$($manifest.ModuleVersion).nupkg"
    Remove-Item $package -ErrorAction Ignore
    Compress-PSResource -Path $folder -DestinationPath artifacts
    Get-Item $package
}

foreach ($name in $Task) { & "Invoke-$name" }
