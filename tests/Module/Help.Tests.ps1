BeforeDiscovery {
    . $PSScriptRoot/Setup.ps1
    $commands = (Get-Command -Module MySqlRecovery).Name | ForEach-Object { @{ Name = $_ } }
    $topics = 'MySqlRecovery', 'BinlogRecovery', 'IbdRecovery', 'ReplicationConsistency' | ForEach-Object { @{ Name = $_ } }
}

BeforeAll {
    . $PSScriptRoot/Setup.ps1
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
}

Describe 'The help of <Name>' -ForEach $commands {
    BeforeAll {
        $help = Get-Help $Name -Full
        $page = Get-Content "$root/docs/$Name.md" -Raw
        $shared = Get-Content "$root/docs/shared-parameters.md" -Raw
        $command = Get-Command $Name
        $parameters = $command.Parameters.Values.Name | Where-Object { $_ -notin [System.Management.Automation.PSCmdlet]::CommonParameters }
        $own = $parameters | Where-Object { $_ -notin 'WhatIf', 'Confirm' }
        # The code of the examples, without prompts.
        $code = [regex]::Matches($page, '(?ms)^```powershell\r?\n(.*?)^```') | ForEach-Object { $_.Groups[1].Value }
    }

    It 'was written by hand' {
        $help.Synopsis | Should -Not -Match "^\s*$Name|^\s*$"
        ($help.description | Out-String).Length | Should -BeGreaterThan 200
        $page | Should -Not -Match '\{\{|TODO|FIXME'
    }

    It 'describes every parameter, and no other, with its default' {
        $described = [regex]::Matches($page, '(?m)^### -(\w+)').ForEach{ $_.Groups[1].Value }
        $elsewhere = [regex]::Matches($page, '(?m)^Described in \[shared-parameters\.md\].*$').Value -split '[ ,.:]+' -match '^-\w' -replace '^-'
        @($described) + @($elsewhere) | Sort-Object | Should -Be ($parameters | Sort-Object)
        foreach ($parameter in $own) {
            $it = $help.parameters.parameter | Where-Object name -EQ $parameter
            ($it.description | Out-String).Trim().Length | Should -BeGreaterThan 30 -Because "-$parameter needs words"
            (($parameter -in $elsewhere ? $shared : $page) -split "(?m)^### -$parameter\r?\n")[1] -split '(?m)^### ' | Select-Object -First 1 | Should -Match '(?m)^DefaultValue: \S' -Because "-$parameter has a default"
        }
    }

    It 'says how every parameter set is written' {
        $syntax = ($page -split '(?m)^## ALIASES')[0]
        foreach ($set in $command.ParameterSets) {
            $text = ($syntax -split "(?m)^### $($set.Name)( \(Default\))?\r?\n")[-1] -split '(?m)^#' | Select-Object -First 1
            $named = [regex]::Matches($text, '-(\w+)').ForEach{ $_.Groups[1].Value } | Where-Object { $_ -in $parameters } | Select-Object -Unique
            $named | Sort-Object | Should -Be (($set.Parameters.Name | Where-Object { $_ -in $parameters }) | Sort-Object) -Because "set $($set.Name)"
        }
    }

    It 'is shown by Get-Help as docs/ has it: synopsis, description, parameters, examples, inputs, outputs and notes' {
        # Get-Help keeps the words, and breaks lines as it likes. A console shows neither fences nor addresses.
        $words = { ((@($args[0]) -join ' ') -replace '(?m)^```.*$' -replace '\[([^\]]+)\]\([^)]*\)', '$1' -replace '\s+', ' ').Trim() }
        $section = @{}
        foreach ($part in $page -split '(?m)^## ' | Select-Object -Skip 1) { $title, $section[$part.Split("`n")[0].Trim()] = $part -split '\r?\n', 2 }
        $parts = {
            foreach ($part in $section[$args[0]] -split '(?m)^### ' | Select-Object -Skip 1) {
                $title, $text = $part -split '\r?\n', 2
                if ($title -ne 'CommonParameters') { "$($title.TrimStart('-')): " + (& $words ($text -split '(?m)^```yaml')[0]) }
            }
        }

        & $words $help.Synopsis | Should -BeExactly (& $words $section.SYNOPSIS)
        & $words $help.description.Text | Should -BeExactly (& $words $section.DESCRIPTION)
        & $words $help.alertSet.alert.Text | Should -BeExactly (& $words $section.NOTES)
        $section.PARAMETERS += "`n" + (($shared -split '(?m)^(?=### )' | Where-Object { $_ -match '^### -(\w+)' -and $Matches[1] -in $parameters -and $section.PARAMETERS -notmatch "(?m)^### -$($Matches[1])\b" }) -join '')
        $help.parameters.parameter.ForEach{ "$($_.name): " + (& $words $_.description.Text) } | Sort-Object | Should -BeExactly (& $parts PARAMETERS | Sort-Object)
        $help.examples.example.ForEach{ "$($_.title.Trim('-', ' ')): " + (& $words (@($_.introduction.Text) + $_.code + @($_.remarks.Text))) } | Should -BeExactly (& $parts EXAMPLES)
        $help.inputTypes.inputType.ForEach{ "$($_.type.name): " + (& $words $_.description.Text) } | Should -BeExactly (& $parts INPUTS)
        $help.returnValues.returnValue.ForEach{ "$($_.type.name): " + (& $words $_.description.Text) } | Should -BeExactly (& $parts OUTPUTS)
    }

    It 'has no Markdown fence, no link to nowhere, and an online page that the package holds' {
        $shown = $help | Out-String
        $shown | Should -Not -Match '```|\]\('
        $page | Should -Not -Match '\]\(\)'
        $uri = @($help.relatedLinks.navigationLink.uri)[0]
        $manifest = Import-PowerShellDataFile $Manifest
        $uri | Should -Be "https://www.powershellgallery.com/packages/MySqlRecovery/$($manifest.ModuleVersion)/Content/docs%5C$Name.md"
        $manifest.FileList | Should -Contain "docs/$Name.md"
        foreach ($link in [regex]::Matches($page, '\]\(([^)#]+)').ForEach{ $_.Groups[1].Value }.Where{ $_ -notmatch '^https?:' }) {
            Join-Path "$root/docs" $link | Should -Exist
        }
    }

    It 'has four examples or more, which parse, and name commands and parameters that exist' {
        @($help.examples.example).Count | Should -BeGreaterOrEqual 4
        $code.Count | Should -BeGreaterOrEqual 4
        foreach ($text in $code) {
            $problems = $null
            $tree = [System.Management.Automation.Language.Parser]::ParseInput($text, [ref] $null, [ref] $problems)
            $problems | Should -BeNullOrEmpty -Because $text
            foreach ($call in $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                $called = $call.GetCommandName()
                if ($called -notmatch '^[A-Z]\w+-\w+$') { continue }
                $target = Get-Command $called -ErrorAction Ignore
                $target | Should -Not -BeNullOrEmpty -Because "$called must exist"
                foreach ($parameter in $call.CommandElements.Where{ $_ -is [System.Management.Automation.Language.CommandParameterAst] }) {
                    { $target.ResolveParameter($parameter.ParameterName) } | Should -Not -Throw -Because "$called -$($parameter.ParameterName)"
                }
            }
        }

        $code -join "`n" | Should -Match ([regex]::Escape($Name))
    }
}

Describe 'The topic about_<Name>' -ForEach $topics {
    It 'is found, fits a console and points to topics and commands that exist' {
        $text = Get-Content "$root/en-US/about_$Name.help.txt"
        $text[0..1] | Should -Be 'TOPIC', "    about_$Name"
        $text | Where-Object { $_.Length -gt 92 } | Should -BeNullOrEmpty
        Get-Help "about_$Name" | Should -Not -BeNullOrEmpty
        foreach ($word in ($text -join "`n") -split '\W(?<![-_])' | Where-Object { $_ -cmatch '^(about_\w+|(Find|Get|Measure|Invoke|Export|Repair|Restore|Test)-[A-Z]\w+)$' } | Select-Object -Unique) {
            if ($word -like 'about_*') { "$root/en-US/$word.help.txt" | Should -Exist }
            else { Get-Command $word -ErrorAction Ignore | Should -Not -BeNullOrEmpty -Because "$word is named" }
        }
    }
}

Describe 'The error ids' {
    It 'are all listed in about_MySqlRecovery, and no others' {
        $source = Get-ChildItem "$root/src" -Recurse -Filter *.cs | Where-Object FullName -NotMatch '[\\/](obj|bin)[\\/]' |
            ForEach-Object { [System.IO.File]::ReadAllText($_) -replace '(?m)^.*(Cmdlet\(|ParameterSetName|Alias\(|=> ").*$' }
        $used = ([regex]::Matches(($source -join "`n"), '"([A-Z][a-z]+(?:[A-Z][A-Za-z0-9]*)+)",')).ForEach{ $_.Groups[1].Value } |
            Where-Object { $_ -cnotin 'MariaDB', 'MySqlRecovery', 'WhatIf', 'ErrorAction', 'LogPath', 'HostName', 'ComputerName' } | Sort-Object -Unique
        $topic = (Get-Content "$root/en-US/about_MySqlRecovery.help.txt" -Raw) -replace '(?s)^.*ERROR IDS' -replace '(?s)SEE ALSO.*'
        $listed = ([regex]::Matches($topic, '(?m)^        ([A-Z]\w+)')).ForEach{ $_.Groups[1].Value } | Sort-Object -Unique
        Compare-Object $used $listed | ForEach-Object { "$($_.InputObject) $($_.SideIndicator)" } | Should -BeNullOrEmpty
    }
}

Describe 'The compiled help' {
    BeforeAll { $pages = Get-ChildItem "$root/docs/*-*.md" | Where-Object Name -CMatch '^[A-Z]' }

    It 'is what build.ps1 Help makes of docs/' {
        & "$root/docs/ConvertTo-CommandHelp.ps1" $pages -Destination "$TestDrive/own.xml"
        $shipped = Get-Content "$root/en-US/MySqlRecovery.dll-Help.xml" -Raw
        (Get-Content "$TestDrive/own.xml" -Raw) -ceq $shipped | Should -BeTrue -Because './build.ps1 Help brings it in step'
    }

    It 'is made of pages that PlatyPS reads' -Skip:(-not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS)) {
        # PlatyPS and its parser stay out of this process.
        $read = & $Pwsh -NoProfile -NonInteractive -Command "
            (Get-ChildItem '$root/docs/*-*.md' | Where-Object Name -CMatch '^[A-Z]' | Import-MarkdownCommandHelp -ErrorAction Stop).Title"
        $read | Should -Be $pages.BaseName
    }
}
