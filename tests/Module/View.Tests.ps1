BeforeAll {
    . $PSScriptRoot/Setup.ps1
    # What a console of 120 characters shows.
    function Get-View($InputObject) { @(($InputObject | Out-String -Width 120) -replace '\e\[[0-9;]*m' -split '\r?\n' | Where-Object { $_ }) }
    # A moment as a view shows it: local, with its offset.
    function Get-Local([string] $Time) { [datetime]::Parse($Time, [cultureinfo]::InvariantCulture).ToLocalTime().ToString('yyyy-MM-dd HH:mm:sszzz', [cultureinfo]::InvariantCulture) }
    $undo = Invoke-BinlogReverse $Second "$TestDrive/undo.000001"
    $sql = Export-RowChangeSql -LogPath $Second -Path "$TestDrive/redo.sql"
}

Describe 'The table' {
    It 'of events' {
        $view = Get-View (Get-BinlogEvent $Second)
        $view[0].Trim() | Should -Be 'LogFile: binlog.000002'
        $view[1].Trim() -split '\s+' | Should -Be 'Position', 'Timestamp', 'EventType', 'Rows', 'What'
        $view[3].Trim() -split '\s+' | Select-Object -First 4 | Should -Be (@('4') + (Get-Local 2026-03-14T20:10:00Z).Split(' ') + 'FormatDescription')
        ($view -match ' 940 ').Trim() -split '\s+' | Should -Be (@('940') + (Get-Local 2026-03-14T20:30:00Z).Split(' ') + 'DeleteRows', '3', 'shop.order_line')
        $view | ForEach-Object { $_.Length | Should -BeLessOrEqual 120 }
    }

    It 'of rows, with the key' {
        $view = Get-View (Get-RowChange $Second)
        $view[0] -split '\s+' | Should -Be 'Timestamp', 'Operation', 'Table', 'Change'
        $view -match 'order_line' | Select-Object -First 1 | Should -Match 'Delete +shop\.order_line +order_id=1, line=1, article=pen, amount=2$'
        $view -match 'chain' | Select-Object -First 1 | Should -Match 'Update +shop\.chain +id=3: id: 3 -> 4$'
        $view | ForEach-Object { $_.Length | Should -BeLessOrEqual 120 }
    }

    It 'of rows that others changed later, with the key' {
        $left = (Invoke-BinlogReverse $First, $Second "$TestDrive/left.000001" -Operation Insert -ExcludeLaterChange -WarningAction Ignore).Excluded
        $view = Get-View $left
        $view[0] -split '\s+' | Should -Be 'Timestamp', 'Thread', 'Operation', 'Table', 'Key'
        $view.Count | Should -BeGreaterThan 2
        ($view -match 'orders')[0] | Should -Match 'shop\.orders +id=\d+$'
        $view | ForEach-Object { $_.Length | Should -BeLessOrEqual 120 }
    }

    It 'of sums, undo binlogs and SQL files' {
        (Get-View (Measure-BinlogEvent $Second))[0] -split '\s+' | Should -Be 'Table', 'Inserted', 'Updated', 'Deleted', 'FirstTimestamp', 'ThreadId', 'Gtid'
        (Get-View (Measure-BinlogEvent $Second)) -match 'shop.orders' | Should -Match "^shop\.orders +0 +2 +2 +$([regex]::Escape((Get-Local 2026-03-14T20:30:00Z))) *$"
        (Get-View (Measure-BinlogEvent $Second -By Transaction)) -match '^shop\.order_line' | Select-Object -First 1 | Should -Match "^shop\.order_line, +0 +0 +5 +$([regex]::Escape((Get-Local 2026-03-14T20:30:00Z))) +202 [0-9a-f-]{20,36}"
        (Get-View (Measure-BinlogEvent $Second -By Session)) -match 'session 202' | Should -Match '^session 202 +0 +3 +5 '
        (Get-View $undo)[0] -split '\s+' | Should -Be 'Path', 'Transactions', 'Rows', 'IsComplete', 'IsVerified', 'Table'
        (Get-View $sql)[0] -split '\s+' | Should -Be 'Path', 'IsReverse', 'Transactions', 'Rows', 'Statements', 'IsComplete', 'Table'
    }

    It 'shows at 80 columns what changed, the text of DDL, and whose transaction it was' {
        $narrow = { @(($args[0] | Out-String -Width 80) -replace '\e\[[0-9;]*m' -split '\r?\n' | Where-Object { $_ }) }
        $rows = & $narrow (Get-RowChange $Second -Table chain)
        $rows -match 'id: 3 -> 4' | Should -Not -BeNullOrEmpty
        (& $narrow (Get-BinlogEvent $First)) -match 'Query +CREATE TABLE' | Should -Not -BeNullOrEmpty
        (& $narrow (Measure-BinlogEvent $Second -By Transaction))[0] -split '\s+' | Should -Be 'Table', 'Inserted', 'Updated', 'Deleted', 'FirstTimestamp', 'ThreadId'
        $rows | ForEach-Object { $_.Length | Should -BeLessOrEqual 80 }
    }

    It 'of everything has at most seven columns in 120 characters' {
        foreach ($name in 'BinlogEvent', 'RowChange', 'BinlogSummary', 'Incident', 'UndoBinlog', 'SqlExport', 'LaterChange', 'RowVerdict', 'RestoreResult', 'RowVersion', 'BinlogCatalog', 'IbdTablespace', 'IbdRepairResult', 'IbdEdit', 'IbdPageProblem', 'TableRow', 'TableRowExport', 'ConsistencyFinding') {
            $object = [System.Activator]::CreateInstance("MySqlRecovery.Model.$name" -as [type])
            foreach ($property in $object.GetType().GetProperties() | Where-Object PropertyType -EQ ([string])) { $property.SetValue($object, "$($property.Name)_" * 9) }
            $view = Get-View ($object | Format-Table)
            $view | ForEach-Object { $_.Length | Should -BeLessOrEqual 120 -Because $name }
            (@($view -match '^ *--')[0].Trim() -split '\s+').Count | Should -BeIn (3..7) -Because $name
        }
    }

    It 'of rows, incidents and verdicts has colour where the host has it' {
        $shown = & $Pwsh -NoProfile -NonInteractive -Command "`$PSStyle.OutputRendering = 'Ansi'; Import-Module '$Manifest'; Get-RowChange '$Second' -Table chain, order_line | Out-String -Width 120"
        ($shown -join "`n") | Should -Match '\e\[91mDelete\e\[0m'
        ($shown -join "`n") | Should -Match '\e\[33mUpdate\e\[0m'
        & $Pwsh -NoProfile -NonInteractive -Command "`$env:NO_COLOR = '1'; `$PSStyle.OutputRendering = 'PlainText'; Import-Module '$Manifest'; Get-RowChange '$Second' | Out-String" | Should -Not -Match '\e'
    }

    It 'of findings shows what, where and why, without color where the host has none' {
        $finding = [MySqlRecovery.Model.ConsistencyFinding] @{ Type = 'RowMissing'; Severity = 'Error'; Server = 'db2:3306'; Database = 'shop'; Table = 'orders'; Key = '`id` = 7'; Evidence = 'gone' }
        $view = Get-View $finding
        $view[0] -split '\s+' | Where-Object { $_ } | Should -Be 'Severity', 'Type', 'Server', 'Where', 'What'
        $view[-1] | Should -Match '^Error +RowMissing +db2:3306 +shop\.orders `id` = 7 +gone$'
        & $Pwsh -NoProfile -NonInteractive -Command "`$env:NO_COLOR = '1'; Import-Module '$Manifest'; [MySqlRecovery.Model.ConsistencyFinding] @{ Severity = 'Error' } | Out-String" |
            Should -Not -Match '\e'
    }

    It 'is the same under another culture' {
        $expected = Get-View (Get-BinlogEvent $Second)
        $saved = [cultureinfo]::CurrentCulture
        try { [cultureinfo]::CurrentCulture = 'fi-FI'; $view = Get-View (Get-BinlogEvent $Second) } finally { [cultureinfo]::CurrentCulture = $saved }
        ($view -replace ' +', ' ') | Should -Be ($expected -replace ' +', ' ') -Because 'widths depend on how many objects came in time'
    }

    It 'serves objects that were not made live again' {
        Get-RowChange $Second | Export-Clixml "$TestDrive/rows.xml"
        $lines = & $Pwsh -NoProfile -NonInteractive -Command "
            `$PSStyle.OutputRendering = 'PlainText'
            `$rows = Import-Clixml '$TestDrive/rows.xml'; Import-Module '$Manifest'
            `$rows | Out-String -Width 120" | Where-Object { $_ }
        $lines | Should -Be (Get-View (Get-RowChange $Second))
    }
}

Describe 'The list' {
    It 'of an event leaves out the raw bytes' {
        $view = Get-View (Get-BinlogEvent $Second -Operation Delete | Select-Object -First 1 | Format-List)
        $view -replace ' *:.*' | Should -Be 'LogFile', 'Position', 'EndPosition', 'Timestamp', 'EventType', 'Size', 'ServerId', 'ServerVersion', 'Gtid', 'ThreadId', 'Database', 'Table', 'Operation', 'RowCount', 'Statement',
            'CommitTime', 'OriginalCommitTime', 'ImmediateServerVersion', 'OriginalServerVersion', 'TransactionLength', 'LastCommitted', 'SequenceNumber', 'IsRowsOnly'
    }

    It 'of a row shows both images' {
        $view = Get-View (Get-RowChange $Second -Operation Update -Table chain | Select-Object -First 1 | Format-List)
        $view -match '^Before ' | Should -Match 'id=3, v=c$'
        $view -match '^After ' | Should -Match 'id=4, v=c$'
        $view -match '^ChangedColumn ' | Should -Match '\{id\}$'
    }

    It 'of the results has the reasons' {
        (Get-View ($undo | Format-List)) -match '^Reason ' | Should -Not -BeNullOrEmpty
        (Get-View ($sql | Format-List)) -match '^Reason ' | Should -Not -BeNullOrEmpty
        (Get-View (Measure-BinlogEvent $Second -Table orders -Database shop | Format-List)) -match '^LastTimestamp ' | Should -Match "$([regex]::Escape((Get-Local 2026-03-14T20:30:05Z)))$"
    }
}
