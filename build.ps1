<#
.SYNOPSIS
    Builds, tests and packs the module.
.DESCRIPTION
    Build    dotnet build -c Release, which puts the module's DLLs into bin/
    Test     dotnet test, and the Pester tests of the module where there are Pester 5 and tests
    Help     compiles docs/*.md into en-US/MySqlRecovery.dll-Help.xml; needs Microsoft.PowerShell.PlatyPS 1.0
    Package  puts the files of the manifest's FileList into artifacts/MySqlRecovery/ and packs them as a zip
.EXAMPLE
    ./build.ps1 -Task Build, Package
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Help', 'Package')]
    [string[]] $Task = 'Build'
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Set-Location $PSScriptRoot

function Invoke-Build { dotnet build -c Release }

function Invoke-Test {
    dotnet test
    $runner = 'tests/Module/run.ps1'
    if (Test-Path $runner) { & (Get-Process -Id $PID).Path -NoProfile -File $runner }
}

function Invoke-Help {
    if (-not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS)) {
        Write-Warning 'Microsoft.PowerShell.PlatyPS is not installed: en-US/ stays as it is. Install-PSResource Microsoft.PowerShell.PlatyPS'
        return
    }

    $made = New-Item -ItemType Directory -Force artifacts/help
    Get-ChildItem docs/*-*.md | Where-Object Name -CMatch '^[A-Z]' | Import-MarkdownCommandHelp | Export-MamlCommandHelp -OutputFolder $made -Force | Out-Null
    New-Item -ItemType Directory -Force en-US | Out-Null
    Copy-Item artifacts/help/MySqlRecovery/MySqlRecovery.dll-Help.xml en-US/
}

function Invoke-Package {
    $manifest = Import-PowerShellDataFile MySqlRecovery.psd1
    $folder = 'artifacts/MySqlRecovery'
    Remove-Item -Recurse -Force $folder -ErrorAction Ignore
    foreach ($file in $manifest.FileList) {
        $target = Join-Path $folder $file
        New-Item -ItemType Directory -Force (Split-Path $target) | Out-Null
        Copy-Item $file $target
    }

    $zip = Join-Path $PSScriptRoot "artifacts/MySqlRecovery.$($manifest.ModuleVersion).zip"
    Remove-Item $zip -ErrorAction Ignore
    [System.IO.Compression.ZipFile]::CreateFromDirectory((Resolve-Path $folder), $zip, 'Optimal', $true)
    Test-ModuleManifest $folder/MySqlRecovery.psd1 | Out-Null
    Get-Item $zip
}

foreach ($name in $Task) { & "Invoke-$name" }
