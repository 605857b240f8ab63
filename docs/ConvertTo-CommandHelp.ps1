<#
.SYNOPSIS
    Compiles the Markdown pages of commands into MAML help.
.DESCRIPTION
    Reads what PlatyPS's pages have: front matter, SYNOPSIS, SYNTAX, DESCRIPTION, EXAMPLES, PARAMETERS with their YAML, INPUTS, OUTPUTS,
    NOTES and RELATED LINKS. A page without one of the sections is an error. Parameters of the syntax that a page does not describe are
    those of shared-parameters.md beside it.

    Other than PlatyPS it writes what a console can show: no fences around code, the name of a link without its address, and an
    online version that is there, which is the page in the package as the PowerShell Gallery shows it.
.EXAMPLE
    ./docs/ConvertTo-CommandHelp.ps1 docs/Get-RowChange.md, docs/Get-BinlogEvent.md -Destination out/MySqlRecovery.dll-Help.xml
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string[]] $Path,
    [Parameter(Mandatory)] [string] $Destination
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$lines = [System.Collections.Generic.List[string]]::new()
$version = (Import-PowerShellDataFile "$PSScriptRoot/../MySqlRecovery.psd1").ModuleVersion
$shared = @{}

# One line of XML, two spaces for each level.
function Add-Line([int] $Level, [string] $Text) { $lines.Add('  ' * $Level + $Text) }

function Get-Element([string] $Name, [string] $Text) {
    if (-not $Text) { return "<$Name />" }
    "<$Name>$($Text.Replace('&', '&amp;').Replace('<', '&lt;').Replace('>', '&gt;'))</$Name>"
}

# Splits a text at headings of a level, those in code blocks aside, into title and body.
function Split-Heading([string] $Text, [string] $Mark) {
    $parts, $isCode = @(), $false
    foreach ($line in $Text -split '\n') {
        if ($line.StartsWith('```')) { $isCode = -not $isCode }
        if (-not $isCode -and $line.StartsWith("$Mark ")) { $parts += @{ Title = $line.Substring($Mark.Length + 1).Trim(); Lines = @() } }
        elseif ($parts) { $parts[-1].Lines += $line }
    }
    $parts.ForEach{ @{ Title = $_.Title; Body = ($_.Lines -join "`n").Trim() } }
}

# Text for a console: links are their names, and code has no fences.
function ConvertTo-PlainText([string] $Text) {
    $isCode = $false
    $plain = foreach ($line in $Text -split '\n') {
        if ($line -match '^```') { $isCode = -not $isCode }
        elseif ($isCode) { $line }
        else { $line -replace '\[([^\]]+)\]\([^)]*\)', '$1' }
    }
    ($plain -join "`n").Trim("`n")
}

# Each value of a key in the YAML of a parameter: one, or one for each parameter set.
function Get-YamlValue([string] $Yaml, [string] $Key) {
    [regex]::Matches($Yaml, "(?m)^(?:  |- )?${Key}: *(.*)$").ForEach{ $_.Groups[1].Value.Trim("'") }
}

function Read-Parameter([hashtable] $Section) {
    $text, $yaml = $Section.Body -split '(?m)^```yaml\n', 2
    if ($yaml -match '(?m)^AcceptedValues:\n- ') { throw "$($Section.Title) has AcceptedValues, which this script cannot write." }
    $by = @()
    if ((Get-YamlValue $yaml ValueFromPipeline) -contains 'true') { $by += 'ByValue' }
    if ((Get-YamlValue $yaml ValueFromPipelineByPropertyName) -contains 'true') { $by += 'ByPropertyName' }
    @{
        Name = $Section.Title.TrimStart('-')
        Description = $text.Trim()
        Type = Get-YamlValue $yaml Type | Select-Object -First 1
        Wildcards = Get-YamlValue $yaml SupportsWildcards | Select-Object -First 1
        Aliases = [regex]::Match($yaml, '(?m)^Aliases:\n((?:- .*\n)+)').Groups[1].Value.Trim() -replace '\n- |^- ', ', ' -replace '^, '
        Position = Get-YamlValue $yaml Position | Select-Object -First 1
        Required = (Get-YamlValue $yaml IsRequired) -contains 'true'
        PipelineInput = $by ? "true ($($by -join ', '))" : 'false'
    }
}

# The parameters of a line of SYNTAX: positional ones first, then mandatory ones.
function Read-Syntax([string] $Text) {
    $position = 0
    $all = foreach ($match in [regex]::Matches($Text, '(?<=\s)\[*-(?<name>\w+)\]?(?: <(?<type>[^>]+)>)?')) {
        $isPositional = $match.Value -match '\[-\w+\] <'
        @{
            Name = $match.Groups['name'].Value
            Type = $match.Groups['type'].Value
            Position = $isPositional ? [string] $position++ : 'named'
            Required = $isPositional ? -not $match.Value.StartsWith('[[') : -not $match.Value.StartsWith('[')
        }
    }
    $all.Where{ $_.Position -ne 'named' }
    $all.Where{ $_.Position -eq 'named' -and $_.Required }
    $all.Where{ $_.Position -eq 'named' -and -not $_.Required }
}

function Add-ParameterStart([int] $Level, [hashtable] $It, [string] $Wildcards, [string] $PipelineInput, [string] $Aliases) {
    $required = "$($It.Required)".ToLowerInvariant()
    Add-Line $Level ("<command:parameter required=`"$required`" variableLength=`"false`" globbing=`"$Wildcards`" " +
        "pipelineInput=`"$PipelineInput`" position=`"$($It.Position)`" aliases=`"$($Aliases ? $Aliases : 'none')`">")
    Add-Line ($Level + 1) (Get-Element maml:name $It.Name)
}

function Add-ParameterEnd([int] $Level, [string] $ValueType, [string] $VariableLength, [string] $Type) {
    if ($ValueType) {
        $start = "command:parameterValue required=`"true`" variableLength=`"$VariableLength`""
        Add-Line ($Level + 1) "<$start>$ValueType</command:parameterValue>"
    }
    Add-TypeName ($Level + 1) $Type
    Add-Line $Level '</command:parameter>'
}

function Add-TypeName([int] $Level, [string] $Type) {
    Add-Line $Level '<dev:type>'
    Add-Line ($Level + 1) (Get-Element maml:name $Type)
    Add-Line $Level '</dev:type>'
}

function Add-Paragraphs([int] $Level, [string] $Element, [string[]] $Paragraph) {
    Add-Line $Level "<$Element>"
    foreach ($text in $Paragraph) { Add-Line ($Level + 1) (Get-Element maml:para (ConvertTo-PlainText $text)) }
    Add-Line $Level "</$Element>"
}

function Add-ValueTypes([string] $Group, [string] $Item, [string] $Body) {
    Add-Line 2 "<command:$Group>"
    foreach ($type in Split-Heading $Body '###') {
        Add-Line 3 "<command:$Item>"
        Add-TypeName 4 $type.Title
        Add-Paragraphs 4 maml:description $type.Body
        Add-Line 3 "</command:$Item>"
    }
    Add-Line 2 "</command:$Group>"
}

function Add-Syntax([string] $Name, [string] $Text, [hashtable[]] $Parameter) {
    Add-Line 3 '<command:syntaxItem>'
    Add-Line 4 (Get-Element maml:name $Name)
    foreach ($it in Read-Syntax $Text) {
        $described = $Parameter | Where-Object Name -CEQ $it.Name
        if (-not $described) { throw "-$($it.Name) of the syntax of $Name is not among its parameters." }
        # PlatyPS leaves out the aliases of switches here.
        Add-ParameterStart 4 $it false false ($it.Type ? $described.Aliases : '')
        Add-Line 5 '<maml:description />'
        Add-ParameterEnd 4 $it.Type false $described.Type
    }
    Add-Line 3 '</command:syntaxItem>'
}

# What is said first, the first code, and the rest: output, words and more code.
function Add-Example([hashtable] $Example) {
    $parts = [regex]::Match($Example.Body, '(?s)^(?<words>.*?)(^|\n)```powershell\n(?<code>.*?)\n```(?<rest>.*)$').Groups
    if (-not $parts['code'].Success) { throw "$($Example.Title) has no code." }
    Add-Line 3 '<command:example>'
    Add-Line 4 (Get-Element maml:title "--------- $($Example.Title) ---------")
    Add-Paragraphs 4 maml:introduction (Get-Paragraph $parts['words'].Value)
    Add-Line 4 (Get-Element dev:code $parts['code'].Value)
    Add-Paragraphs 4 dev:remarks (@(Get-Paragraph $parts['rest'].Value) + '')
    Add-Line 3 '</command:example>'
}

# Blocks that an empty line parts; code stays in one.
function Get-Paragraph([string] $Text) {
    [regex]::Matches($Text.Trim(), '(?s)```.*?\n```|(?:(?!\n\n|```).)+').ForEach{ $_.Value.Trim("`n") }.Where{ $_.Trim() }
}

function Add-Link([string] $Text, [string] $Uri) {
    Add-Line 3 '<maml:navigationLink>'
    Add-Line 4 (Get-Element maml:linkText $Text)
    Add-Line 4 (Get-Element maml:uri $Uri)
    Add-Line 3 '</maml:navigationLink>'
}

function Add-Command([string] $Page) {
    $text = [System.IO.File]::ReadAllText($Page).Replace("`r`n", "`n")
    $name = [regex]::Match($text, '(?m)^title: (.+)$').Groups[1].Value
    $section = @{}
    foreach ($part in Split-Heading $text '##') { $section[$part.Title] = $part.Body }
    foreach ($title in 'SYNOPSIS', 'SYNTAX', 'DESCRIPTION', 'EXAMPLES', 'PARAMETERS', 'INPUTS', 'OUTPUTS', 'NOTES', 'RELATED LINKS') {
        if (-not $section.ContainsKey($title)) { throw "$Page has no section '## $title'." }
    }
    $own = (Split-Heading $section.PARAMETERS '###').Where{ $_.Title.StartsWith('-') }.ForEach{ Read-Parameter $_ }
    $used = [regex]::Matches($section.SYNTAX, '-(\w+)\]?(?= <|\]|\s)').ForEach{ $_.Groups[1].Value } | Select-Object -Unique
    $others = $used.Where{ $_ -cnotin $own.Name -and $shared.ContainsKey($_) }.ForEach{ $shared[$_] }
    $parameters = @($own) + @($others) | Sort-Object { $_.Name -in 'Confirm', 'WhatIf' }, { $_.Name }

    Add-Line 1 '<command:command>'
    Add-Line 2 '<command:details>'
    Add-Line 3 (Get-Element command:name $name)
    Add-Paragraphs 3 maml:description $section.SYNOPSIS
    Add-Line 3 (Get-Element command:verb ($name -split '-')[0])
    Add-Line 3 (Get-Element command:noun ($name -split '-')[1])
    Add-Line 2 '</command:details>'
    Add-Paragraphs 2 maml:description (Get-Paragraph $section.DESCRIPTION)
    Add-Line 2 '<command:syntax>'
    foreach ($set in Split-Heading $section.SYNTAX '###') { Add-Syntax $name $set.Body $parameters }
    Add-Line 2 '</command:syntax>'
    Add-Line 2 '<command:parameters>'
    foreach ($it in $parameters) {
        Add-ParameterStart 3 $it $it.Wildcards $it.PipelineInput $it.Aliases
        Add-Paragraphs 4 maml:description (Get-Paragraph $it.Description)
        Add-ParameterEnd 3 ($it.Type -replace '^System\.Management\.Automation\.SwitchParameter$') true $it.Type
    }
    Add-Line 2 '</command:parameters>'
    Add-ValueTypes inputTypes inputType $section.INPUTS
    Add-ValueTypes returnValues returnValue $section.OUTPUTS
    Add-Line 2 '<maml:alertSet>'
    Add-Paragraphs 3 maml:alert (Get-Paragraph $section.NOTES)
    Add-Line 2 '</maml:alertSet>'
    Add-Line 2 '<command:examples>'
    foreach ($example in Split-Heading $section.EXAMPLES '###') { Add-Example $example }
    Add-Line 2 '</command:examples>'
    Add-Line 2 '<command:relatedLinks>'
    Add-Link 'Online version:' "https://www.powershellgallery.com/packages/MySqlRecovery/$version/Content/docs%5C$name.md"
    foreach ($link in [regex]::Matches($section.'RELATED LINKS', '(?m)^- \[(?<text>.*?)\]\(.*?\)')) { Add-Link $link.Groups['text'].Value '' }
    Add-Line 2 '</command:relatedLinks>'
    Add-Line 1 '</command:command>'
}

Add-Line 0 '<?xml version="1.0" encoding="utf-8"?>'
Add-Line 0 ('<helpItems xmlns:maml="http://schemas.microsoft.com/maml/2004/10" ' +
    'xmlns:command="http://schemas.microsoft.com/maml/dev/command/2004/10" xmlns:dev="http://schemas.microsoft.com/maml/dev/2004/10" schema="maml" xmlns="http://msh">')
$text = [System.IO.File]::ReadAllText("$PSScriptRoot/shared-parameters.md").Replace("`r`n", "`n")
foreach ($it in Split-Heading $text '###') { $shared[$it.Title.TrimStart('-')] = Read-Parameter $it }
foreach ($page in $Path) { Add-Command (Resolve-Path $page).Path }
Add-Line 0 '</helpItems>'
$target = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Destination)
[System.IO.File]::WriteAllText($target, $lines -join "`n")
