BeforeDiscovery {
    # A process of its own without any network but the way to itself.
    $canIsolate = $IsLinux -and (Get-Command unshare -ErrorAction Ignore) -and $(unshare --net --map-root-user true 2>$null; $LASTEXITCODE -eq 0)
}

BeforeAll {
    . $PSScriptRoot/Setup.ps1
    $root = Split-Path $Manifest
    $version = (Import-PowerShellDataFile $Manifest).ModuleVersion
    $tested = Get-FileHash "$root/bin/*.dll", "$root/bin/private/*.dll"
    $null = & $Pwsh -NoProfile -NonInteractive -File "$root/build.ps1" -Task Package
    $package = "$root/artifacts/MySqlRecovery.$version.nupkg"
    [System.IO.Compression.ZipFile]::ExtractToDirectory($package, "$TestDrive/bare/MySqlRecovery")
    Copy-Item $First, $Second $TestDrive
}

Describe 'The package' {
    It 'holds the files of the manifest, help and license among them, and nothing else' {
        $files = (Get-ChildItem "$TestDrive/bare/MySqlRecovery" -Recurse -File -Force).FullName.ForEach{ [System.IO.Path]::GetRelativePath("$TestDrive/bare/MySqlRecovery", $_).Replace('\', '/') }
        $listed = (Import-PowerShellDataFile $Manifest).FileList
        @($files) -notlike '*.psmdcp' | Sort-Object | Should -Be (($listed + 'MySqlRecovery.nuspec', '_rels/.rels', '[Content_Types].xml') | Sort-Object)
        $listed | Should -Contain 'LICENSE'
        $listed | Should -Contain 'en-US/about_MySqlRecovery.help.txt'
        $files | Should -Not -Match 'tests/|\.Tests\.|\.pdb$|src/'
        Compare-Object (Get-ChildItem "$root/en-US").Name ($listed -like 'en-US/*' -replace 'en-US/') | Should -BeNullOrEmpty
    }

    It 'holds what a build for release made, and leaves the one that is tested as it was' {
        $slow = & $Pwsh -NoProfile -NonInteractive -Command "
            Get-ChildItem '$TestDrive/bare/MySqlRecovery/bin' -Recurse -Filter MySqlRecovery*.dll | ForEach-Object {
                [System.Reflection.Assembly]::LoadFrom(`$_).GetCustomAttributes([System.Diagnostics.DebuggableAttribute], `$false).IsJITOptimizerDisabled
            }"
        $slow | Should -Be 'False', 'False', 'False'
        (Get-FileHash "$root/bin/*.dll", "$root/bin/private/*.dll").Hash | Should -Be $tested.Hash
    }

    It 'describes itself to the gallery' {
        $nuspec = [xml] (Get-Content "$TestDrive/bare/MySqlRecovery/MySqlRecovery.nuspec" -Raw)
        $nuspec.package.metadata.id, $nuspec.package.metadata.version | Should -Be 'MySqlRecovery', $version
        $tags = $nuspec.package.metadata.tags -split ' '
        $tags | Should -Contain 'PSModule'
        (Get-Command -Module MySqlRecovery).Name | ForEach-Object { $tags | Should -Contain "PSCmdlet_$_"; $tags | Should -Contain "PSCommand_$_" }
    }

    It 'is installed as from a gallery' {
        $script = "
            `$ErrorActionPreference = 'Stop'
            Register-PSResourceRepository -Name MySqlRecoveryTest -Uri '$root/artifacts' -Trusted -Force
            try { Save-PSResource MySqlRecovery -Repository MySqlRecoveryTest -Path (New-Item -ItemType Directory '$TestDrive/saved') }
            finally { Unregister-PSResourceRepository MySqlRecoveryTest }"
        & $Pwsh -NoProfile -NonInteractive -Command $script
        $LASTEXITCODE | Should -Be 0
        (Get-ChildItem "$TestDrive/saved/MySqlRecovery/$version" -Recurse -Filter *.dll).Name | Should -Contain 'MySqlRecovery.dll'
    }

    It 'is imported from a bare folder, without network, and undoes a change' -Skip:(-not $canIsolate) {
        $script = "
            `$ErrorActionPreference = 'Stop'
            Import-Module MySqlRecovery
            (Get-Module MySqlRecovery).ModuleBase
            (Get-Command -Module MySqlRecovery).Count
            (Invoke-BinlogReverse '$TestDrive/binlog.000002' '$TestDrive/undo.1').IsVerified
            (Get-Help Invoke-BinlogReverse).Synopsis
            (Get-Help about_IbdRecovery).Length -gt 100"
        $env:PSModulePath, $saved = "$TestDrive/bare", $env:PSModulePath
        try { $output = unshare --net --map-root-user $Pwsh -NoProfile -NonInteractive -Command $script }
        finally { $env:PSModulePath = $saved }
        $output | Should -Be "$TestDrive/bare/MySqlRecovery", (Get-Command -Module MySqlRecovery).Count, 'True', 'Writes the binlog that undoes row changes.', 'True'
    }
}

Describe 'The version' {
    It 'is that of every assembly, and stands in the manifest alone' {
        foreach ($file in Get-ChildItem "$TestDrive/bare/MySqlRecovery/bin" -Recurse -Filter MySqlRecovery*.dll) {
            [System.Reflection.AssemblyName]::GetAssemblyName($file).Version.ToString(3) | Should -Be $version
        }

        $sources = Get-ChildItem "$root/src", "$root/Directory.*.props", "$root/build.ps1" -Recurse -Include *.cs, *.csproj, *.props, *.ps1 | Where-Object FullName -NotMatch '[\\/](obj|bin)[\\/]'
        $sources | Select-String -SimpleMatch "'$version'", "`"$version`"", ">$version<" | Should -BeNullOrEmpty
        Get-Content "$root/CHANGELOG.md" -Raw | Should -Match "(?m)^## v$([regex]::Escape($version)) "
    }
}

Describe 'The scripts' {
    It 'have nothing for PSScriptAnalyzer to say' {
        if (-not (Get-Module -ListAvailable PSScriptAnalyzer)) { Set-ItResult -Skipped -Because 'PSScriptAnalyzer, of the PowerShell Gallery, is not installed' }
        $scripts = @(Get-ChildItem "$root/docs", "$root/samples" -Recurse -Filter *.ps1) + (Get-Item "$root/build.ps1", $Manifest)
        $found = & $Pwsh -NoProfile -NonInteractive -Command "
            '$($scripts.FullName -join "', '")' | ForEach-Object { Invoke-ScriptAnalyzer `$_ -ExcludeRule PSUseShouldProcessForStateChangingFunctions } |
                ForEach-Object { `"`$(`$_.ScriptName):`$(`$_.Line) `$(`$_.RuleName)`" }"
        $found | Should -BeNullOrEmpty
    }
}
