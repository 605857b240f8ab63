BeforeAll { . $PSScriptRoot/Setup.ps1 }

BeforeDiscovery {
    . $PSScriptRoot/Setup.ps1
    $root = Split-Path $Manifest
    # The examples that show what they print; those that need a server say so by what they are given.
    $pages = @(Get-Item "$root/README.md") + (Get-ChildItem "$root/docs/*-*.md" | Where-Object Name -CMatch '^[A-Z]')
    $examples = foreach ($page in $pages) {
        $text = Get-Content $page -Raw
        foreach ($match in [regex]::Matches($text, '(?ms)^```powershell\r?\n(?<code>((?!^```).)*?)^```\r?\n\r?\n```(output)?\r?\n(?<output>((?!^```).)*?)^```')) {
            $code = $match.Groups['code'].Value.Trim()
            if ($code -match '-DefaultsFile|-Server\b|-Source|Test-ReplicationConsistency') { continue }
            @{ Page = $page.Name; Code = $code; Expected = $match.Groups['output'].Value; First = ($code -split "`n")[0] }
        }
    }
}

Describe 'The example of <Page>' -ForEach $examples {
    It 'prints what it shows: <First>' {
        . $PSScriptRoot/Setup.ps1
        Push-Location (Split-Path $Manifest)
        $saved = [cultureinfo]::CurrentCulture, $PSStyle.OutputRendering
        try {
            [cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture
            $PSStyle.OutputRendering = 'PlainText'
            $null = New-Item -ItemType Directory samples/out -Force
            $printed = & ([scriptblock]::Create("`$ErrorActionPreference = 'Stop'; `$WarningPreference = 'SilentlyContinue'; $Code")) | Out-String -Width 200
        }
        finally {
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
        pwsh -NoProfile -NonInteractive -File "$root/docs/Write-SessionPicture.ps1" -Path "$TestDrive/session.svg"
        $plain = { ([xml] (Get-Content $args[0] -Raw)).svg.text.InnerText -replace '[ -]+', ' ' }
        & $plain "$TestDrive/session.svg" | Should -Be (& $plain "$root/docs/session.svg")
    }
}
