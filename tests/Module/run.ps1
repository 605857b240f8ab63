<#
.SYNOPSIS
    Runs tests of the built module with Pester.
.DESCRIPTION
    dotnet test calls it with -Report. By hand: dotnet tool run pwsh tests/Module/run.ps1 tests/Module/Help.Tests.ps1
#>
[CmdletBinding()]
param(
    # The files; without it all.
    [string[]] $Path = "$PSScriptRoot/*.Tests.ps1",
    # Name or path of the module Pester; without it the newest that dotnet restore has downloaded.
    [string] $Pester,
    # A file for the results: a JSON list of objects with File, Name, Result, Message and Seconds, in the order of the tests.
    [string] $Report,
    # Finds the tests and does not run them.
    [switch] $List
)

$ErrorActionPreference = 'Stop'
if (-not $Pester) {
    $packages = $env:NUGET_PACKAGES ? $env:NUGET_PACKAGES : (Join-Path $HOME .nuget packages)
    $newest = Get-ChildItem "$packages/pester/*/tools/Pester.psd1" | Sort-Object { [version] $_.Directory.Parent.Name } | Select-Object -Last 1
    $Pester = $newest.FullName
}

Import-Module $Pester

# The name with its blocks, <word> replaced by the data of -ForEach.
function Get-TestName($Test) {
    $data, $block = @($Test.Data), $Test.Block
    while ($block) { $data += $block.Data; $block = $block.Parent }
    $name = $Test.Path -join '. '
    foreach ($values in $data) {
        if ($values -is [System.Collections.IDictionary]) {
            foreach ($key in $values.Keys) { $name = $name.Replace("<$key>", "$($values[$key])") }
        }
        elseif ($null -ne $values) { $name = $name.Replace('<_>', "$values") }
    }
    $name
}

function Get-ErrorText($ErrorRecord) { @($ErrorRecord).ForEach{ "$_`n$($_.ScriptStackTrace)" } -join "`n`n" }

# The results of one file. An error outside of the tests, such as one of AfterAll, is given to the last test.
function Get-Result($Container, $Tests) {
    $file = Split-Path "$($Container.Item)" -Leaf
    $outside = @(Get-ErrorText $Container.ErrorRecord)
    $results = @(foreach ($test in $Tests) {
        $message = @(Get-ErrorText $test.ErrorRecord)
        for ($block = $test.Block; $block; $block = $block.Parent) {
            if ($test.Result -eq 'Failed') { $message += Get-ErrorText $block.ErrorRecord }
            else { $outside += Get-ErrorText $block.ErrorRecord }
        }
        [pscustomobject]@{
            File = $file; Name = Get-TestName $test; Result = $test.Result; Message = ($message.Where{ $_ } -join "`n").Trim()
            Seconds = $test.Duration.TotalSeconds
        }
    })
    $outside = $outside.Where{ $_ } | Select-Object -Unique
    if ($outside) {
        if (-not $results) {
            $results = @([pscustomobject]@{ File = $file; Name = 'is a file of tests'; Result = ''; Message = ''; Seconds = 0 })
        }
        $results[-1].Result = 'Failed'
        $results[-1].Message = "$($outside -join "`n")`n$($results[-1].Message)".Trim()
    }
    $results
}

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Run.SkipRun = [bool] $List
$configuration.Output.RenderMode = 'Plaintext'
if ($List) { $configuration.Output.Verbosity = 'None' }
$run = Invoke-Pester -Configuration $configuration
if (-not $run) { throw 'Pester ran nothing.' }

$results = @(foreach ($container in $run.Containers) {
    Get-Result $container $run.Tests.Where{ "$($_.ScriptBlock.File)" -eq "$($container.Item)" }
})
if ($Report) { ConvertTo-Json $results | Set-Content $Report }
elseif ($List) { $results }
exit [int] ($results.Result -contains 'Failed')
