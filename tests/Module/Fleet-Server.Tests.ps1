BeforeDiscovery {
    . $PSScriptRoot/Server.ps1
    $prefixes = @{}
    foreach ($flavour in 'mysql', 'mysql57', 'mysql56', 'mariadb') { $prefixes[$flavour] = Get-ServerPrefix $flavour }
    $hasServers = $prefixes.Values -notcontains $null
}

# Six servers, as a fleet has them: of different ages and makers, with different damage on three of them.
Describe 'Six servers in one pipeline' -Skip:(-not $hasServers) {
    BeforeAll {
        . $PSScriptRoot/Setup.ps1
        . $PSScriptRoot/Server.ps1
        $maria = Get-ServerPrefix mariadb
        $servers = @(foreach ($flavour in 'mysql', 'mysql', 'mysql57', 'mysql56', 'mariadb', 'mariadb') {
            $prefix = Get-ServerPrefix $flavour
            Start-TestServer $prefix -Client ($flavour -like 'mysql5*' ? $maria : $prefix)
        })
        # Every ten minutes two orders come in and one is paid.
        $start = [DateTimeOffset]::UtcNow.AddHours(-7).ToUnixTimeSeconds()
        $traffic = foreach ($i in 1..40) {
            "SET TIMESTAMP = $($start + 600 * $i);"
            "INSERT INTO shop.orders (status, price) VALUES ('open', $i), ('open', $($i + 1));"
            "UPDATE shop.orders SET status = 'paid' WHERE id IN ($(2 * $i - 1));"
        }
        foreach ($server in $servers) {
            Invoke-Sql $server @"
                CREATE USER reader@'127.0.0.1' IDENTIFIED BY 'Secret-1';
                GRANT ALL ON *.* TO reader@'127.0.0.1';
                CREATE DATABASE shop;
                CREATE TABLE shop.orders (id INT PRIMARY KEY AUTO_INCREMENT, status VARCHAR(20), price DECIMAL(9,2));
                $($traffic -join "`n")
"@
        }

        $state = { param($Server) (Invoke-Sql $Server 'SELECT id, status, price FROM shop.orders ORDER BY id') -join "`n" }
        $before = $servers.ForEach{ & $state $_ }
        $names = $servers.ForEach{ "127.0.0.1:$($_.Port)" }
        $reader = [pscredential]::new('reader', (ConvertTo-SecureString 'Secret-1' -AsPlainText -Force))
        $sound = $names | Measure-TableState shop.* -Credential $reader
        Invoke-Sql $servers[0] 'DELETE FROM shop.orders'
        Invoke-Sql $servers[2] "UPDATE shop.orders SET status = 'cancelled'"
        Invoke-Sql $servers[4] 'DELETE FROM shop.orders WHERE id > 20'
        Invoke-Sql $servers[3] 'DELETE FROM shop.orders WHERE id <= 60'
        $damaged = @(0, 2, 3, 4)
        $measured = $names | Measure-TableState shop.* -Credential $reader
    }

    AfterAll { foreach ($server in $servers) { Stop-TestServer $server } }

    It 'takes names, objects with a property, and -Server, which are the same' {
        $expected = Measure-BinlogEvent -Server $names -Credential $reader -Table shop.orders | ForEach-Object { "$($_.Server) $_" } | Sort-Object
        $expected.Count | Should -Be 6
        $list = $servers.ForEach{ [pscustomobject]@{ HostName = '127.0.0.1'; Port = $_.Port; Place = 'Bern' } }
        foreach ($sums in ($names | Measure-BinlogEvent -Credential $reader -Table shop.orders), ($list | Measure-BinlogEvent -Credential $reader -Table shop.orders)) {
            $sums | ForEach-Object { "$($_.Server) $_" } | Sort-Object | Should -Be $expected
        }

        foreach ($command in 'Get-RowChange', 'Get-BinlogEvent') {
            $found = $names | & $command -Credential $reader -Table shop.orders
            $found.Server | Sort-Object -Unique | Should -Be ($names | Sort-Object)
            ($list | & $command -Credential $reader -Table shop.orders).Count | Should -Be @($found).Count
        }
    }

    It 'takes files and servers for what they are, and not both' {
        $text = "Server=127.0.0.1;Port=$($servers[0].Port);User ID=reader;Password=Secret-1"
        ($text | Get-RowChange -Table shop.orders).Server | Select-Object -Unique | Should -Be $names[0]
        (Invoke-Recorded { 'nowhere.000001' | Get-RowChange }).Errors.FullyQualifiedErrorId | Should -BeLike 'FileNotFound,*'
        (Invoke-Recorded { $text, $Second | Measure-BinlogEvent }).Errors.FullyQualifiedErrorId | Should -BeLike 'InputObjectMixed,*'
        (Invoke-Recorded { Get-Date | Get-RowChange }).Errors.FullyQualifiedErrorId | Should -BeLike 'InputObjectUnknown,*'
    }

    It 'says with -Verbose which server it is, of which version, and how the connection is protected' {
        $said = Measure-BinlogEvent -Server $names -Credential $reader -Table shop.orders -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } | ForEach-Object Message
        foreach ($name in $names) { $said -match "^Reading the log of $([regex]::Escape($name)), \d+\.\d+\.\d+\S*, over T\S+( without TLS)?, from the oldest file$" | Should -HaveCount 1 }
        $said -match 'over TLS' | Should -Not -BeNullOrEmpty
    }

    It 'writes an undo for each, to a folder or by a pattern, and names the server in each result' {
        $folder = (New-Item -ItemType Directory "$TestDrive/undo").FullName
        $some = $names[$damaged]
        $undo = @($some | Invoke-BinlogReverse -Destination $folder -Credential $reader -Table shop.orders -Operation Delete, Update -WarningAction Ignore)
        $undo.Server | Should -Be $some
        $undo.Path | Should -Be ($some.ForEach{ "$folder/$($_ -replace ':', '_').undo" })
        $undo.IsVerified | Should -Not -Contain $false
        $sql = @(Export-RowChangeSql "$TestDrive/undo-*.sql" -Server $some -Credential $reader -Table shop.orders -Reverse -WarningAction Ignore)
        $sql.Server | Should -Be $some
        $sql.Path | Should -Be ($some.ForEach{ "$TestDrive/undo-$($_ -replace ':', '_').sql" })
        (Export-RowChangeSql "$TestDrive/do-*.sql" -Server $some -Credential $reader -Table shop.orders -WarningAction Ignore).Server | Should -Be $some
    }

    It 'goes on where one of them fails, and takes no file for several' {
        $result = Invoke-Recorded { $names[0], '127.0.0.1:1', $names[4] | Invoke-BinlogReverse -Destination "$TestDrive/some-*.undo" -Credential $reader -Table shop.orders }
        $result.Output.Server | Should -Be $names[0, 4]
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'ServerUnreachable,*'
        (Invoke-Recorded { $names | Invoke-BinlogReverse -Destination "$TestDrive/one.undo" -Credential $reader }).Errors.FullyQualifiedErrorId | Should -BeLike 'ServerNotOne,*'
        (Invoke-Recorded { $names[0], $names[0] | Invoke-BinlogReverse -Destination "$TestDrive/twice-*.undo" -Credential $reader }).Errors.FullyQualifiedErrorId | Should -BeLike 'ServerNotOne,*'
    }

    It 'offers their names to the Tab key, with -Server and from a splatted variable' {
        $global:Login = @{ Server = $names[0]; Credential = $reader }
        try {
            $tab = { param($Line) @([System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches.CompletionText) }
            # The Tab key does not wait long for a server that is busy. What was found is known for a minute.
            $deadline = [datetime]::UtcNow.AddMinutes(3)
            while (-not ((& $tab 'Get-RowChange @Login -ThreadId ') -match '^\d+$') -and [datetime]::UtcNow -lt $deadline) { Start-Sleep -Milliseconds 500 }
            foreach ($with in '@Login', '-Server $Login.Server -Credential $Login.Credential') {
                & $tab "Get-RowChange $with -Table " | Should -Be 'shop.orders'
                & $tab "Get-RowChange $with -StartFile " | Should -Contain 'binlog.000001'
                & $tab "Get-RowChange $with -Where " | Should -Be '@{ id = ', '@{ price = ', '@{ status = '
                & $tab "Restore-RowChange $with -Column st" | Should -Be 'status'
                & $tab "Get-RowChange $with -ThreadId " | Should -Contain "$((Get-RowChange @Login | Select-Object -Last 1).ThreadId)"
            }
        }
        finally { Remove-Variable -Scope Global Login }
    }

    It 'counts and sums up tables: the same rows give the same number on every server, others another' {
        $sound.Server | Should -Be $names
        $sound.Checksum | Select-Object -Unique | Should -HaveCount 1
        $sound.RowCount | Select-Object -Unique | Should -Be 80
        $sound[0].Sum.price | Should -Be (1..40 | ForEach-Object { 2 * $_ + 1 } | Measure-Object -Sum).Sum
        for ($i = 0; $i -lt 6; $i++) { ($measured[$i].Checksum -eq $sound[$i].Checksum) | Should -Be ($i -notin $damaged) -Because $names[$i] }
        (Invoke-Recorded { Measure-TableState shop.orders, shop.none -Server $names[0] -Credential $reader }).Errors.FullyQualifiedErrorId | Should -BeLike 'TableNotFound,*'
    }

    It 'finds the incidents, restores them, and reports it' {
        $results = [System.Collections.Generic.List[object]]::new()
        $names | Find-Incident -Credential $reader -WarningAction Ignore | ForEach-Object {
            $incident = $_
            $results.Add($incident)
            # The server is the incident's own.
            $incident | Restore-RowChange -Credential $reader -Confirm:$false -WarningAction Ignore
        } | ForEach-Object { $results.Add($_) }
        $incidents = $results.Where{ $_ -is [MySqlRecovery.Model.Incident] }
        (Invoke-Recorded { $incidents | Test-RowChange -Credential $reader }).Errors.FullyQualifiedErrorId | Should -BeLike 'ServerNotOne,*'
        $incidents.Server | Sort-Object -Unique | Should -Be ($names[$damaged] | Sort-Object)
        $servers.ForEach{ & $state $_ } | Should -Be $before
        $restored = $results.Where{ $_ -is [MySqlRecovery.Model.RestoreResult] }
        $restored.Server | Sort-Object -Unique | Should -Be ($names[$damaged] | Sort-Object)
        $proof = $names | Measure-TableState shop.* -Credential $reader
        $proof.Checksum | Should -Be $sound.Checksum
        $proof | ForEach-Object { $results.Add($_) }
        $null = $results | Export-RecoveryReport "$TestDrive/report.html"
        $report = Get-Content "$TestDrive/report.html" -Raw
        foreach ($name in $names[$damaged]) { $report | Should -Match ([regex]::Escape($name)) }
        $report | Should -Match $sound[0].Checksum
    }
}
