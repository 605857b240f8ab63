# Damaged input through every cmdlet, and a kill at any moment. MYSQLRECOVERY_FUZZ and MYSQLRECOVERY_KILLS say how often; a few times
# without them, always the same. MYSQLRECOVERY_SEED repeats a run.
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

    # Checksums made right again, so that what is wrong is met after them.
    Add-Type -TypeDefinition @'
public static class Resealed
{
    static readonly uint[] Table = System.Linq.Enumerable.ToArray(System.Linq.Enumerable.Select(System.Linq.Enumerable.Range(0, 256), n => {
        uint c = (uint)n; for (int k = 0; k < 8; k++) c = (c & 1) != 0 ? 0xEDB88320u ^ c >> 1 : c >> 1; return c; }));

    public static void Log(byte[] log)
    {
        for (int at = 4; at + 23 <= log.Length;)
        {
            int length = System.BitConverter.ToInt32(log, at + 9);
            if (length < 23 || length > log.Length - at) return;
            uint crc = 0xFFFFFFFFu;
            for (int i = at; i < at + length - 4; i++) crc = Table[(crc ^ log[i]) & 0xFF] ^ crc >> 8;
            System.BitConverter.GetBytes(~crc).CopyTo(log, at + length - 4);
            at += length;
        }
    }

    // BUF_NO_CHECKSUM_MAGIC: a page that was written with innodb_checksum_algorithm=none.
    public static void Pages(byte[] file, int pageSize)
    {
        for (int at = 0; at + pageSize <= file.Length; at += pageSize)
        {
            foreach (int field in new[] { at, at + pageSize - 8 })
                new byte[] { 0xDE, 0xAD, 0xBE, 0xEF }.CopyTo(file, field);
        }
    }
}
'@
    $dump = "$TestDrive/dump.sql"
    Set-Content $dump @'
-- MySQL dump 10.13  Distrib 9.7.4, for Linux (x86_64)
-- Server version	9.7.4
/*!40101 SET NAMES utf8mb4 */;
-- CHANGE REPLICATION SOURCE TO SOURCE_LOG_FILE='binlog.000001', SOURCE_LOG_POS=4;
-- Current Database: `crm`
USE `crm`;
DROP TABLE IF EXISTS `orders`;
CREATE TABLE `orders` (
  `id` int NOT NULL,
  `owner` varchar(20) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
INSERT INTO `orders` VALUES (5,'gus'),(6,NULL),(7,_binary 'a\\'b'),(8,0x6162);
-- Dump completed on 2026-03-14 20:00:00
'@

    # A server that says anything: as many columns as were asked for, more often than not, of values that fit somewhere.
    Add-Type -Path "$PSScriptRoot/Data/HostileServer.cs", "$PSScriptRoot/Data/HostileWire.cs" -ReferencedAssemblies System.Data.Common, System.ComponentModel.Primitives, System.ComponentModel.TypeConverter, System.Collections, System.Linq, netstandard, System.Runtime.Extensions, System.Net.Primitives, System.Net.Sockets, System.Threading, System.Threading.Thread, Microsoft.Win32.Primitives
    $seed = $env:MYSQLRECOVERY_SEED ? [int] $env:MYSQLRECOVERY_SEED : $env:MYSQLRECOVERY_FUZZ -or $env:MYSQLRECOVERY_KILLS ? [Environment]::TickCount : 1
    $random = [Random]::new($seed)

    function Edit-Byte([byte[]] $Bytes, [int] $From) {
        for ($i = $random.Next(1, 6); $i -gt 0; $i--) {
            $at = $random.Next($From, $Bytes.Length)
            $Bytes[$at] = switch ($random.Next(4)) { 0 { 0 } 1 { 255 } 2 { $Bytes[$at] -bxor (1 -shl $random.Next(8)) } default { $random.Next(256) } }
        }
    }

    # The kinds of exceptions that a command ends with, or reports, and that are not the module's own.
    function Get-Foreign([scriptblock] $Command) {
        (Invoke-Recorded $Command).Errors.Exception | Where-Object { $_ } | ForEach-Object {
            $inner = $_
            while ($inner -is [System.Management.Automation.RuntimeException] -and $inner.InnerException) { $inner = $inner.InnerException }
            if ($inner.GetType().FullName -ne 'MySqlRecovery.Model.RecoveryException') { "$($inner.GetType().FullName): $($inner.Message) in $Command" }
        }
    }
}

Describe 'Damaged input' {
    It 'ends every cmdlet for logs with an error of its own' {
        $count = $env:MYSQLRECOVERY_FUZZ ? [int] $env:MYSQLRECOVERY_FUZZ : 6
        $logs = $Second, $Old, "$PSScriptRoot/../MySqlRecovery.Core.Tests/Data/Logs/full_nodup.binlog", "$PSScriptRoot/../MySqlRecovery.Core.Tests/Data/Logs/partial_rows.binlog"
        $found = for ($i = 0; $i -lt $count; $i++) {
            $bytes = [System.IO.File]::ReadAllBytes($logs[$i % $logs.Count])
            Edit-Byte $bytes ($random.Next(3) ? 120 : 4)
            if ($random.Next(4)) { [Resealed]::Log($bytes) }
            if (-not $random.Next(5)) { $bytes = [byte[]] $bytes[0..$random.Next(4, $bytes.Length)] }
            $log = "$TestDrive/fuzz.$('{0:000000}' -f ($i + 1))"
            [System.IO.File]::WriteAllBytes($log, $bytes)
            Get-Foreign { Get-BinlogEvent $log | Out-String }
            Get-Foreign { Get-BinlogEvent $log -Salvage }
            Get-Foreign { Get-RowChange $log -SchemaPath $OldSchema | ForEach-Object { $_.Key, $_.Before, $_.After, $_.ChangedColumn } }
            Get-Foreign { Get-RowChange $log -Salvage | Format-List | Out-String }
            Get-Foreign { Measure-BinlogEvent $log -By Transaction }
            Get-Foreign { Invoke-BinlogReverse $log "$TestDrive/undo" -Force -Confirm:$false }
            Get-Foreign { Get-RowChange $log -Salvage | Invoke-BinlogReverse -Destination "$TestDrive/undo" -Force -Confirm:$false }
            Get-Foreign { Export-RowChangeSql -LogPath $log -Reverse -SchemaPath $OldSchema }
            Get-Foreign { Export-RowChangeSql -LogPath $log -Reverse -Fold }
            Get-Foreign { Get-RowChange $log | Export-TableRow "$TestDrive/rows.csv" -Format Csv -Force -Confirm:$false }
            Get-Foreign { Find-Incident $log -MinimumScore 0 | Format-List | Out-String }
            Get-Foreign { Get-BinlogEvent $log -Salvage | Find-Incident -MinimumScore 0 | Export-RecoveryReport "$TestDrive/report.html" -Force -Confirm:$false }
            Get-Foreign { Get-RowChange $log -Salvage | Export-RecoveryReport "$TestDrive/report.html" -Force -Confirm:$false }
            Get-Foreign { Get-RowHistory crm.orders @{ id = 1 }, 2 -LogPath $log | Format-List | Out-String }
            Get-Foreign { Get-RowChange $log -Salvage | Select-Object -First 3 | Get-RowHistory crm.orders -LogPath $log -SchemaPath $OldSchema }
            Get-Foreign { Get-TableRow crm.orders -Base $dump -LogPath $log -AsOf ([datetime]::UtcNow) | Out-String }
            Get-Foreign { Update-BinlogCatalog $log -Force -Confirm:$false }
            if (Test-Path "$log.catalog") {
                $bytes = [System.IO.File]::ReadAllBytes("$log.catalog")
                Edit-Byte $bytes 0
                [System.IO.File]::WriteAllBytes("$log.catalog", $bytes)
                Get-Foreign { Measure-BinlogEvent $log }
                Get-Foreign { Get-RowHistory crm.orders 1 -LogPath $log }
                Get-Foreign { Update-BinlogCatalog $log -Confirm:$false }
                Remove-Item "$log.catalog"
            }
            Get-Foreign { Test-ReplicationConsistency -SourceLog $log -ReplicaLog $Second }
            Get-Foreign { Test-ReplicationConsistency -SourceLog $Second -ReplicaLog $log -ErrorLog $log }
            Remove-Item $log
        }
        $found | Sort-Object -Unique | Select-Object -First 5 | Should -BeNullOrEmpty -Because "the seed was $seed"
    }

    It 'ends every cmdlet for dumps, and for servers that answer anything, with an error of its own' {
        $count = $env:MYSQLRECOVERY_FUZZ ? [int] $env:MYSQLRECOVERY_FUZZ : 6
        $whole = [System.IO.File]::ReadAllBytes($dump)
        $found = for ($i = 0; $i -lt $count; $i++) {
            $bytes = [byte[]] $whole.Clone()
            Edit-Byte $bytes 0
            [System.IO.File]::WriteAllBytes("$TestDrive/fuzz.sql", $bytes)
            Get-Foreign { Get-TableRow crm.orders -Base "$TestDrive/fuzz.sql" -LogPath $Second -AsOf ([datetime]::UtcNow) | Out-String }
            Get-Foreign { Get-TableRow crm.orders -Base $Second }
            Get-Foreign { Find-Incident $Second -SchemaPath "$TestDrive/fuzz.sql" }
            Get-Foreign { Get-RowHistory crm.orders 1 -LogPath $Second -SchemaPath "$TestDrive/fuzz.sql" }
            foreach ($try in 1..6) {
                $server = [HostileServer]::new($random.Next())
                Get-Foreign { Test-RowChange -LogPath $Second -Connection $server | Out-String }
                Get-Foreign { Get-RowChange $Second | Test-RowChange -Connection $server }
                Get-Foreign { Get-RowChange $Second | Restore-RowChange -Connection $server -Confirm:$false }
                Get-Foreign { Restore-RowChange -LogPath $Second -Connection $server -Confirm:$false }
                Get-Foreign { Export-RowChangeSql -LogPath $Second -Reverse -Connection $server }
            }
        }
        $found | Sort-Object -Unique | Select-Object -First 5 | Should -BeNullOrEmpty -Because "the seed was $seed"
    }

    It 'ends every cmdlet that connects to a server, which answers anything, with an error of its own' {
        $count = $env:MYSQLRECOVERY_FUZZ ? [int] $env:MYSQLRECOVERY_FUZZ : 6
        Expand-Sample 'mysql-5.6-main_com-src.ibd' "$TestDrive/wire/crm/orders.ibd"
        $found = for ($i = 0; $i -lt 5 * $count; $i++) {
            $wire = [HostileWire]::new($random.Next())
            $at = @{ Server = $wire.Address; Credential = [pscredential]::new('root', [securestring]::new()) }
            $both = @{ Source = $wire.Address; Replica = $wire.Address; Credential = $at.Credential }
            Get-Foreign { Measure-TableState crm.* @at | Out-String }
            foreach ($check in [Enum]::GetNames([MySqlRecovery.Model.ConsistencyCheckKind])) { Get-Foreign { Test-ReplicationConsistency @both -Check $check -MaxLag 0 } }
            Get-Foreign { Get-TableRow crm.orders @at }
            Get-Foreign { Get-TableRow crm.orders @at -AsOf ([datetime]::UtcNow.AddHours(-1)) }
            Get-Foreign { Get-RowHistory crm.orders 1 @at }
            Get-Foreign { Get-BinlogEvent @at }
            Get-Foreign { Find-Incident @at }
            Get-Foreign { Measure-BinlogEvent @at }
            Get-Foreign { Test-RowChange -LogPath $Second @at }
            Get-Foreign { Restore-RowChange -LogPath $Second @at -Throttle 5, ([timespan]::FromSeconds(9)) -Confirm:$false }
            Get-Foreign { Repair-IbdSpaceId "$TestDrive/wire/crm/orders.ibd" @at -Destination "$TestDrive/wire.out" -WriteCfg -Force -Confirm:$false }
            Get-Foreign { Get-IbdRow "$TestDrive/wire/crm/orders.ibd" @at }
            Get-Foreign { Export-TableRow "$TestDrive/rows.csv" -IbdPath "$TestDrive/wire/crm/orders.ibd" @at -Format Csv -Force -Confirm:$false }
            $wire.Dispose()
        }
        $found | Sort-Object -Unique | Select-Object -First 5 | Should -BeNullOrEmpty -Because "the seed was $seed"
    }

    It 'ends every cmdlet for .ibd files with an error of its own' {
        $count = $env:MYSQLRECOVERY_FUZZ ? [int] $env:MYSQLRECOVERY_FUZZ : 6
        $names = 'mysql-9.7-main_dyn', 'mysql-9.7-main_z8', 'mariadb-10.11-main_dyn', 'mysql-5.6-main_com'
        foreach ($name in $names) { foreach ($kind in 'src', 'ref') { Expand-Sample "$name-$kind.ibd" "$TestDrive/$kind/$name.ibd" } }
        $columns = "(id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, k int NOT NULL, v varchar(120), c char(20), d datetime, e decimal(14,4),
            l1 char(9) character set latin1, en enum('x','y','z'), ts timestamp NULL, lob longblob, txt mediumtext, KEY k(k), UNIQUE KEY v(v), KEY c(c(5),e)) DEFAULT CHARSET=utf8mb4"
        Set-Content "$TestDrive/fuzz.sql" "CREATE TABLE main_dyn $columns; CREATE TABLE main_z8 $columns; CREATE TABLE main_com $columns ROW_FORMAT=COMPACT;"
        $found = for ($i = 0; $i -lt $count; $i++) {
            $name = $names[$i % $names.Count]
            $bytes = [System.IO.File]::ReadAllBytes("$TestDrive/src/$name.ibd")
            $page = $name -match 'z8' ? 8192 : 16384
            if ($random.Next(4)) { [Resealed]::Pages($bytes, $page) }
            for ($k = $random.Next(1, 8); $k -gt 0; $k--) {
                $start = $page * $random.Next($bytes.Length / $page)
                $at = $start + 4 + $random.Next($page - 12)
                $bytes[$at] = $random.Next(2) ? 255 : $random.Next(256)
            }
            if (-not $random.Next(8)) { $bytes = [byte[]] $bytes[0..$random.Next(100, $bytes.Length)] }
            $file = "$TestDrive/fuzz/$($name -replace '^.*-').ibd"
            $null = New-Item -ItemType Directory -Force "$TestDrive/fuzz"
            [System.IO.File]::WriteAllBytes($file, $bytes)
            $reference = "$TestDrive/src/$name.ibd" -replace '/src/', '/ref/'
            Get-Foreign { Get-IbdSpaceId $file -Verify | Out-String }
            Get-Foreign { Get-IbdSpaceId $file -DamagedPage }
            Get-Foreign { Get-IbdRow $file -SchemaPath "$TestDrive/fuzz.sql" -State All | Out-String }
            Get-Foreign { Get-IbdRow $file -SchemaPath "$TestDrive/fuzz.sql" -SdiPath $reference | Export-TableRow "$TestDrive/rows.jsonl" -Force -Confirm:$false }
            Get-Foreign { Export-TableRow "$TestDrive/rows.tsv" -IbdPath $file -Format Tsv -SchemaPath "$TestDrive/fuzz.sql" -Force -Confirm:$false }
            foreach ($damage in 'Stop', 'Skip') {
                Get-Foreign { Repair-IbdSpaceId $file -ReferencePath $reference -SchemaPath "$TestDrive/fuzz.sql" -Destination "$TestDrive/fuzz.out" -WriteCfg -OnDamage $damage -UndoPath "$TestDrive/fuzz.undo" -Force -Confirm:$false }
            }
        }
        $found | Sort-Object -Unique | Select-Object -First 5 | Should -BeNullOrEmpty -Because "the seed was $seed"
    }

    It 'reaches the terminal with its control characters visible' {
        $bytes = [System.IO.File]::ReadAllBytes($Second)
        $latin = [System.Text.Encoding]::Latin1
        [System.IO.File]::WriteAllBytes("$TestDrive/escape.000001", ($bytes = $latin.GetBytes($latin.GetString($bytes).Replace('orders', "or`e]0;"))))
        [Resealed]::Log($bytes)
        [System.IO.File]::WriteAllBytes("$TestDrive/escape.000001", $bytes)
        $rendering, $PSStyle.OutputRendering = $PSStyle.OutputRendering, 'PlainText'
        try {
            $shown = @(
                Get-RowChange "$TestDrive/escape.000001" 3>&1 | Out-String
                Get-BinlogEvent "$TestDrive/escape.000001" 3>&1 | Out-String
                Measure-BinlogEvent "$TestDrive/escape.000001" 3>&1 | Out-String
                (Invoke-Recorded { Get-BinlogEvent "$TestDrive/no`e]0;file" }).Errors | Out-String
                (Invoke-Recorded { Export-RowChangeSql -LogPath "$TestDrive/escape.000001" -Table none }).Errors | Out-String
            )
        }
        finally { $PSStyle.OutputRendering = $rendering }
        ($shown -join '').Contains([char] 27) | Should -BeFalse
        $shown[0..2] | Should -Match 'or\\x1B\]0;'
    }

    It 'is the module''s own error where a path has a zero byte' {
        $name = "$TestDrive/a`0b"
        $found = @(
            Get-Foreign { Get-BinlogEvent -LiteralPath $name }
            Get-Foreign { Get-RowChange $name }
            Get-Foreign { Invoke-BinlogReverse $Second $name -Confirm:$false }
            Get-Foreign { Export-RowChangeSql -LogPath $Second -Path $name -Confirm:$false }
            Get-Foreign { Get-RowChange $Second -SchemaPath $name }
            Get-Foreign { Get-RowChange $Second -KeyringPath $name }
            Get-Foreign { Get-IbdRow -LiteralPath $name }
            Get-Foreign { Get-IbdSpaceId $name }
            Get-Foreign { Repair-IbdSpaceId $Second -Destination $name -Confirm:$false }
            Get-Foreign { Export-TableRow $name -IbdPath $Second -Confirm:$false }
            Get-Foreign { Test-ReplicationConsistency -SourceLog $name -ReplicaLog $Second }
        )
        $found | Should -BeNullOrEmpty
    }
}

Describe 'A kill' -Skip:($IsWindows) {
    It 'leaves nothing under a final name but whole files, and nothing that others may read' {
        $count = $env:MYSQLRECOVERY_KILLS ? [int] $env:MYSQLRECOVERY_KILLS : 3
        $folder = "$TestDrive/kill"
        $null = New-Item -ItemType Directory $folder, "$folder/out"
        Copy-Item $Second "$folder/binlog.000002"
        Expand-Sample 'mysql-9.7-main_dyn-src.ibd' "$folder/lost/main_dyn.ibd"
        Expand-Sample 'mysql-9.7-main_dyn-ref.ibd' "$folder/fresh/main_dyn.ibd"
        chmod 600 "$folder/binlog.000002" "$folder/lost/main_dyn.ibd" "$folder/fresh/main_dyn.ibd"
        $work = @"
            Import-Module '$Manifest'
            function Write-All {
                Invoke-BinlogReverse '$folder/binlog.000002' out/undo.binlog -Force -Confirm:`$false
                Export-RowChangeSql -LogPath '$folder/binlog.000002' -Path out/undo.sql -Reverse -Force -Confirm:`$false
                Repair-IbdSpaceId '$folder/lost/main_dyn.ibd' -ReferencePath '$folder/fresh/main_dyn.ibd' -Destination out -WriteCfg -UndoPath out/main_dyn.undo -Force -Confirm:`$false
                Export-TableRow out/rows.csv -IbdPath '$folder/lost/main_dyn.ibd' -Format Csv -Force -Confirm:`$false
            }
            Set-Location '$folder'
            `$null = Write-All 3>`$null
            Set-Content started 1
            while (`$true) { `$null = Write-All 3>`$null }
"@
        Push-Location $folder
        try {
            & $Pwsh -NoProfile -NonInteractive -Command ($work -replace '(?s)Set-Content started.*')
            $whole = @{}
            foreach ($name in 'main_dyn.ibd', 'main_dyn.cfg', 'main_dyn.undo', 'rows.csv') { $whole[$name] = (Get-FileHash "out/$name").Hash }
            $rows = @(Get-RowChange out/undo.binlog).Count
            $sql = (Get-Content out/undo.sql | Where-Object { $_ -notmatch '^--' }) -join "`n"
            for ($i = 0; $i -lt $count; $i++) {
                Remove-Item started -ErrorAction Ignore
                $start = [System.Diagnostics.ProcessStartInfo]::new($Pwsh)
                '-NoProfile', '-NonInteractive', '-Command', $work | ForEach-Object { $start.ArgumentList.Add($_) }
                $process = [System.Diagnostics.Process]::Start($start)
                for ($wait = 0; -not (Test-Path started) -and $wait -lt 6000 -and -not $process.HasExited; $wait++) { Start-Sleep -Milliseconds 50 }
                Test-Path started | Should -BeTrue -Because 'the work goes on'
                Start-Sleep -Milliseconds $random.Next(600)
                $process.Kill()
                $process.WaitForExit()
                foreach ($name in $whole.Keys) { (Get-FileHash "out/$name").Hash | Should -Be $whole[$name] -Because "$name is whole, or the one before" }
                @(Get-RowChange out/undo.binlog -ErrorAction Stop).Count | Should -Be $rows
                (Get-Content out/undo.sql | Where-Object { $_ -notmatch '^--' }) -join "`n" | Should -Be $sql
                Get-ChildItem out -Force | Where-Object { $_.UnixMode -notmatch '^-rw-------' } | Should -BeNullOrEmpty -Because 'the sources are for the user alone'
            }
        }
        finally { Pop-Location }
    }
}
