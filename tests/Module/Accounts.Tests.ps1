BeforeDiscovery {
    . $PSScriptRoot/Server.ps1
    $flavours = @(foreach ($name in 'mysql', 'mysql57', 'mariadb') { if (Get-ServerPrefix $name) { @{ Flavour = $name } } })
}

BeforeAll {
    . $PSScriptRoot/Setup.ps1
    . $PSScriptRoot/Server.ps1
    # The table of the README: what an account may, and what for.
    $grants = [regex]::Matches((Get-Content "$(Split-Path $Manifest)/README.md" -Raw), '(?m)^\| `(GRANT [^`]+ TO reader)` \|').ForEach{ $_.Groups[1].Value }
}

Describe 'An account of <Flavour> that may what the README says' -ForEach $flavours {
    BeforeAll {
        $prefix = Get-ServerPrefix $Flavour
        $server = Start-TestServer $prefix -Client ($Flavour -eq 'mysql57' ? (Get-ServerPrefix mariadb) : $prefix)
        $root = @{ Server = "$($server.Folder)/mysql.sock"; Credential = [pscredential]::new('root', [securestring]::new()) }
        $at = @{ Server = "127.0.0.1:$($server.Port)"; Credential = [pscredential]::new('reader', (ConvertTo-SecureString 'Look-4-it' -AsPlainText -Force)) }
        $null = Invoke-Sql $server 'CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, status VARCHAR(20), price DECIMAL(9,2)); DO SLEEP(2);'
        $null = Invoke-Sql $server ((1..60).ForEach{ "INSERT INTO shop.orders VALUES ($_, 'open', $_.5); UPDATE shop.orders SET status = 'paid' WHERE id = $_;" } -join "`n")
        $null = Invoke-Sql $server "FLUSH BINARY LOGS; UPDATE shop.orders SET price = 0;"
        # What it may, and nothing else.
        function Set-Account([string[]] $Grant) { $null = Invoke-Sql $server ("DROP USER IF EXISTS reader; CREATE USER reader IDENTIFIED BY 'Look-4-it';" + (-join $Grant.ForEach{ "$_;" })) }
    }

    AfterAll { Stop-TestServer $server }

    It 'finds what happened in the log of the server, and can undo it as a file' {
        Set-Account $grants[0]
        $incident = Find-Incident @at -WarningAction SilentlyContinue | Select-Object -First 1
        $incident.Server | Should -Be $at.Server
        $incident.UpdateCount | Should -Be 60
        $incident.Reason -join '; ' | Should -BeLike '*gave shop.orders.* one value everywhere*'
        @($incident | Get-RowChange -Credential $at.Credential -WarningAction SilentlyContinue).Count | Should -Be 60
        ($incident | Invoke-BinlogReverse -Destination "$TestDrive/undo.binlog" -Credential $at.Credential -WarningAction SilentlyContinue).RowCount | Should -Be 60
        (Measure-BinlogEvent @at -WarningAction SilentlyContinue).UpdateCount | Should -Be 120
        Set-Account @()
        (Invoke-Recorded { Find-Incident @at }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'ServerPrivilegeMissing,*'
    }

    It 'begins at a time, looks back at rows and tables, and measures them' {
        Set-Account $grants[1, 2]
        (Measure-BinlogEvent @at -StartTime ([datetime]::UtcNow.AddHours(-1)) -WarningVariable warned).UpdateCount | Should -Be 120
        $warned -match 'PRIVILEGE|REPLICATION CLIENT' | Should -BeNullOrEmpty
        @(Get-RowHistory shop.orders 7 @at -WarningAction SilentlyContinue).Operation | Should -Be 'Insert', 'Update', 'Update'
        $incident = Find-Incident @at -WarningAction SilentlyContinue | Select-Object -First 1
        @(Get-TableRow shop.orders @at -AsOfFile $incident.LogFile -AsOfPosition $incident.StartPosition -WarningAction SilentlyContinue | Where-Object { $_.Value.price -gt 0 }).Count | Should -Be 60
        (Measure-TableState shop.orders @at).Sum.price | Should -Be 0
        Set-Account $grants[0]
        (Invoke-Recorded { Measure-TableState shop.orders @at }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'TableNotFound,*'
    }

    It 'compares rows with those of the server, restores them with the command of the hint, and not without the grant' {
        Set-Account $grants[0, 2]
        $incident = Find-Incident @at | Select-Object -First 1
        ($incident | Test-RowChange @at | Group-Object Verdict -NoElement).ForEach{ "$($_.Name) $($_.Count)" } | Should -Be 'Clean 60'
        (Invoke-Recorded { $incident | Restore-RowChange @at -Confirm:$false }).Errors[-1].FullyQualifiedErrorId | Should -BeLike 'ServerPrivilegeMissing,*'
        Set-Account $grants[0, 3]
        $incident.Hint | Should -BeLike 'Restore-RowChange -Server *'
        $result = Invoke-Expression "$($incident.Hint) -Credential `$at.Credential -Confirm:`$false"
        $result.RestoredCount, $result.IsComplete | Should -Be 60, $true
        Invoke-Sql $server 'SELECT SUM(price = id + 0.5) FROM shop.orders' | Should -Be 60
    }
}
