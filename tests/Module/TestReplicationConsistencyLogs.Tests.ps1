BeforeAll {
    . "$PSScriptRoot/Setup.ps1"
    $Logs = "$PSScriptRoot/../../samples/replication"
    $Lost = 10, 20, 30, 40, 50
    function Compare-Log([hashtable] $More = @{}) {
        Test-ReplicationConsistency -SourceLog "$Logs/source" -ReplicaLog "$Logs/replica" @More
    }
}

Describe 'Test-ReplicationConsistency with logs' {
    It 'names what was skipped, why, and what the losses have in common' {
        $findings = Compare-Log @{ RelayLog = "$Logs/relay/relay.*"; ErrorLog = "$Logs/error.log" }
        $skipped = @($findings | Where-Object Type -EQ TransactionSkipped)
        $skipped.Count | Should -Be 5
        $skipped | ForEach-Object {
            $_.Gtid | Should -Match '^0-1-\d+$'
            "$($_.Severity) $($_.Confidence) $($_.Database).$($_.Table) $($_.LogFile)" | Should -Be 'Error Proven shop.users binlog.000001'
            $_.EndPosition | Should -BeGreaterThan $_.Position
            $_.Evidence -match "SQL_SLAVE_SKIP_COUNTER=1' executed" | Should -Not -BeNullOrEmpty
            $_.Evidence -match 'received and not applied: it is in relay\.00000\d at \d+, as the first transaction' | Should -Not -BeNullOrEmpty
        }
        $pattern = $findings | Where-Object Type -EQ LossPattern
        $pattern.Evidence[0] | Should -Be 'All 5 are the first of a relay log of the replica.'
        $pattern.Evidence -match '^All 5 began in seconds 0 to 2 of a minute' | Should -Not -BeNullOrEmpty
        @($findings | Where-Object Type -EQ TransactionErrant).Count | Should -Be 1
        @($findings).Count | Should -Be 7
    }

    It 'finds the same transactions missing where there is no error log' {
        (Compare-Log | Where-Object Type -EQ TransactionMissing).Position |
            Should -Be (Compare-Log @{ ErrorLog = "$Logs/error.log" } | Where-Object Type -EQ TransactionSkipped).Position
    }

    It 'gives the ranges where no log tells what was in them' {
        $ranges = Test-ReplicationConsistency -ReplicaLog "$Logs/replica" -ErrorLog "$Logs/error.log" | Where-Object Type -EQ TransactionSkipped
        $ranges.Position | Should -Be (Compare-Log | Where-Object Type -EQ TransactionMissing).Position
    }

    It 'finds nothing between a source and its relay logs that have all of it' {
        Test-ReplicationConsistency -SourceLog "$Logs/source/binlog.000001" -RelayLog "$Logs/relay" | Should -BeNullOrEmpty
        Test-ReplicationConsistency -SourceLog "$Logs/source" -RelayLog "$Logs/relay" -Quiet | Should -BeTrue
        Compare-Log @{ Quiet = $true } | Should -BeFalse
    }

    It 'compares relay logs with what was applied where the source is gone' {
        $findings = Test-ReplicationConsistency -RelayLog "$Logs/relay" -ReplicaLog "$Logs/replica" -ErrorLog "$Logs/error.log"
        @($findings | Where-Object Type -EQ TransactionSkipped).Count | Should -Be 5
        ($findings | Where-Object Type -EQ TransactionSkipped | Get-RowChange -LogPath "$Logs/relay/*").After.id | Should -Be $Lost
    }

    It 'says what it lacks' {
        $run = Invoke-Recorded { Test-ReplicationConsistency -SourceLog "$Logs/source" }
        $run.Errors[0].FullyQualifiedErrorId | Should -BeLike 'LogsInsufficient,*'
        $run = Invoke-Recorded { Test-ReplicationConsistency -SourceLog "$Logs/source" -RelayLog "$Logs/source" }
        $run.Errors[0].FullyQualifiedErrorId | Should -BeLike 'LogFolderEmpty,*'
    }
}

Describe 'Get-RowChange with findings' {
    It 'gives the lost rows, live and out of Clixml, and passes over what names no lost transaction' {
        $findings = Compare-Log @{ ErrorLog = "$Logs/error.log" }
        $rows = $findings | Get-RowChange -LogPath "$Logs/source/binlog.*"
        $rows.After.id | Should -Be $Lost
        $rows.Gtid | Should -Be ($findings | Where-Object Type -EQ TransactionSkipped).Gtid
        $findings | Export-Clixml "$TestDrive/findings.xml"
        (Import-Clixml "$TestDrive/findings.xml" | Get-RowChange -LogPath "$Logs/source/binlog.*").After.id | Should -Be $Lost
    }

    It 'makes SQL of them that brings the rows back' {
        $sql = Compare-Log | Get-RowChange -LogPath "$Logs/source/*" | Export-RowChangeSql
        @($sql -match '^INSERT INTO `shop`\.`users` ').Count | Should -Be 5
        @($sql -match '^(UPDATE|DELETE)').Count | Should -Be 0
    }

    It 'says which finding is in none of the logs, and what is no finding' {
        $finding = Compare-Log | Where-Object Type -EQ TransactionMissing | Select-Object -First 1
        $finding.Gtid = '0-1-9999'
        $finding.Position = 1
        $finding.EndPosition = 2
        $run = Invoke-Recorded { $finding | Get-RowChange -LogPath "$Logs/source/*" }
        $run.Errors[0].FullyQualifiedErrorId | Should -BeLike 'FindingNotInLog,*'
        $run = Invoke-Recorded { 'text' | Get-RowChange -LogPath "$Logs/source/*" }
        $run.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InputObjectUnknown,*'
    }
}
