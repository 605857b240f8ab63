BeforeAll { . $PSScriptRoot/Setup.ps1 }

Describe 'The manifest' {
    It 'passes Test-ModuleManifest and reads as a data file' {
        (Test-ModuleManifest $Manifest).Name | Should -Be 'MySqlRecovery'
        (Import-PowerShellDataFile $Manifest).PowerShellVersion | Should -Be '7.4'
    }

    It 'lists files that are there' {
        $folder = Split-Path $Manifest
        foreach ($file in (Import-PowerShellDataFile $Manifest).FileList) {
            Join-Path $folder $file | Should -Exist
        }
    }

    It 'exports exactly the cmdlets of the module' {
        $listed = (Import-PowerShellDataFile $Manifest).CmdletsToExport | Sort-Object
        $commands = Get-Command -Module MySqlRecovery
        ($commands.Name | Sort-Object) | Should -Be $listed
        $commands.CommandType | Select-Object -Unique | Should -Be 'Cmdlet'
        $assembly = $commands[0].ImplementingType.Assembly
        $classes = $assembly.GetExportedTypes() | ForEach-Object { $_.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false) }
        ($classes | ForEach-Object { "$($_.VerbName)-$($_.NounName)" } | Sort-Object) | Should -Be $listed
    }

    It 'imports a second time and after Remove-Module without an error' {
        $errors = & $Pwsh -NoProfile -NonInteractive -Command "
            `$ErrorActionPreference = 'Stop'
            Import-Module '$Manifest'; Import-Module '$Manifest' -Force; Remove-Module MySqlRecovery; Import-Module '$Manifest'
            (Get-Command -Module MySqlRecovery).Count" 2>&1
        $errors | Should -Be (Get-Command -Module MySqlRecovery).Count
    }

    It 'uses approved verbs' {
        (Get-Command -Module MySqlRecovery).Verb | ForEach-Object { $_ | Should -BeIn (Get-Verb).Verb }
    }
}
