BeforeAll {
    Import-Module "$PSScriptRoot/../../MySqlRecovery.psd1"
    $samples = "$PSScriptRoot/../MySqlRecovery.Core.Tests/InnoDb/Samples"

    function Expand-Sample([string]$Name, [string]$Destination) {
        $null = New-Item -ItemType Directory -Force (Split-Path $Destination)
        $source = [System.IO.Compression.GZipStream]::new([System.IO.File]::OpenRead("$samples/$Name.gz"), [System.IO.Compression.CompressionMode]::Decompress)
        $target = [System.IO.File]::Create($Destination)
        $source.CopyTo($target)
        $target.Dispose()
        $source.Dispose()
    }
}

Describe 'Repair-IbdSpaceId' {
    BeforeAll {
        $source = "$TestDrive/lost/rep"
        $reference = "$TestDrive/fresh"
        foreach ($table in 'main_dyn', 'main_red', 'main_z8') {
            Expand-Sample "mysql-9.7-$table-src.ibd" "$source/$table.ibd"
            Expand-Sample "mysql-9.7-$table-ref.ibd" "$reference/rep/$table.ibd"
        }

        $null = New-Item -ItemType Directory "$TestDrive/old"
        Expand-Sample 'mysql-5.6-main_com-src.ibd' "$TestDrive/old/main_com.ibd"
        Expand-Sample 'mysql-5.6-main_com-ref.ibd' "$reference/rep/main_com.ibd"
        Set-Content "$TestDrive/schema.sql" @'
CREATE TABLE main_com (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, k int NOT NULL, v varchar(120), c char(20), d datetime,
  e decimal(14,4), l1 char(9) character set latin1, en enum('x','y','z'), ts timestamp NULL, lob longblob, txt mediumtext,
  KEY k(k), UNIQUE KEY v(v), KEY c(c(5),e)) DEFAULT CHARSET=utf8mb4 ROW_FORMAT=COMPACT;
'@
        $quiet = @{ Confirm = $false; WarningAction = 'SilentlyContinue' }
        $before = Get-ChildItem $source | Get-FileHash
    }

    AfterEach {
        (Get-ChildItem $source | Get-FileHash).Hash | Should -Be $before.Hash
    }

    It 'repairs a folder of files by a folder of references' {
        $result = Repair-IbdSpaceId "$source/*.ibd" -ReferencePath $reference -Destination "$TestDrive/out" @quiet
        $result.Count | Should -Be 3
        $result.IsConsistent | Should -Not -Contain $false
        foreach ($one in $result) {
            $fresh = Get-IbdSpaceId "$reference/rep/$(Split-Path -Leaf $one.Path)"
            $repaired = Get-IbdSpaceId $one.Destination -Verify
            $one.NewSpaceId | Should -Be $fresh.SpaceId
            $repaired.PageSpaceId | Should -Be $fresh.SpaceId
            $repaired.IndexId | Should -Be $fresh.IndexId
            $repaired.DamagedPageCount | Should -Be 0
        }
    }

    It 'needs the definition of a table of 5.6, and says so' {
        $arguments = @{ Path = "$TestDrive/old/main_com.ibd"; ReferencePath = $reference; Destination = "$TestDrive/out56" }
        Repair-IbdSpaceId @arguments @quiet -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'RecordLayoutUnknown,*'
        $failures[0].ErrorDetails.RecommendedAction | Should -BeLike '*-SchemaPath*'
        Test-Path "$TestDrive/out56/main_com.ibd" | Should -BeFalse
        (Repair-IbdSpaceId @arguments @quiet -SchemaPath "$TestDrive/schema.sql").IsConsistent | Should -BeTrue
    }

    It 'prints the plan under -WhatIf and writes nothing' {
        $edits = Repair-IbdSpaceId "$source/main_dyn.ibd" -ReferencePath $reference -Destination "$TestDrive/whatif" -WhatIf
        $edits[0].GetType().FullName | Should -Be 'MySqlRecovery.Model.IbdEdit'
        $edits.Reason | Should -Contain 'BLOB reference'
        Test-Path "$TestDrive/whatif" | Should -BeFalse
    }

    It 'reads ids from the lines of an error log' {
        $result = 'InnoDB: Error: tablespace id is 4711 in the data dictionary', 'InnoDB: but in file ./rep/main_dyn.ibd it is 11!' |
            Repair-IbdSpaceId "$source/main_dyn.ibd" -Destination "$TestDrive/log" @quiet
        $result.NewSpaceId | Should -Be 4711
        $result.IsConsistent | Should -BeFalse
        $result.Problem[0] | Should -BeLike 'missing: *'
    }

    It 'reads ids from the file of an error log' {
        Set-Content "$TestDrive/error.log" '[ERROR] InnoDB: Expected tablespace id 4712 but found 11 in the file ./rep/main_dyn.ibd'
        $result = Get-ChildItem "$source/main_dyn.ibd" | Repair-IbdSpaceId -ErrorLog "$TestDrive/error.log" -Destination "$TestDrive/log2" @quiet
        $result.NewSpaceId | Should -Be 4712
    }

    It 'gives the original back from the undo file' {
        $one = Repair-IbdSpaceId "$source/main_z8.ibd" -ReferencePath $reference -Destination "$TestDrive/o" -UndoPath "$TestDrive/undo" @quiet
        Test-Path $one.UndoPath | Should -BeTrue
        $null = Repair-IbdSpaceId $one.Destination -Undo -UndoPath "$TestDrive/undo" -Destination "$TestDrive/back" @quiet
        (Get-FileHash "$TestDrive/back/main_z8.ibd").Hash | Should -Be (Get-FileHash "$source/main_z8.ibd").Hash
    }

    It 'works in place only with a backup' {
        Copy-Item "$source/main_red.ibd" "$TestDrive/main_red.ibd"
        { Repair-IbdSpaceId "$TestDrive/main_red.ibd" -ReferencePath $reference -InPlace } | Should -Throw -ErrorId 'InvalidParameters,*'
        $one = Repair-IbdSpaceId "$TestDrive/main_red.ibd" -ReferencePath $reference -InPlace -BackupPath "$TestDrive/backup" @quiet
        $one.IsConsistent | Should -BeTrue
        (Get-FileHash "$TestDrive/backup/main_red.ibd").Hash | Should -Be (Get-FileHash "$source/main_red.ibd").Hash
    }

    It 'reports a damaged page as an error with the page as target, and repairs the other files' {
        $damaged = "$TestDrive/damaged/rep"
        $null = New-Item -ItemType Directory $damaged
        Copy-Item "$source/*.ibd" $damaged
        $bytes = [System.IO.File]::ReadAllBytes("$damaged/main_dyn.ibd")
        $bytes[16384 * 7 + 99] = $bytes[16384 * 7 + 99] -bxor 1
        [System.IO.File]::WriteAllBytes("$damaged/main_dyn.ibd", $bytes)
        $result = Repair-IbdSpaceId "$damaged/*.ibd" -ReferencePath $reference -Destination "$TestDrive/rest" @quiet -ErrorVariable failures -ErrorAction SilentlyContinue
        $result.Count | Should -Be 2
        $failures.Count | Should -Be 1
        $failures[0].TargetObject.PageNumber | Should -Be 7
        Test-Path "$TestDrive/rest/main_dyn.ibd" | Should -BeFalse
    }

    It 'writes neither of two copies of a database that would have one place' {
        foreach ($day in 'monday', 'tuesday') { Expand-Sample 'mysql-9.7-main_dyn-src.ibd' "$TestDrive/$day/rep/main_dyn.ibd" }
        $result = Repair-IbdSpaceId "$TestDrive/*day/rep/*.ibd" -ReferencePath $reference -Destination "$TestDrive/both" @quiet -ErrorVariable failures -ErrorAction SilentlyContinue
        $result | Should -BeNullOrEmpty
        $failures.FullyQualifiedErrorId | Should -Be (, 'DestinationAmbiguous,MySqlRecovery.Commands.RepairIbdSpaceIdCommand' * 2)
        Test-Path "$TestDrive/both" | Should -BeFalse
    }

    It 'gives the outcome the name of its reference' {
        Expand-Sample 'mysql-9.7-main_dyn-src.ibd' "$TestDrive/upper/MAIN_DYN.ibd"
        $one = Repair-IbdSpaceId "$TestDrive/upper/MAIN_DYN.ibd" -ReferencePath $reference -Destination "$TestDrive/lower" @quiet
        $one.IsConsistent | Should -BeTrue
        (Get-ChildItem "$TestDrive/lower").Name | Should -BeExactly 'main_dyn.ibd'
    }

    It 'takes no file that is read as destination' {
        $arguments = @{ Path = "$source/main_dyn.ibd"; ReferencePath = "$reference/rep/main_dyn.ibd"; Force = $true }
        foreach ($destination in $source, "$reference/rep") {
            Repair-IbdSpaceId @arguments -Destination $destination @quiet -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'DestinationIsInput,*'
        }
    }

    It 'says of zeros where pages should be that they are damage' {
        Copy-Item "$source/main_dyn.ibd" "$TestDrive/holes.ibd"
        $bytes = [System.IO.File]::ReadAllBytes("$TestDrive/holes.ibd")
        [array]::Clear($bytes, 16384 * 9, 16384)
        [System.IO.File]::WriteAllBytes("$TestDrive/holes.ibd", $bytes)
        (Get-IbdSpaceId "$TestDrive/holes.ibd" -Verify -WarningAction Ignore).DamagedPageCount | Should -Be 1
        (Get-IbdSpaceId "$TestDrive/holes.ibd" -DamagedPage -WarningAction Ignore).Problem | Should -Be 'all zeros, but in use'
    }

    It 'writes a .cfg file beside the repaired file' {
        $null = Repair-IbdSpaceId "$source/main_dyn.ibd" -ReferencePath $reference -Destination "$TestDrive/cfg" -WriteCfg @quiet
        [System.IO.File]::ReadAllBytes("$TestDrive/cfg/main_dyn.cfg")[3] | Should -Be 8
    }

    It 'writes the .cfg file for the version that is to import it' {
        $file = "$TestDrive/t.ibd"
        $packed = [System.IO.File]::OpenRead("$PSScriptRoot/../MySqlRecovery.Core.Tests/InnoDb/Samples/cfg-57-t.ibd.gz")
        $gzip = [System.IO.Compression.GZipStream]::new($packed, [System.IO.Compression.CompressionMode]::Decompress)
        $target = [System.IO.File]::Create($file)
        $gzip.CopyTo($target)
        $target, $gzip, $packed | ForEach-Object Dispose
        Set-Content "$TestDrive/t.sql" 'CREATE TABLE t (id int(11) NOT NULL, ts timestamp NULL, ts6 timestamp(6) NULL, dt datetime, dt3 datetime(3), tm time, da date, y year(4), f float, db double, de decimal(10,2), b bit(5), e enum(''a'',''b''), s set(''a''), j json, ti tinyint(3) unsigned, bl blob, tx text, bi binary(4), vb varbinary(9), ch char(5), g geometry, PRIMARY KEY (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4'
        foreach ($version in '5.7', '10.11', '11.8') {
            $null = Repair-IbdSpaceId $file -SchemaPath "$TestDrive/t.sql" -Destination "$TestDrive/cfg$version" -WriteCfg -TargetVersion $version @quiet
        }
        $known = '5.7', '10.11', '11.8' | ForEach-Object { (Get-FileHash "$TestDrive/cfg$_/t.cfg").Hash }
        ($known | Sort-Object -Unique).Count | Should -Be 3
        # The name and the counter of AUTO_INCREMENT stand at the beginning; the types come from 5.7's own file.
        $own = [System.IO.Compression.GZipStream]::new([System.IO.File]::OpenRead("$PSScriptRoot/../MySqlRecovery.Core.Tests/InnoDb/Samples/cfg-57-t.cfg.gz"), [System.IO.Compression.CompressionMode]::Decompress)
        $bytes = [System.IO.MemoryStream]::new()
        $own.CopyTo($bytes)
        $own.Dispose()
        $text = [System.Text.Encoding]::Latin1.GetString($bytes.ToArray())
        $text.EndsWith([System.Text.Encoding]::Latin1.GetString([System.IO.File]::ReadAllBytes("$TestDrive/cfg5.7/t.cfg")[-900..-1])) | Should -BeTrue
    }
}
