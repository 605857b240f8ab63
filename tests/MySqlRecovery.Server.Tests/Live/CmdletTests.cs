using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

/// <summary>The cmdlets on a running server, as a user runs them.</summary>
[Collection<MySqlServers>]
public sealed class CmdletTests(MySqlFixture fixture)
{
    private const string Root = "$root = [pscredential]::new('root', [securestring]::new());";

    private MySqlServer Server => fixture.Server;

    [Fact]
    public void Every_cmdlet_gives_the_same_from_the_server_as_from_its_files()
    {
        string start = Write("same");
        string log = Server.FlushLogs();
        string[] found = PowerShellModule.Run(
            $$"""
            {{Root}}
            $wire = @{ Server = '{{Server.SocketPath}}'; Credential = $root;
                StartFile = '{{start}}'; StopFile = '{{start}}'; Database = 'same';
                WarningAction = 'Ignore' }
            $file = @{ Database = 'same'; WarningAction = 'Ignore' }
            function Same($Name, $One, $Other) { "$Name $(@($One).Count -gt 0 -and -not (Compare-Object $One $Other))" }
            Same events (Get-BinlogEvent @wire | ForEach-Object { $_.Server = $null; ConvertTo-Json $_ }) `
                (Get-BinlogEvent '{{log}}' @file | ForEach-Object { ConvertTo-Json $_ })
            Same rows (Get-RowChange @wire | ForEach-Object { "$_ $($_.After.v) $($_.EndPosition) $($_.Gtid)" }) `
                (Get-RowChange '{{log}}' @file | ForEach-Object { "$_ $($_.After.v) $($_.EndPosition) $($_.Gtid)" })
            Same sums (Measure-BinlogEvent @wire | ForEach-Object { "$_ $($_.EndPosition)" }) `
                (Measure-BinlogEvent '{{log}}' @file | ForEach-Object { "$_ $($_.EndPosition)" })
            Same statements (Export-RowChangeSql @wire -Operation Insert, Delete -Reverse) `
                (Export-RowChangeSql -LogPath '{{log}}' @file -Operation Insert, Delete -Reverse)
            $undo = Invoke-BinlogReverse @wire -Operation Delete -Destination '{{Server.FolderPath}}/same.undo'
            "undo $($undo.RowCount) $($undo.IsVerified) $($undo.File)"
            $first = @(Get-BinlogEvent @wire)[4]
            $wire.StartPosition = $first.EndPosition
            Same resumed (Get-BinlogEvent @wire | ForEach-Object Position) `
                (Get-BinlogEvent '{{log}}' @file | Where-Object Position -ge $first.EndPosition | ForEach-Object Position)
            """);
        Assert.Equal(["events True", "rows True", "sums True", "statements True", $"undo 1 True {start}", "resumed True"], found);
    }

    [Fact]
    public void Of_several_servers_those_that_fail_are_errors_and_the_others_are_read()
    {
        string start = Write("several");
        string[] found = PowerShellModule.Run(
            $$"""
            {{Root}}
            $servers = '{{Server.SocketPath}}', '127.0.0.1:1', 'no-such-host.invalid', 'Server={{Server.SocketPath}};User ID=root'
            $events = Get-BinlogEvent -Server $servers -Credential $root -StartFile '{{start}}' -Database several `
                -ErrorVariable failed -ErrorAction SilentlyContinue
            "$(@($events | Group-Object Server).Count) $(@($events | Group-Object LogFile, Position | Where-Object Count -ne 2).Count)"
            $failed | ForEach-Object { "$($_.FullyQualifiedErrorId.Split(',')[0]) $($_.CategoryInfo.Category)" } | Sort-Object
            """);
        Assert.Equal(["1 0", "ServerUnreachable ConnectionError", "ServerUnreachable ConnectionError"], found);
    }

    [Fact]
    public void A_password_is_taken_from_wherever_it_is_given_and_shown_nowhere()
    {
        Server.Sql("CREATE USER secret@'%' IDENTIFIED BY 'S3cret-word'; GRANT REPLICATION SLAVE ON *.* TO secret@'%'");
        string options = Path.Combine(Server.FolderPath, "client.cnf");
        File.WriteAllText(options, $"[client]\nhost=127.0.0.1\nport={Server.Port}\nuser=secret\npassword=S3cret-word\n");
        string[] found = PowerShellModule.Run(
            $$"""
            $right = [pscredential]::new('secret', (ConvertTo-SecureString 'S3cret-word' -AsPlainText))
            $wrong = [pscredential]::new('secret', (ConvertTo-SecureString 'Wr0ng-word' -AsPlainText))
            $only = @{ EventType = 'FormatDescription'; ErrorVariable = 'failed';
                ErrorAction = 'SilentlyContinue'; WarningAction = 'Ignore' }
            (Get-BinlogEvent -Server 127.0.0.1 -Port {{Server.Port}} -Credential $right -SslMode Required @only).Count -gt 0
            (Get-BinlogEvent -DefaultsFile '{{options}}' @only).Count -gt 0
            $events = Get-BinlogEvent -Server 'Server=127.0.0.1;Port={{Server.Port}};User ID=secret;Password=S3cret-word' @only
            $events.Count -gt 0
            Get-BinlogEvent -Server 127.0.0.1:{{Server.Port}} -Credential $wrong @only
            "$($failed.FullyQualifiedErrorId) $($failed.CategoryInfo.Category)"
            $everything = ($failed | Select-Object * | Format-List -Force | Out-String) + ($events | ConvertTo-Json) +
                [System.Management.Automation.PSSerializer]::Serialize($failed)
            $everything -match '-word'
            """);
        Assert.Equal(["True", "True", "True", "ServerAuthenticationFailed,MySqlRecovery.Commands.GetBinlogEventCommand AuthenticationError",
            "False"], found);
    }

    [Fact]
    public void A_log_that_is_followed_ends_within_a_second_when_it_is_stopped()
    {
        string start = Write("followed");
        string[] found = PowerShellModule.Run(
            $$"""
            {{Root}}
            function Measure-Stop($Servers) {
                $shell = [powershell]::Create().AddCommand('Import-Module').
                    AddArgument("$((Get-Module MySqlRecovery).ModuleBase)/MySqlRecovery.psd1")
                $null = $shell.AddStatement().AddCommand('Get-RowChange').AddParameters(@{
                    Server = @($Servers); Credential = $root; StartFile = '{{start}}'; Follow = $true; Database = 'followed' })
                $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
                $none = [System.Management.Automation.PSDataCollection[psobject]]::new()
                $none.Complete()
                $running = $shell.BeginInvoke($none, $output)
                $expected = 4 * @($Servers).Count
                for ($i = 0; $output.Count -lt $expected -and $i -lt 6000; $i++) { Start-Sleep -Milliseconds 20 }
                Start-Sleep -Milliseconds 300
                $time = [System.Diagnostics.Stopwatch]::StartNew()
                $shell.Stop()
                "$($output.Count) $($time.ElapsedMilliseconds -lt 2000) $($shell.InvocationStateInfo.State)"
            }
            function Measure-First {
                $time = [System.Diagnostics.Stopwatch]::StartNew()
                $count = @(Get-BinlogEvent -Server '{{Server.SocketPath}}', '{{Server.SocketPath}}' -Credential $root `
                    -StartFile '{{start}}' -Follow | Select-Object -First 3).Count
                "$count $($time.ElapsedMilliseconds -lt 5000)"
            }
            # Up to three attempts: the machine may be busy with something else meanwhile.
            foreach ($attempt in { Measure-Stop '{{Server.SocketPath}}' },
                { Measure-Stop '{{Server.SocketPath}}', 'Server={{Server.SocketPath}}' }, { Measure-First }) {
                for ($i = 0; $i -lt 3 -and $said -notlike '*True*'; $i++) { $said = & $attempt }
                $said
                $said = ''
            }
            """);
        Assert.Equal(["4 True Stopped", "8 True Stopped", "3 True"], found);
    }

    [Fact]
    public void A_file_gets_the_id_that_the_server_expects_of_its_table()
    {
        string folder = Path.Combine(Server.FilesPath, "ids");
        Directory.CreateDirectory(folder);
        Server.Sql("CREATE DATABASE ids; CREATE TABLE ids.t (a INT PRIMARY KEY); INSERT INTO ids.t VALUES (1); "
            + "FLUSH TABLES ids.t FOR EXPORT");
        File.Copy(Path.Combine(Server.DataPath, "ids", "t.ibd"), Path.Combine(folder, "t.ibd"));
        Server.Sql("TRUNCATE TABLE ids.t; FLUSH TABLES ids.t FOR EXPORT");
        string[] found = PowerShellModule.Run(
            $$"""
            {{Root}}
            $result = Repair-IbdSpaceId '{{folder}}/t.ibd' -Server '{{Server.SocketPath}}' -Credential $root -Destination '{{folder}}/out' `
                -Confirm:$false -WarningAction Ignore
            $fresh = Get-IbdSpaceId '{{Server.DataPath}}/ids/t.ibd'
            "$($result.NewSpaceId -eq $fresh.SpaceId) $($result.OldSpaceId -ne $result.NewSpaceId)"
            """);
        Assert.Equal(["True True"], found);
    }

    /// <summary>Four changed rows in a database of its own; gives the file that they are in.</summary>
    private string Write(string database)
    {
        Server.FlushLogs();
        string file = Path.GetFileName(Server.BinlogFiles[^1]);
        Server.Sql(
            $"CREATE DATABASE {database}; USE {database}; CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20)); "
                + $"INSERT INTO t VALUES (1, 'a'), (2, 'b'); " +
            "UPDATE t SET v = 'c' WHERE id = 1; DELETE FROM t WHERE id = 2;");
        return file;
    }
}
