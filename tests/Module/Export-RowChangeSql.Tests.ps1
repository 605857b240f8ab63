BeforeAll {
    . $PSScriptRoot/Setup.ps1
    $command = 'MySqlRecovery.Commands.ExportRowChangeSqlCommand'
    # The statements that change rows.
    function Get-Statement($Lines) { @($Lines | Where-Object { $_ -match '^(INSERT|UPDATE|DELETE) ' }) }
}

Describe 'Export-RowChangeSql writes' {
    It 'the undo of chosen rows down the pipeline' {
        $sql = Get-RowChange $Second | Where-Object { $_.Before.status -eq 'paid' } | Export-RowChangeSql -Reverse
        Get-Statement $sql | Should -BeExactly @(
            "INSERT INTO ``shop``.``orders`` (``id``, ``customer``, ``status``, ``price``, ``note``) VALUES (3, 'İstanbul', 'paid', 1234567.89, 'ığüş');"
            "INSERT INTO ``shop``.``orders`` (``id``, ``customer``, ``status``, ``price``, ``note``) VALUES (1, 'ann', 'paid', 19.99, NULL);")
        $sql | ForEach-Object { $_ | Should -BeOfType string }
        @($sql -eq 'BEGIN;').Count | Should -Be 1
        $sql[-1] | Should -Be 'COMMIT;'
    }

    It 'what was done, one transaction for each of the log' {
        $sql = Export-RowChangeSql -LogPath $Second
        (Get-Statement $sql).Count | Should -Be 21
        @($sql -eq 'BEGIN;').Count | Should -Be 8
        (Get-Statement $sql)[0] | Should -BeExactly 'UPDATE `shop`.`chain` SET `id` = 4 WHERE `id` = 3;'
    }

    It 'the undo of an update chain over a key in an order that works' {
        Get-Statement (Export-RowChangeSql -LogPath $Second -Table chain -Reverse) | ForEach-Object { $_ -replace '.*SET (.*) WHERE.*', '$1' } |
            Should -Be '`id` = 1', '`id` = 2', '`id` = 3'
    }

    It 'a file that holds the same statements' {
        $result = Export-RowChangeSql -LogPath $Second -Reverse -Path "$TestDrive/undo.sql"
        $result.Path | Should -Be "$TestDrive/undo.sql"
        $result.IsReverse, $result.IsComplete | Should -BeTrue
        $result.RowCount, $result.StatementCount, $result.TransactionCount | Should -Be 21, 21, 8
        $result.File | Should -Be 'binlog.000002'
        $lines = [System.IO.File]::ReadAllText("$TestDrive/undo.sql", [System.Text.UTF8Encoding]::new($false, $true)).Split("`n")
        Get-Statement $lines | Should -Be (Get-Statement (Export-RowChangeSql -LogPath $Second -Reverse))
        [System.IO.File]::ReadAllBytes("$TestDrive/undo.sql")[0] | Should -Be ([byte][char]'-') -Because 'the mysql client does not want a byte order mark'
    }

    It 'many rows into one statement where that is asked for' {
        $sql = Get-RowChange $Second | Where-Object { $_.Before.status -eq 'paid' } | Export-RowChangeSql -Reverse -BatchSize 100
        Get-Statement $sql | Should -BeExactly ("INSERT INTO ``shop``.``orders`` (``id``, ``customer``, ``status``, ``price``, ``note``) VALUES " +
            "(3, 'İstanbul', 'paid', 1234567.89, 'ığüş'), (1, 'ann', 'paid', 19.99, NULL);")
        $result = Export-RowChangeSql -LogPath $Second -Reverse -BatchSize 100 -Path "$TestDrive/batch.sql"
        $result.RowCount | Should -Be 21
        $result.StatementCount | Should -BeLessThan 21
        @(Get-Statement (Get-Content "$TestDrive/batch.sql")).Count | Should -Be $result.StatementCount
    }

    It 'binary values as hexadecimal' {
        $sql = Get-Statement (Export-RowChangeSql -LogPath $First -Table types -WarningAction SilentlyContinue)
        $sql[0] | Should -BeLike "*X'000102030405FFFE27'*"
        $sql[0] | Should -BeLike "*'naïve ☃ 𝄞'*"
    }

    It 'the same bytes under <Culture>' -ForEach @(@{ Culture = 'de-DE' }, @{ Culture = 'tr-TR' }, @{ Culture = 'ar-SA' }) {
        $null = Export-RowChangeSql -LogPath $First, $Second -Reverse -Path "$TestDrive/plain.sql" -Force -WarningAction SilentlyContinue
        $saved = [cultureinfo]::CurrentCulture, [cultureinfo]::CurrentUICulture
        try {
            [cultureinfo]::CurrentCulture = [cultureinfo]::CurrentUICulture = $Culture
            $null = Export-RowChangeSql -LogPath $First, $Second -Reverse -Path "$TestDrive/$Culture.sql" -WarningAction SilentlyContinue
            $tables = (Measure-BinlogEvent $Second -Database SHOP -Table VISIT).Count
        }
        finally { [cultureinfo]::CurrentCulture, [cultureinfo]::CurrentUICulture = $saved }
        (Get-FileHash "$TestDrive/$Culture.sql").Hash | Should -Be (Get-FileHash "$TestDrive/plain.sql").Hash
        $tables | Should -Be 1
    }

    It 'the names of -SchemaPath where the log has none, and asks for them otherwise' {
        $result = Invoke-Recorded { Export-RowChangeSql -LogPath $Old -Reverse }
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -Be "ColumnNamesUnknown,$command"
        $result.Errors[0].ErrorDetails.RecommendedAction | Should -BeLike '*-SchemaPath*'
        Get-Statement (Export-RowChangeSql -LogPath $Old -Operation Delete -Reverse -SchemaPath $OldSchema -WarningAction SilentlyContinue) | Select-Object -First 1 |
            Should -BeExactly "INSERT INTO ``shop``.``orders`` (``id``, ``status``, ``kind``, ``price``, ``stamp``, ``data``) VALUES (4294967295, 'paid', 'used', 9.99, '2026-03-14 12:00:00', X'00FF');"
        Get-Statement (Get-RowChange $Old -Operation Update | Export-RowChangeSql -SchemaPath $OldSchema) |
            Should -BeExactly "UPDATE ``shop``.``orders`` SET ``kind`` = 'new' WHERE ``id`` = 2;"
    }
}

Describe 'Export-RowChangeSql takes' {
    It 'files, events, rows, and files of Get-ChildItem alike' {
        $expected = Export-RowChangeSql -LogPath $Second -Reverse
        Get-BinlogEvent $Second | Export-RowChangeSql -Reverse | Should -BeExactly $expected
        Get-RowChange $Second | Export-RowChangeSql -Reverse | Should -BeExactly $expected
        Get-Item $Second | Export-RowChangeSql -Reverse | Should -BeExactly $expected
        $Second | Export-RowChangeSql -Reverse | Should -BeExactly $expected
    }

    It 'an undo binlog, whose SQL is that of the undo' {
        $undo = Invoke-BinlogReverse $Second "$TestDrive/undo.000001"
        Get-Statement ($undo | Export-RowChangeSql) | Should -BeExactly (Get-Statement (Export-RowChangeSql -LogPath $Second -Reverse))
    }

    It 'the filter <Name> for files, events and rows alike' -ForEach @(
        @{ Name = 'table'; With = @{ Table = 'order*'; ExcludeDatabase = 'crm' }; Expected = 7 }
        @{ Name = 'row value'; With = @{ Where = @{ status = 'paid' } }; Expected = 2 }
        @{ Name = 'session'; With = @{ ThreadId = 202 }; Expected = 8 }
    ) {
        $sql = Export-RowChangeSql -LogPath $Second @With
        (Get-Statement $sql).Count | Should -Be $Expected
        Get-BinlogEvent $Second | Export-RowChangeSql @With | Should -BeExactly $sql
        Get-RowChange $Second | Export-RowChangeSql @With | Should -BeExactly $sql
    }

    It 'the form <Name> for files, events, rows and stored rows alike' -ForEach @(
        @{ Name = 'one column'; With = @{ Column = 'STATUS'; Reverse = $true; Operation = 'Update' }; Table = 'orders' }
        @{ Name = 'another table'; With = @{ TableMap = @{ 'shop.orders' = 'rescue.orders' } }; Table = 'orders' }
        @{ Name = 'another database'; With = @{ TableMap = @{ 'SHOP.*' = 'rescue.*' }; Reverse = $true }; Table = 'order*' }
        @{ Name = 'sums'; With = @{ Fold = $true; Reverse = $true }; Table = 'o*', 'chain' }
    ) {
        $choose = @{ Database = 'shop'; Table = $Table; WarningAction = 'SilentlyContinue' }
        $sql = Export-RowChangeSql -LogPath $First, $Second @choose @With
        (Get-Statement $sql).Count | Should -BeGreaterThan 0
        if ($With.TableMap) { Get-Statement $sql | ForEach-Object { $_ | Should -Match '`rescue`\.`order' } }
        Get-BinlogEvent $First, $Second | Export-RowChangeSql @choose @With | Should -BeExactly $sql
        Get-RowChange $First, $Second | Export-RowChangeSql @choose @With | Should -BeExactly $sql
        Get-RowChange $First, $Second | Export-Clixml "$TestDrive/forms.xml"
        Import-Clixml "$TestDrive/forms.xml" | Export-RowChangeSql @choose @With | Should -BeExactly $sql
    }

    It 'a chain over a key as what it comes to' {
        Get-Statement (Export-RowChangeSql -LogPath $Second -Table chain -Reverse -Fold) | Should -BeExactly @(
            'DELETE FROM `shop`.`chain` WHERE `id` = 4;'
            "UPDATE ``shop``.``chain`` SET ``v`` = 'b' WHERE ``id`` = 2;"
            "UPDATE ``shop``.``chain`` SET ``v`` = 'c' WHERE ``id`` = 3;"
            "INSERT INTO ``shop``.``chain`` (``id``, ``v``) VALUES (1, 'a');")
    }

    It 'no more than the next command wants' {
        Export-RowChangeSql -LogPath $Second | Select-Object -First 1 | Should -Be 'SET NAMES utf8mb4;'
    }
}

Describe 'Export-RowChangeSql refuses' {
    It 'an existing file and leaves it as it was, unless -Force is given' {
        Set-Content "$TestDrive/old.sql" 'precious'
        (Invoke-Recorded { Export-RowChangeSql -LogPath $Second -Path "$TestDrive/old.sql" }).Errors.FullyQualifiedErrorId | Should -Be "DestinationExists,$command"
        Get-Content "$TestDrive/old.sql" | Should -Be 'precious'
        (Export-RowChangeSql -LogPath $Second -Path "$TestDrive/old.sql" -Force).RowCount | Should -Be 21
    }

    It 'a log that is read as destination' {
        Copy-Item $Second "$TestDrive/log.1"
        (Invoke-Recorded { Export-RowChangeSql -LogPath "$TestDrive/log.1" -Path "$TestDrive/log.1" -Force }).Errors.FullyQualifiedErrorId | Should -Be "DestinationIsInput,$command"
        (Get-FileHash "$TestDrive/log.1").Hash | Should -Be (Get-FileHash $Second).Hash
    }

    It '<Name>, with one error, and leaves nothing behind' -ForEach @(
        @{ Name = 'a missing file'; Id = 'FileNotFound'; Run = { Export-RowChangeSql -LogPath "$TestDrive/none" -Path $path } }
        @{ Name = 'unknown names'; Id = 'ColumnNamesUnknown'; Run = { Export-RowChangeSql -LogPath $Old -Path $path } }
        @{ Name = 'a damaged file'; Id = 'BinlogChecksumMismatch'; Run = { Copy-Damaged $Second "$TestDrive/flip.1" -FlipAt 1250; Export-RowChangeSql -LogPath "$TestDrive/flip.1" -Path $path } }
        @{ Name = 'a range without rows'; Id = 'NoRowChange'; Run = { Export-RowChangeSql -LogPath $Second -Table none -Path $path } }
        @{ Name = 'a schema that is not there'; Id = 'SchemaNotFound'; Run = { Export-RowChangeSql -LogPath $Old -SchemaPath "$TestDrive/none.sql" -Path $path } }
        @{ Name = 'a table map that is none'; Id = 'TableMapInvalid'; Run = { Export-RowChangeSql -LogPath $Second -Path $path -TableMap @{ orders = 'rescue.orders' } } }
        @{ Name = 'a table map of a database and a table'; Id = 'TableMapInvalid'; Run = { Export-RowChangeSql -LogPath $Second -Path $path -TableMap @{ 'shop.*' = 'rescue.orders' } } }
        @{ Name = 'a table map of a table without rows'; Id = 'TableMapUnused'; Run = { Export-RowChangeSql -LogPath $Second -Path $path -TableMap @{ 'shop.order' = 'rescue.orders' } } }
        @{ Name = 'a column that no table has'; Id = 'ColumnUnknown'; Run = { Export-RowChangeSql -LogPath $Second -Path $path -Column state } }
        @{ Name = 'sums without a key'; Id = 'FoldNeedsKey'; Run = { Export-RowChangeSql -LogPath $Second -Path $path -Table visit -Fold } }
        @{ Name = 'an object that it does not know'; Id = 'InputObjectUnknown'; Run = { 42 | Export-RowChangeSql -Path $path } }
    ) {
        $null = New-Item -ItemType Directory "$TestDrive/out" -Force
        $path = "$TestDrive/out/undo.sql"
        $result = Invoke-Recorded $Run
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -Be "$Id,$command"
        Get-ChildItem "$TestDrive/out" -Force | Should -BeNullOrEmpty
    }

    It 'to write under -WhatIf' {
        Export-RowChangeSql -LogPath $Second -Path "$TestDrive/dry.sql" -WhatIf | Should -BeNullOrEmpty
        Get-ChildItem $TestDrive -Force -Filter '*dry.sql*' | Should -BeNullOrEmpty
    }
}
