BeforeAll {
    . $PSScriptRoot/Setup.ps1
    $samples = "$PSScriptRoot/../MySqlRecovery.Core.Tests/InnoDb/Samples"

    function Expand-Sample([string]$Name, [string]$Destination) {
        $null = New-Item -ItemType Directory -Force (Split-Path $Destination)
        $source = [System.IO.Compression.GZipStream]::new([System.IO.File]::OpenRead("$samples/$Name.gz"), [System.IO.Compression.CompressionMode]::Decompress)
        $target = [System.IO.File]::Create($Destination)
        $source.CopyTo($target)
        $target.Dispose()
        $source.Dispose()
    }

    Expand-Sample 'mysql-9.7-main_dyn-src.ibd' "$TestDrive/rep/main_dyn.ibd"
    Expand-Sample 'mysql-9.7-main_z8-src.ibd' "$TestDrive/rep/main_z8.ibd"
    Expand-Sample 'mariadb-10.11-main_dyn-src.ibd' "$TestDrive/maria/main_dyn.ibd"
    $columns = @'
 (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, k int NOT NULL, v varchar(120), c char(20), d datetime,
  e decimal(14,4), l1 char(9) character set latin1, en enum('x','y','z'), ts timestamp NULL, lob longblob, txt mediumtext,
  KEY k(k), UNIQUE KEY v(v), KEY c(c(5),e)) DEFAULT CHARSET=utf8mb4;
'@
    Set-Content "$TestDrive/schema.sql" "CREATE TABLE main_dyn $columns"
    $file = "$TestDrive/rep/main_dyn.ibd"
}

Describe 'Get-IbdRow' {
    It 'gives the rows of a file that describes itself, with key, source and state' {
        $rows = Get-IbdRow $file
        $rows.Count | Should -BeGreaterThan 10
        $rows[0].GetType().FullName | Should -Be 'MySqlRecovery.Model.TableRow'
        $rows[0].Table | Should -Be 'main_dyn'
        $rows[0].State | Should -Be 'Live'
        $rows[0].Key.id | Should -BeOfType ([uint])
        $rows[0].Value.d | Should -BeOfType ([datetime])
        $rows[0].Source | Should -BeLike "*main_dyn.ibd, page *, offset *"
        ($rows.Key.id | Sort-Object -Unique).Count | Should -Be $rows.Count
    }

    It 'needs the definition of a table of MariaDB, and gives the same values then' {
        Get-IbdRow "$TestDrive/maria/main_dyn.ibd" -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'RecordLayoutUnknown,*'
        $rows = Get-IbdRow "$TestDrive/maria/main_dyn.ibd" -SchemaPath "$TestDrive/schema.sql"
        $rows.Count | Should -BeGreaterThan 10
        $rows[0].Value.Keys | Should -Be 'id', 'k', 'v', 'c', 'd', 'e', 'l1', 'en', 'ts', 'lob', 'txt'
    }

    It 'refuses a schema that does not fit' {
        Set-Content "$TestDrive/wrong.sql" 'CREATE TABLE main_dyn (id bigint PRIMARY KEY, name varchar(20), n decimal(30,10) NOT NULL);'
        Get-IbdRow "$TestDrive/maria/main_dyn.ibd" -SchemaPath "$TestDrive/wrong.sql" -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'SchemaMismatch,*'
    }

    It 'chooses rows and columns' {
        $all = Get-IbdRow $file
        $one = Get-IbdRow $file -Where @{ id = $all[3].Key.id } -Column k, v
        @($one).Count | Should -Be 1
        $one.Value.Keys | Should -Be 'k', 'v'
        $one.Value.k | Should -Be $all[3].Value.k
        { Get-IbdRow $file -Column nothing -ErrorAction Stop } | Should -Throw -ErrorId 'ColumnUnknown,*'
    }

    It 'looks logs up for deleted rows only' {
        { Get-IbdRow $file -LogPath $Second } | Should -Throw -ErrorId 'InvalidParameters,*'
        { Get-IbdRow $file -State Deleted -LogPath "$TestDrive/none.000001" } | Should -Throw -ErrorId 'FileNotFound,*'
        $rows = Get-IbdRow $file -State All -LogPath $Second
        $rows.Count | Should -BeGreaterOrEqual @(Get-IbdRow $file).Count
        $rows.ConfirmedBy | Where-Object { $_ } | Should -BeNullOrEmpty
    }

    It 'names a file that is none and goes on with the next, also of ROW_FORMAT=COMPRESSED' {
        Set-Content "$TestDrive/rep/none.ibd" 'text'
        $rows = Get-IbdRow "$TestDrive/rep/none.ibd", "$TestDrive/rep/main_z8.ibd" -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'NotATablespace,*'
        $rows.Count | Should -BeGreaterThan 10
    }

    It 'gives what is left of a damaged file and says how much is lost at most' {
        $leaf = (Get-IbdRow $file)[0].Source -replace '.*page (\d+),.*', '$1'
        Copy-Item $file "$TestDrive/rep/damaged.ibd"
        $stream = [System.IO.File]::OpenWrite("$TestDrive/rep/damaged.ibd")
        $stream.Position = [long] $leaf * 16384 + 5000
        $stream.Write([byte[]] (1, 2, 3, 4), 0, 4)
        $stream.Dispose()
        $rest = Get-IbdRow "$TestDrive/rep/damaged.ibd" -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'IbdPageDamaged,*'
        $failures[0].ErrorDetails.Message | Should -Match 'rows at most are lost'
        @($rest).Count | Should -BeLessThan (Get-IbdRow $file).Count
    }

    It 'gives objects that are the same after remoting' {
        $row = Get-IbdRow $file | Select-Object -First 1
        $back = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($row, 4))
        $back | Should -BeOfType ([MySqlRecovery.Model.TableRow])
        "$back" | Should -Be "$row"
        $back.Value.e | Should -Be $row.Value.e
    }
}

Describe 'Export-TableRow' {
    It 'writes the same rows from the pipeline and straight from the file: <_>' -ForEach 'csv', 'jsonl' {
        $direct = Export-TableRow -IbdPath $file "$TestDrive/direct.$_"
        $piped = Get-IbdRow $file | Export-TableRow "$TestDrive/piped.$_"
        $piped.RowCount | Should -Be $direct.RowCount
        $direct.IsComplete | Should -BeTrue
        (Get-FileHash "$TestDrive/piped.$_").Hash | Should -Be (Get-FileHash "$TestDrive/direct.$_").Hash
    }

    It 'makes an error of rows that it leaves out where all are asked for, and writes the others' {
        $rows = @(Get-IbdRow $file)
        $rows[0].MissingColumn = 'v'
        $result = Invoke-Recorded { $rows | Export-TableRow "$TestDrive/some.csv" -RequireComplete }
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'ResultIncomplete,*'
        $result.Output.RowCount, $result.Output.PartialRowCount, $result.Output.IsComplete | Should -Be ($rows.Count - 1), 1, $false
        (Invoke-Recorded { $rows[1] | Export-TableRow "$TestDrive/all.csv" -RequireComplete }).Errors | Should -BeNullOrEmpty
    }

    It 'writes JSON that any program reads' {
        $null = Export-TableRow -IbdPath $file "$TestDrive/rows.jsonl"
        $read = Get-Content "$TestDrive/rows.jsonl" | ConvertFrom-Json -DateKind String
        $rows = Get-IbdRow $file
        $read.Count | Should -Be $rows.Count
        $read.id | Should -Be $rows.Key.id
        $read[0].v | Should -BeExactly $rows[0].Value.v
    }

    It 'writes the LOAD DATA statement beside TSV' {
        $result = Export-TableRow -IbdPath $file "$TestDrive/rows.tsv"
        $result.LoadDataPath | Should -BeLike '*rows.load.sql'
        Get-Content $result.LoadDataPath -Raw | Should -Match '(?s)LOAD DATA LOCAL INFILE .*\(`id`, `k`'
        (Get-Content "$TestDrive/rows.tsv").Count | Should -Be $result.RowCount
    }

    It 'does not overwrite without -Force, and writes nothing with -WhatIf' {
        Set-Content "$TestDrive/there.sql" 'mine'
        { Export-TableRow -IbdPath $file "$TestDrive/there.sql" } | Should -Throw -ErrorId 'DestinationExists,*'
        Export-TableRow -IbdPath $file "$TestDrive/new.sql" -WhatIf | Should -BeNullOrEmpty
        Test-Path "$TestDrive/new.sql" | Should -BeFalse
        (Export-TableRow -IbdPath $file "$TestDrive/there.sql" -Force).Format | Should -Be 'Sql'
    }

    It 'takes rows from another session and refuses what is none' {
        $path = "$TestDrive/rows.xml"
        Get-IbdRow $file | Export-Clixml $path
        (Import-Clixml $path | Export-TableRow "$TestDrive/far.csv").RowCount | Should -Be (Get-IbdRow $file).Count
        { 'text' | Export-TableRow "$TestDrive/none.csv" } | Should -Throw -ErrorId 'InputObjectUnknown,*'
        Test-Path "$TestDrive/none.csv" | Should -BeFalse
    }
}
