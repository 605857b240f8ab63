BeforeAll { . $PSScriptRoot/Setup.ps1 }

Describe 'Get-RowChange decodes' {
    BeforeAll {
        $filled, $null_, $empty = Get-RowChange $First -Table types
    }

    It 'column <Column> as <Expected>' -ForEach @(
        @{ Column = 'id'; Expected = 'UInt32:1' }
        @{ Column = 'c_tiny'; Expected = 'SByte:-128' }
        @{ Column = 'c_utiny'; Expected = 'Byte:255' }
        @{ Column = 'c_small'; Expected = 'Int16:-32768' }
        @{ Column = 'c_medium'; Expected = 'Int32:-8388608' }
        @{ Column = 'c_int'; Expected = 'Int32:-2147483648' }
        @{ Column = 'c_big'; Expected = 'Int64:-9223372036854775808' }
        @{ Column = 'c_ubig'; Expected = 'UInt64:18446744073709551615' }
        @{ Column = 'c_dec'; Expected = 'Decimal:-12345678.90' }
        @{ Column = 'c_dec65'; Expected = 'String:12345678901234567890123456789012345.123456789012345678901234567890' }
        @{ Column = 'c_float'; Expected = 'Single:1.5' }
        @{ Column = 'c_double'; Expected = 'Double:-2.2250738585072014E-308' }
        @{ Column = 'c_date'; Expected = 'String:0000-00-00' }
        @{ Column = 'c_datetime'; Expected = '9999-12-31T23:59:59.9999990' }
        @{ Column = 'c_timestamp'; Expected = '2026-03-14T01:02:03.0040000Z' }
        @{ Column = 'c_char'; Expected = 'String:pad' }
        @{ Column = 'c_varchar'; Expected = 'String:naïve ☃ 𝄞' }
        @{ Column = 'c_latin1'; Expected = 'String:Größe' }
        @{ Column = 'c_text'; Expected = "String:it's `"quoted`" \ and`nbroken" }
        @{ Column = 'c_binary'; Expected = '0x00FF0000' }
        @{ Column = 'c_varbinary'; Expected = '0xDEADBEEF' }
        @{ Column = 'c_blob'; Expected = '0x000102030405FFFE27' }
        @{ Column = 'c_enum'; Expected = 'String:green' }
        @{ Column = 'c_set'; Expected = 'String:a,c' }
        @{ Column = 'c_vector'; Expected = '0x0000803F00002040000040C0' }
    ) {
        ConvertTo-ValueText $filled.After.$Column | Should -BeExactly $Expected
    }

    It 'the remaining types by value' {
        $filled.After.c_bit | Should -Be 0x2AA
        $filled.After.c_year | Should -Be 1999
        $filled.After.c_time.ToString('c', [cultureinfo]::InvariantCulture) | Should -Be '-34.22:59:58.9990000'
        ($filled.After.c_json | ConvertFrom-Json).list | Should -Be 1, 'two', $null, $true
    }

    It 'NULL, absent and empty apart' {
        $null_.After.Count | Should -Be 30
        $null_.After.Values | Where-Object { $null -ne $_ } | Should -Be 2
        $empty.After.c_text | Should -BeExactly ''
        $empty.After.c_blob.Length | Should -Be 0
        $empty.Before | Should -BeNullOrEmpty
    }
}

Describe 'Get-RowChange describes' {
    It 'an update: key, images, changed columns, statement' {
        $change = Get-RowChange $Second -Table shop.orders -Operation Update | Select-Object -First 1
        $change.Key.id | Should -Be 2
        $change.Before.status, $change.After.status | Should -Be 'open', 'shipped'
        $change.ChangedColumn | Should -Be 'status', 'price'
        $change.ColumnName | Should -Be 'id', 'customer', 'status', 'price', 'note'
        $change.Statement | Should -BeLike 'UPDATE orders SET*'
        $change.RowIndex | Should -Be 0
        $change.ToString() | Should -Be 'binlog.000002:1665 Update shop.orders id=2'
    }

    It 'a composite key, a table without one, quoted names' {
        $line = Get-RowChange $Second -Table order_line | Select-Object -Last 1
        ConvertTo-ImageText $line.Key | Should -Be 'order_id=Int32:3; line=Int32:1'
        (Get-RowChange $Second -Table visit)[0].Key | Should -BeNullOrEmpty
        (Get-RowChange $Second -Table 'odd*')[0].Before.'a b' | Should -Be 'x'
    }

    It 'names by number where the log has none, and by -SchemaPath' {
        $bare = Get-RowChange $Old -Operation Insert
        $bare[0].ColumnName | Should -Be '@1', '@2', '@3', '@4', '@5', '@6'
        $named = Get-RowChange $Old -Operation Insert -SchemaPath $OldSchema
        ConvertTo-ImageText $named[0].After |
            Should -Be 'id=UInt32:4294967295; status=String:paid; kind=String:used; price=Decimal:9.99; stamp=2026-03-14T12:00:00.0000000Z; data=0x00FF'
        $named[1].After.status | Should -BeExactly 'größe'
        $named[0].Key.id | Should -Be 4294967295
    }
}

Describe 'Get-RowChange takes' {
    It 'events, and gives the same as from the file' {
        $direct = Get-RowChange $First, $Second
        $piped = Get-BinlogEvent $First, $Second | Get-RowChange
        $piped.Count | Should -Be 44
        ($piped | ForEach-Object { "$_ $($_.RowIndex)" }) | Should -Be ($direct | ForEach-Object { "$_ $($_.RowIndex)" })
        ($piped | ConvertTo-ChangeText) | Should -Be ($direct | ConvertTo-ChangeText)
    }

    It 'files of Get-ChildItem and objects with a Path' {
        @(Get-ChildItem "$Data/mysql-9.7/binlog.*" | Get-RowChange).Count | Should -Be 44
        @([pscustomobject]@{ Path = $Second } | Get-RowChange).Count | Should -Be 21
    }

    It 'a good file after a damaged one' {
        Copy-Damaged $Second "$TestDrive/flip.000001" -FlipAt 1250
        $result = Invoke-Recorded { Get-RowChange "$TestDrive/flip.000001", $Plain }
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -Be 'BinlogChecksumMismatch,MySqlRecovery.Commands.GetRowChangeCommand'
        @($result.Output | Where-Object LogFile -eq 'flip.000001').Count | Should -Be 6
        @($result.Output | Where-Object LogFile -eq 'binlog.000001').Count | Should -Be 4
    }

    It 'no positions for objects' {
        $result = Invoke-Recorded { Get-BinlogEvent $Second | Get-RowChange -StartPosition 4 }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'PositionWithoutFile,MySqlRecovery.Commands.GetRowChangeCommand'
        $result.Output.Count | Should -Be 0
    }

    It 'an event without its bytes for an error, not for none' {
        $result = Invoke-Recorded { Get-BinlogEvent $Second -Operation Delete | Select-Object * -ExcludeProperty RawEvent | Get-RowChange }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'RowEventIncomplete,*'
    }
}

Describe 'Get-RowChange filters' {
    BeforeAll { $all = Get-RowChange $First, $Second }

    It 'by <Name> as Where-Object does, from files and from events' -ForEach @(
        @{ Name = 'table'; With = @{ Table = 'shop.o*' }; Where = { $_.Database -eq 'shop' -and $_.Table -like 'o*' } }
        @{ Name = 'excluded names'; With = @{ ExcludeDatabase = 'crm'; ExcludeTable = 'types', 'shop.visit' }; Where = { $_.Database -ne 'crm' -and $_.Table -notin 'types', 'visit' } }
        @{ Name = 'operation'; With = @{ Operation = 'Insert' }; Where = { $_.Operation -eq 'Insert' } }
        @{ Name = 'session and server'; With = @{ ThreadId = 303; ServerId = 2 }; Where = { $_.ThreadId -eq 303 -and $_.ServerId -eq 2 } }
        @{ Name = 'GTIDs'; With = @{ Gtid = '11111111-1111-1111-1111-111111111111:1-18'; ExcludeGtid = '11111111-1111-1111-1111-111111111111:11' }; Where = { $_.Gtid -like '1*' -and $_.Gtid -notmatch ':(11|19)$' } }
        @{ Name = 'time'; With = @{ StartTime = [datetime]::new(2026, 3, 14, 20, 30, 0, [DateTimeKind]::Utc); StopTime = [datetime]::new(2026, 3, 14, 20, 31, 0, [DateTimeKind]::Utc) }
           Where = { $_.Timestamp.Minute -eq 30 } }
        @{ Name = 'a value'; With = @{ Where = @{ status = 'paid' } }; Where = { $_.Before.status -eq 'paid' -or $_.After.status -eq 'paid' } }
        @{ Name = 'a value in another case'; With = @{ Where = @{ STATUS = 'PAID' } }; Where = { $_.Before.status -eq 'paid' -or $_.After.status -eq 'paid' } }
        @{ Name = 'one of several values'; With = @{ Where = @{ id = 1, 4; status = 'open', 'paid' } }
           Where = { ($_.Before.id -in 1, 4 -and $_.Before.status -in 'open', 'paid') -or ($_.After.id -in 1, 4 -and $_.After.status -in 'open', 'paid') } }
        @{ Name = 'a number'; With = @{ Where = @{ price = 19.99 } }; Where = { $_.Before.price -eq 19.99 -or $_.After.price -eq 19.99 } }
        @{ Name = 'NULL'; With = @{ Table = 'orders'; Where = @{ note = $null } }
           Where = { $_.Table -eq 'orders' -and (($_.Before -and $_.Before.Contains('note') -and $null -eq $_.Before.note) -or ($_.After -and $_.After.Contains('note') -and $null -eq $_.After.note)) } }
    ) {
        $expected = @($all | Where-Object $Where | ForEach-Object { "$_ $($_.RowIndex)" })
        $expected.Count | Should -BeGreaterThan 0
        $expected.Count | Should -BeLessThan $all.Count
        @(Get-RowChange $First, $Second @With | ForEach-Object { "$_ $($_.RowIndex)" }) | Should -Be $expected
        @(Get-BinlogEvent $First, $Second | Get-RowChange @With | ForEach-Object { "$_ $($_.RowIndex)" }) | Should -Be $expected
    }

    It 'warn of what changed rows that the log does not have, whatever operation is asked for' {
        $null = Get-RowChange $First -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $created = Get-BinlogEvent $First | Where-Object Statement -Like 'CREATE TABLE*' | Select-Object -First 1
        $created.Statement = 'DELETE FROM orders WHERE id < 7'
        $created | Get-RowChange -Operation Insert -Table orders -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $warnings | Should -BeLike 'Not among these rows*without row images: DELETE FROM orders WHERE id < 7'
        $null = $created | Get-RowChange -Table customer -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -Not -BeLike 'Not among these rows*without row images*'
    }

    It 'by commit times take what was committed between them, by the microsecond' {
        $commits = @($all.CommitTime | Sort-Object -Unique)
        $range = @{ TimeBasis = 'Commit'; StartTime = $commits[1]; StopTime = $commits[-2] }
        $expected = @($all | Where-Object { $_.CommitTime -ge $commits[1] -and $_.CommitTime -lt $commits[-2] } | ForEach-Object { "$_ $($_.RowIndex)" })
        $expected.Count | Should -BeGreaterThan 0
        $expected.Count | Should -BeLessThan $all.Count
        @(Get-RowChange $First, $Second @range | ForEach-Object { "$_ $($_.RowIndex)" }) | Should -Be $expected
        @(Get-BinlogEvent $First, $Second | Get-RowChange @range | ForEach-Object { "$_ $($_.RowIndex)" }) | Should -Be $expected
    }

    It 'by commit times say where there are none' {
        foreach ($result in (Invoke-Recorded { Get-RowChange $Old -StartTime 2000-01-01Z -TimeBasis Commit }), (Invoke-Recorded { Get-BinlogEvent $Old | Get-RowChange -StartTime 2000-01-01Z -TimeBasis Commit })) {
            $result.Output | Should -BeNullOrEmpty
            $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'CommitTimeUnknown,*'
        }
    }

    It 'stops when enough was taken' {
        (Get-RowChange $First, $Second | Select-Object -First 1).Table | Should -Be 'types'
        (Get-BinlogEvent $First, $Second | Get-RowChange | Select-Object -First 1).Table | Should -Be 'types'
    }
}

Describe 'Rows for people' {
    It 'are flat with -Flat: one property a column, as it was and as it became' {
        $flat = Get-RowChange $Second -Table chain -Operation Update -Flat | Select-Object -First 1
        $flat.PSObject.Properties.Name | Should -Be 'Server', 'LogFile', 'Position', 'Timestamp', 'ThreadId', 'Gtid', 'Database', 'Table', 'Operation', 'Key', 'Change', 'old_id', 'new_id', 'old_v', 'new_v'
        $flat.Key, $flat.Change | Should -Be 'id=3', 'id: 3 -> 4'
        $flat.old_id, $flat.new_id, $flat.old_v | Should -Be 3, 4, 'c'
        (Get-BinlogEvent $Second | Get-RowChange -Table chain -Flat)[0].new_id | Should -Be 4
        $csv = Get-RowChange $Second -Table orders -Flat | ConvertTo-Csv
        $csv[0] | Should -BeLike '*"old_price","new_price"*'
        $several = Get-RowChange $Second -Flat | ConvertTo-Csv | ConvertFrom-Csv
        $several | Where-Object { -not $_.Change -or $_.Change -match 'System\.' } | Should -BeNullOrEmpty -Because 'the rows of every table are told whole'
        ($several | Where-Object Table -EQ order_line)[0].Key | Should -Be 'order_id=1, line=1'
        (Get-RowChange $First -Table types -Operation Insert -Flat | Select-Object -First 1).new_c_binary | Should -Match '^0x[0-9A-F]{8}$'
    }
}
