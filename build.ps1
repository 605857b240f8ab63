<#
.SYNOPSIS
    Builds, tests and packs the module.
.DESCRIPTION
    Build    dotnet build -c Release, which puts the module's DLLs and their libraries into bin/
    Test     dotnet test, which restores pwsh and Pester too, and runs every test there is
    Help     compiles docs/*.md into en-US/MySqlRecovery.dll-Help.xml: with Microsoft.PowerShell.PlatyPS, which it installs where
             the PowerShell Gallery can be reached, else with docs/ConvertTo-CommandHelp.ps1, whose output is the same
    Package  puts the files of the manifest's FileList into artifacts/MySqlRecovery/, and packs that folder as a zip and as
             the .nupkg that the PowerShell Gallery takes
.EXAMPLE
    ./build.ps1 -Task Build, Package
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
        $made = New-Item -ItemType Directory -Force artifacts/help
        $pages | Import-MarkdownCommandHelp | Export-MamlCommandHelp -OutputFolder $made -Force | Out-Null
        Copy-Item artifacts/help/MySqlRecovery/MySqlRecovery.dll-Help.xml en-US/
    }
    else {
        Write-Information -InformationAction Continue 'PlatyPS 1.0.3 could not be installed: using docs/ConvertTo-CommandHelp.ps1.'
        ./docs/ConvertTo-CommandHelp.ps1 $pages -Destination en-US/MySqlRecovery.dll-Help.xml
    }
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
    New-GalleryPackage -Folder $folder -Manifest $manifest -Path "$PSScriptRoot/artifacts/MySqlRecovery.$($manifest.ModuleVersion).nupkg"
}

# The package that Publish-PSResource would make: the folder, a .nuspec, and what the Open Packaging Conventions ask for.
function New-GalleryPackage([string] $Folder, [string] $Path, [hashtable] $Manifest) {
    $data = $Manifest.PrivateData.PSData
    $tags = $data.Tags + 'PSModule', 'PSIncludes_Cmdlet' + $Manifest.CmdletsToExport.ForEach{ "PSCmdlet_$_"; "PSCommand_$_" }
    $escape = { [System.Security.SecurityElement]::Escape($args[0]) }
    $parts = [ordered]@{
        'MySqlRecovery.nuspec' = @"
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>MySqlRecovery</id>
    <version>$($Manifest.ModuleVersion)</version>
    <authors>$(& $escape $Manifest.Author)</authors>
    <requireLicenseAcceptance>false</requireLicenseAcceptance>
    <licenseUrl>$(& $escape $data.LicenseUri)</licenseUrl>
    <description>$(& $escape $Manifest.Description)</description>
    <releaseNotes>$(& $escape $data.ReleaseNotes)</releaseNotes>
    <copyright>$(& $escape $Manifest.Copyright)</copyright>
    <tags>$(& $escape ($tags -join ' '))</tags>
  </metadata>
</package>
"@
        '_rels/.rels' = @'
<?xml version="1.0" encoding="utf-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/MySqlRecovery.nuspec" Id="R1" />
</Relationships>
'@
    }
    $files = Get-ChildItem $Folder -Recurse -File
    $extensions = @($files.Extension) + '.nuspec' | Where-Object { $_ } | Sort-Object -Unique
    $types = $extensions.ForEach{ "<Default Extension=`"$($_.TrimStart('.'))`" ContentType=`"application/octet-stream`" />" }
    $bare = $files.Where{ -not $_.Extension }.ForEach{ "<Override PartName=`"/$($_.Name)`" ContentType=`"application/octet-stream`" />" }
    $parts['[Content_Types].xml'] = "<?xml version=`"1.0`" encoding=`"utf-8`"?>`n<Types xmlns=`"http://schemas.openxmlformats.org/package/2006/content-types`">" +
        "<Default Extension=`"rels`" ContentType=`"application/vnd.openxmlformats-package.relationships+xml`" />$types$bare</Types>"

    Remove-Item $Path -ErrorAction Ignore
    $package = [System.IO.Compression.ZipFile]::Open($Path, 'Create')
    try {
        foreach ($part in $parts.GetEnumerator()) {
            $stream = $package.CreateEntry($part.Key).Open()
            $stream.Write([System.Text.Encoding]::UTF8.GetBytes($part.Value))
            $stream.Dispose()
        }

        foreach ($file in $files) {
            $name = [System.IO.Path]::GetRelativePath((Resolve-Path $Folder), $file.FullName).Replace('\', '/')
            $null = [System.IO.Compression.ZipFileExtensions]::CreateEntryFromFile($package, $file.FullName, $name)
        }
    }
    finally { $package.Dispose() }
    Get-Item $Path
}

foreach ($name in $Task) { & "Invoke-$name" }
