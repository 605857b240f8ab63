BeforeDiscovery {
    . $PSScriptRoot/Server.ps1
    $prefix = Get-ServerPrefix
}

BeforeAll {
    . $PSScriptRoot/Setup.ps1
    . $PSScriptRoot/Server.ps1
    $root = Split-Path $Manifest
    # The names of the files of bin/private, without extension.
    $private = (Get-ChildItem "$root/bin/private").BaseName

    # Runs statements in a PowerShell of their own, whose process has loaded nothing yet; gives the lines of its output.
    function Invoke-Session([string] $Script) {
        Set-Content "$TestDrive/session.ps1" @"
`$ErrorActionPreference = 'Stop'
`$PSStyle.OutputRendering = 'PlainText'
`$manifest = '$Manifest'; `$old = '$TestDrive/old'; `$log = '$TestDrive/log'; `$server = '127.0.0.1:$($server.Port)'
`$credential = [pscredential]::new('reader', (ConvertTo-SecureString secret -AsPlainText -Force))
function Read-Server { (Get-RowChange -Server `$server -Credential `$credential -Table item -WarningAction SilentlyContinue).After.name -join ' ' }
function Read-Log(`$Connection) { (Get-RowChange `$log -Table item -Connection `$Connection).After.name -join ' ' }
# Where assemblies of a name are and of which file version: context version.
function Get-Loaded(`$Name) {
    foreach (`$context in [System.Runtime.Loader.AssemblyLoadContext]::All) {
        foreach (`$found in @(`$context.Assemblies)) {
            if (`$found.GetName().Name -eq `$Name) { "`$(`$context.Name) `$([version] (Get-Item `$found.Location).VersionInfo.FileVersion)" }
        }
    }
}
function Open-Connection {
    Add-Type -Path `$old/MySqlConnector.dll
    `$connection = [MySqlConnector.MySqlConnection]::new("Server=127.0.0.1;Port=$($server.Port);User ID=reader;Password=secret")
    `$connection.Open()
    `$connection
}
$Script
"@
        & (Join-Path $PSHOME pwsh) -NoProfile -NonInteractive -File "$TestDrive/session.ps1" 2>&1 | ForEach-Object { "$_" }
    }
}

Describe 'The libraries' {
    It 'are all in the manifest and in the notices' {
        $private | Should -Not -BeNullOrEmpty
        (Import-PowerShellDataFile $Manifest).FileList -like 'bin/*' | Sort-Object |
            Should -Be (@('bin/MySqlRecovery.Core.dll', 'bin/MySqlRecovery.dll') + $private.ForEach{ "bin/private/$_.dll" } | Sort-Object)
        $notices = Get-Content "$root/THIRD-PARTY-NOTICES.txt" -Raw
        $private -notlike 'MySqlRecovery*' | ForEach-Object { $notices | Should -Match "(?m)^$([regex]::Escape($_)) +Copyright" }
    }

    It 'are loaded when they are needed, in a context of their own' {
        Invoke-Session '
            Import-Module $manifest
            "before: " + @([System.Runtime.Loader.AssemblyLoadContext]::All.Where{ $_.Name -eq "MySqlRecovery" }.ForEach{ $_.Assemblies }).Count
            try { Get-BinlogEvent -Server 127.0.0.1:1 } catch { $_.FullyQualifiedErrorId }
            (Get-Loaded MySqlRecovery.Client) -replace " .*"' |
            Should -Be 'before: 0', 'ServerUnreachable,MySqlRecovery.Commands.GetBinlogEventCommand', 'MySqlRecovery'
    }

    It 'are not given to others who ask for them' {
        Invoke-Session '
            Import-Module $manifest
            $null = Measure-BinlogEvent (Join-Path (Split-Path $manifest) tests/Module/Data/mysql-9.7/binlog.000002)
            foreach ($name in "MySqlConnector, Version=2.0.0.0, Culture=neutral, PublicKeyToken=d33d3e53aa5f8c92", "ZstdSharp", "System.IO.Hashing") {
                try { [System.Reflection.Assembly]::Load($name).FullName } catch { $_.Exception.InnerException.GetType().Name }
            }' | Should -Be 'FileNotFoundException', 'FileNotFoundException', 'FileNotFoundException'
    }

    It 'leave the public types where PowerShell finds them' {
        Invoke-Session '
            Import-Module $manifest
            $row = @(Get-RowChange (Join-Path (Split-Path $manifest) tests/Module/Data/mysql-9.7/binlog.000002))[0]
            $row -is [MySqlRecovery.Model.RowChange]
            [MySqlRecovery.Client.SslMode]::VerifyCa
            [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($row)) -is [MySqlRecovery.Model.RowChange]
            ($row | Out-String).Contains($row.Table)
            (Get-FormatData MySqlRecovery.Model.RowChange).TypeNames' |
            Should -Be 'True', 'VerifyCa', 'True', 'True', 'MySqlRecovery.Model.RowChange'
    }
}

Describe 'The libraries beside those of other modules' -Skip:(-not $prefix) {
    BeforeAll {
        # Older versions of the libraries, as other modules bring them.
        $null = New-Item -ItemType Directory "$TestDrive/project"
        Set-Content "$TestDrive/project/old.csproj" @'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net8.0</TargetFramework>
    <CopyLocalLockFileAssemblies>true</CopyLocalLockFileAssemblies>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="MySqlConnector" Version="[2.4.0]" />
    <PackageReference Include="System.IO.Hashing" Version="[8.0.0]" />
    <PackageReference Include="ZstdSharp.Port" Version="[0.8.7]" />
  </ItemGroup>
</Project>
'@
        $output = dotnet build "$TestDrive/project" -o "$TestDrive/old"
        if ($LASTEXITCODE -ne 0) { throw "The older libraries cannot be had: $output" }

        # Column names are not in its logs, and its transactions are compressed.
        $server = Start-TestServer (Get-ServerPrefix) 'binlog-row-metadata=MINIMAL', 'binlog-transaction-compression=ON'
        Invoke-Sql $server "CREATE USER reader IDENTIFIED BY 'secret'; GRANT SELECT, REPLICATION CLIENT, REPLICATION SLAVE, TRIGGER ON *.* TO reader"
        Invoke-Sql $server "CREATE DATABASE shop; CREATE TABLE shop.item (id INT PRIMARY KEY, name VARCHAR(20)); DO SLEEP(2); INSERT INTO shop.item VALUES (1, 'pen'), (2, 'ink'), (3, 'pad')"
        Copy-Item "$($server.Folder)/binlog/binlog.000001" "$TestDrive/log"
    }

    AfterAll { Stop-TestServer $server }

    It 'work where an older MySqlConnector was there first, whose connections work too' {
        Invoke-Session '
            $connection = Open-Connection
            Import-Module $manifest
            Read-Server
            Read-Log $connection
            $connection.Close()
            Read-Server
            Get-Loaded MySqlConnector' | Should -Be 'pen ink pad', 'pen ink pad', 'pen ink pad', 'Default 2.4.0.0', 'MySqlRecovery 2.6.2.0'
    }

    It 'work where an older MySqlConnector comes later, whose connections work too' {
        Invoke-Session '
            Import-Module $manifest
            Read-Server
            $connection = Open-Connection
            Read-Log $connection
            Read-Server
            Get-Loaded MySqlConnector' | Should -Be 'pen ink pad', 'pen ink pad', 'pen ink pad', 'Default 2.4.0.0', 'MySqlRecovery 2.6.2.0'
    }

    It 'work where older System.IO.Hashing and ZstdSharp were there first, and leave them alone' {
        Invoke-Session '
            Add-Type -Path $old/System.IO.Hashing.dll, $old/ZstdSharp.dll
            Import-Module $manifest
            (Measure-BinlogEvent $log | Measure-Object RowCount -Sum).Sum
            Read-Server
            (Get-Loaded ZstdSharp) -replace "\.0$"
            [System.IO.Hashing.Crc32].Assembly.GetName().Version.Major' |
            Should -Be '3', 'pen ink pad', 'Default 0.8.7', 'MySqlRecovery 0.8.8', '8'
    }

    It 'work where older System.IO.Hashing and ZstdSharp come later' {
        Invoke-Session '
            Import-Module $manifest
            (Measure-BinlogEvent $log | Measure-Object RowCount -Sum).Sum
            Add-Type -Path $old/System.IO.Hashing.dll, $old/ZstdSharp.dll
            (Measure-BinlogEvent $log | Measure-Object RowCount -Sum).Sum
            (Get-Loaded ZstdSharp) -replace "\.0$"' | Should -Be '3', '3', 'Default 0.8.7', 'MySqlRecovery 0.8.8'
    }

    It 'work in jobs and in parallel runspaces' {
        Invoke-Session '
            Import-Module $manifest
            $text = "Import-Module ''$manifest''; function Read-Server { ${function:Read-Server} }; Read-Server"
            1..4 | ForEach-Object -Parallel {
                ($server, $credential) = ($using:server, $using:credential)
                . ([scriptblock]::Create($using:text))
            } -ThrottleLimit 4
            Start-Job { ($server, $credential) = ($using:server, $using:credential); . ([scriptblock]::Create($using:text)) } | Receive-Job -Wait -AutoRemoveJob
            1..4 | ForEach-Object -Parallel { Import-Module $using:manifest; Remove-Module MySqlRecovery } -ThrottleLimit 4
            Read-Server' | Should -Be (@('pen ink pad') * 6)
    }

    It 'work after every import: with -Force, and after Remove-Module' {
        Invoke-Session '
            Import-Module $manifest
            Import-Module $manifest
            Import-Module $manifest -Force
            Remove-Module MySqlRecovery
            Import-Module $manifest
            Read-Server
            Import-Module $manifest -Force
            Read-Server
            Remove-Module MySqlRecovery
            Import-Module $manifest
            (Measure-BinlogEvent $log | Measure-Object RowCount -Sum).Sum
            Read-Server' | Should -Be 'pen ink pad', 'pen ink pad', '3', 'pen ink pad'
    }
}
