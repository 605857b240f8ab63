BeforeAll { . $PSScriptRoot/Setup.ps1 }

BeforeDiscovery {
    . $PSScriptRoot/Setup.ps1
    $root = Split-Path $Manifest
    # The examples that show what they print; those that need a server say so by what they are given.
    $pages = @(Get-Item "$root/README.md") + (Get-ChildItem "$root/docs/*-*.md" | Where-Object Name -CMatch '^[A-Z]')
    $examples = foreach ($page in $pages) {
        foreach ($example in Get-OfflineExample $page) { $example + @{ Page = $page.Name; First = ($example.Code -split "`n")[0] } }
    }
}

Describe 'The example of <Page>' -ForEach $examples {
    It 'prints what it shows: <First>' {
        . $PSScriptRoot/Setup.ps1
        Push-Location (Split-Path $Manifest)
        $saved = [cultureinfo]::CurrentCulture, $PSStyle.OutputRendering
        $lock = Lock-SampleOutput
        try {
            [cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture
            $PSStyle.OutputRendering = 'PlainText'
            $printed = & ([scriptblock]::Create("`$ErrorActionPreference = 'Stop'; `$WarningPreference = 'SilentlyContinue'; $Code")) | Out-String -Width 200
        }
        finally {
            $lock.Dispose()
            Pop-Location
            [cultureinfo]::CurrentCulture, $PSStyle.OutputRendering = $saved
        }

        # Widths depend on the console, and GTIDs of an undo are new each time.
        $plain = { ($args[0] -replace '\x1b\[[0-9;]*m' -replace '-{2,}', '--' -replace '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:', 'uuid:' -replace '\s+', ' ').Trim() }
        & $plain $printed.Replace((Split-Path $Manifest), '/tmp/MySqlRecovery') | Should -Be (& $plain $Expected)
    }
}

Describe 'The picture of a session' {
    It 'shows what the commands print' {
        $root = Split-Path $Manifest
        $lock = Lock-SampleOutput
        try { & $Pwsh -NoProfile -NonInteractive -File "$root/docs/Write-SessionPicture.ps1" -Path "$TestDrive/session.svg" }
        finally { $lock.Dispose() }
        $plain = { ([xml] (Get-Content $args[0] -Raw)).svg.text.InnerText -replace '[ -]+', ' ' }
        & $plain "$TestDrive/session.svg" | Should -Be (& $plain "$root/docs/session.svg")
    }
}

Describe 'The pages' {
    It 'link to files that are there, and name no place of a machine' {
        $root = Split-Path $Manifest
        foreach ($page in @(Get-Item "$root/README.md", "$root/CHANGELOG.md", "$root/samples/README.md") + (Get-ChildItem "$root/docs" -Recurse -Filter *.md)) {
            $text = Get-Content $page -Raw
            foreach ($link in [regex]::Matches($text, '\]\((?!https?:|#)([^)#]+)').ForEach{ $_.Groups[1].Value }) {
                Join-Path $page.DirectoryName $link | Should -Exist -Because "$($page.Name) links to it"
            }

            $text | Should -Not -Match '(?m)(^|[\s(])/(work|opt|home|root)/|^(<<<<<<<|>>>>>>>) '
        }
    }

    It 'name tests that are there' {
        $root = Split-Path $Manifest
        $sources = Get-ChildItem "$root/tests" -Recurse -Filter *.cs | Where-Object FullName -NotMatch '[\\/](obj|bin)[\\/]' | ForEach-Object { [System.IO.File]::ReadAllText($_) }
        $classes = [regex]::Matches(($sources -join "`n"), 'class (\w+Tests)\b').ForEach{ $_.Groups[1].Value }
        $methods = [regex]::Matches(($sources -join "`n"), '(?:void|Task) (\w+)\(').ForEach{ $_.Groups[1].Value }
        $text = (Get-Content "$root/README.md", "$root/docs/checklist.md" -Raw) -join "`n"
        [regex]::Matches($text, '\b[A-Z]\w+Tests\b').Value | Where-Object { $_ -notlike '*_*' } | Select-Object -Unique | Where-Object { $_ -cnotin $classes } | Should -BeNullOrEmpty
        [regex]::Matches($text, '`\w*Tests?\.([A-Z]\w+_\w+)').ForEach{ $_.Groups[1].Value } | Select-Object -Unique | Where-Object { $_ -cnotin $methods } | Should -BeNullOrEmpty
    }
}
