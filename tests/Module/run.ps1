# Runs the tests of the built module with Pester 5 and prints the counts as the last line.
$ErrorActionPreference = 'Stop'
Import-Module Pester -MinimumVersion 5.0

$configuration = New-PesterConfiguration
$configuration.Run.Path = $PSScriptRoot
$configuration.Run.PassThru = $true
$configuration.Output.RenderMode = 'Plaintext'
$result = Invoke-Pester -Configuration $configuration
if (-not $result) { throw 'Pester ran nothing.' }

$failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
$skipped = $result.TotalCount - $result.PassedCount - $result.FailedCount
"$($result.PassedCount) passed, $failed failed, $skipped skipped"
exit [int]($failed -gt 0)
