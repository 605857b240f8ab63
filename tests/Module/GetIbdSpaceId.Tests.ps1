BeforeAll {
    Import-Module "$PSScriptRoot/../../MySqlRecovery.psd1"
    $samples = "$PSScriptRoot/../MySqlRecovery.Core.Tests/InnoDb/Samples"

    function Expand-Sample([string]$Name, [string]$Destination) {
        $source = [System.IO.Compression.GZipStream]::new([System.IO.File]::OpenRead("$samples/$Name.gz"), [System.IO.Compression.CompressionMode]::Decompress)
        $target = [System.IO.File]::Create($Destination)
        $source.CopyTo($target)
        $target.Dispose()
        $source.Dispose()
    }
}

Describe 'Get-IbdSpaceId' {
    BeforeAll {
        $folder = New-Item -ItemType Directory "$TestDrive/shop"
        Expand-Sample 'mysql-9.7-main_dyn-src.ibd' "$folder/orders.ibd"
        Expand-Sample 'mariadb-10.11-main_dyn-src.ibd' "$folder/we[i]rd.ibd"
    }

    It 'gives one object a file, with the table from the file itself' {
        $tablespace = Get-IbdSpaceId "$folder/orders.ibd" -Verify
        $tablespace.GetType().FullName | Should -Be 'MySqlRecovery.Model.IbdTablespace'
        $tablespace.Table | Should -Be 'rep.main_dyn'
        $tablespace.SpaceId | Should -Be $tablespace.PageSpaceId
        $tablespace.RowFormat | Should -Be 'Dynamic'
        $tablespace.ChecksumAlgorithm | Should -Be 'crc32'
        $tablespace.IndexId.Count | Should -Be 4
        $tablespace.DamagedPageCount | Should -Be 0
    }

    It 'takes files from Get-ChildItem, with brackets in their names' {
        $found = Get-ChildItem $folder | Get-IbdSpaceId
        $found.Count | Should -Be 2
        $found.ChecksumAlgorithm | Should -Contain 'full_crc32'
        $found.Table | Should -Contain 'shop.we[i]rd'
    }

    It 'warns of two files with one id, for which a server does not start' {
        Copy-Item "$folder/orders.ibd" "$TestDrive/copy.ibd"
        $found = Get-IbdSpaceId "$folder/orders.ibd", "$TestDrive/copy.ibd" -WarningVariable warnings -WarningAction SilentlyContinue
        $found[1].DuplicateOf | Should -Be $found[0].Path
        $warnings.Count | Should -Be 1
    }

    It 'reports a file that is none and goes on' {
        Set-Content "$TestDrive/no.ibd" 'text'
        $found = Get-IbdSpaceId "$TestDrive/no.ibd", "$folder/orders.ibd" -ErrorVariable failures -ErrorAction SilentlyContinue
        @($found).Count | Should -Be 1
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -Be 'NotATablespace,MySqlRecovery.Commands.GetIbdSpaceIdCommand'
        $failures[0].CategoryInfo.Category | Should -Be 'InvalidData'
    }

    It 'gives the damaged pages one by one' {
        $bytes = [System.IO.File]::ReadAllBytes("$folder/orders.ibd")
        $bytes[16384 * 5 + 99] = $bytes[16384 * 5 + 99] -bxor 1
        [System.IO.File]::WriteAllBytes("$TestDrive/damaged.ibd", $bytes)
        $problem = Get-IbdSpaceId "$TestDrive/damaged.ibd" -DamagedPage
        $problem.PageNumber | Should -Be 5
        $problem.Offset | Should -Be (16384 * 5)
    }

    It 'survives remoting' {
        $back = [System.Management.Automation.PSSerializer]::Deserialize(
            [System.Management.Automation.PSSerializer]::Serialize((Get-IbdSpaceId "$folder/orders.ibd")))
        $back.Table | Should -Be 'rep.main_dyn'
        $back.IndexName | Should -Be 'PRIMARY', 'v', 'k', 'c'
    }
}
