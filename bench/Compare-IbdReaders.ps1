<#
.SYNOPSIS
Compares Get-IbdSpaceId -Verify with innochecksum and ibd2sdi over .ibd files and zipped data directories.

.DESCRIPTION
Every .ibd file below -Path is read, also those in .zip files, which are expanded into a temporary folder one after the other. The
data directories of many versions in Debian's package mysql-testsuite are a good set:

  apt-get download mysql-testsuite
  dpkg-deb --fsys-tarfile mysql-testsuite_*.deb | tar -x --wildcards '*.zip'
  ./bench/Compare-IbdReaders.ps1 -Path usr/lib/mysql-test -Innochecksum innochecksum -Ibd2Sdi ibd2sdi

.OUTPUTS
One object for each disagreement, then a summary with the number of files and the seconds that each program took.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string]$Path,
    [Parameter(Mandatory)] [string]$Innochecksum,
    [string]$Ibd2Sdi
)

$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../MySqlRecovery.psd1"
$count = [ordered]@{ Files = 0; Versions = @{}; Damaged = 0; Encrypted = 0; PageCompressed = 0; Refused = 0; SdiCompared = 0; Disagreements = 0 }
$seconds = @{ Ours = 0.0; Innochecksum = 0.0 }

function Compare-File([string]$File, [string]$Origin) {
    $count.Files++
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $ours = Get-IbdSpaceId -LiteralPath $File -Verify -ErrorAction SilentlyContinue -ErrorVariable failure -WarningAction SilentlyContinue
    $seconds.Ours += $watch.Elapsed.TotalSeconds
    $watch.Restart()
    # Read-only files of another owner are read as well: without -w it only verifies.
    $text = & $Innochecksum $File 2>&1
    $theirs = $LASTEXITCODE -eq 0
    $seconds.Innochecksum += $watch.Elapsed.TotalSeconds
    if (-not $ours) { $count.Refused++ }
    else {
        $count.Versions[$ours.ServerVersion] = 1 + $count.Versions[$ours.ServerVersion]
        if ($ours.IsEncrypted) { $count.Encrypted++ }
        if ($ours.IsPageCompressed) { $count.PageCompressed++ }
        if ($ours.DamagedPageCount) { $count.Damaged++ }
    }

    $sound = $ours -and $ours.DamagedPageCount -eq 0 -and -not $ours.IsTruncated
    # Without the key neither can check an encrypted page.
    if ($sound -ne $theirs -and -not $ours.IsEncrypted) {
        $count.Disagreements++
        [pscustomobject]@{ File = $Origin; What = 'checksums'; Ours = "$sound $failure"; Theirs = "$theirs $($text | Select-Object -First 1)" }
    }

    if ($Ibd2Sdi -and $ours.HasSdi -and -not $ours.IsEncrypted) {
        $sdi = & $Ibd2Sdi $File 2>$null
        if ($LASTEXITCODE -ne 0) { return }
        $count.SdiCompared++
        $tables = @($sdi -join "`n" | ConvertFrom-Json -Depth 100).Where({ $_.type -eq 1 })
        $expected = "$($tables[0].object.dd_object.schema_ref).$($tables[0].object.dd_object.name)"
        $columns = @($tables[0].object.dd_object.columns).Where({ $_.hidden -ne 2 }).name -join ','
        $found = ($ours.Column -replace ' .*') -join ','
        if ($tables -and ($expected -ne ($ours.Table -replace '#p#.*') -or $columns -ne $found)) {
            $count.Disagreements++
            [pscustomobject]@{ File = $Origin; What = 'SDI'; Ours = "$($ours.Table) $found"; Theirs = "$expected $columns" }
        }
    }
}

Get-ChildItem $Path -Recurse -Filter *.ibd | ForEach-Object { Compare-File $_.FullName $_.FullName }
foreach ($zip in Get-ChildItem $Path -Recurse -Filter *.zip) {
    $folder = Join-Path ([IO.Path]::GetTempPath()) ([Guid]::NewGuid())
    try {
        [IO.Compression.ZipFile]::ExtractToDirectory($zip.FullName, $folder)
        Get-ChildItem $folder -Recurse -Filter *.ibd | ForEach-Object { Compare-File $_.FullName "$($zip.Name):$([IO.Path]::GetRelativePath($folder, $_.FullName))" }
    }
    finally {
        Remove-Item $folder -Recurse -Force -ErrorAction Ignore
    }
}

$count.OursSeconds = [Math]::Round($seconds.Ours, 1)
$count.InnochecksumSeconds = [Math]::Round($seconds.Innochecksum, 1)
$count.Versions = ($count.Versions.GetEnumerator() | Sort-Object Name | ForEach-Object { "$($_.Name)=$($_.Value)" }) -join ' '
[pscustomobject]$count
