namespace MySqlRecovery.Bench.Speed;

/// <summary>What is compared with what.</summary>
internal sealed class Comparisons(SpeedOptions options, BenchData data, Peers peers)
{
    private static readonly string[] Decode = ["--no-defaults", "--base64-output=DECODE-ROWS", "-v"];
    private readonly string _output = Path.Combine(options.DataFolder, "out");
    private readonly string _module = FindModule();

    /// <summary>All comparisons whose input can be made, made when their turn comes.</summary>
    public IEnumerable<Comparison> All()
    {
        int size = options.SizeMiB;
        (string Title, Func<string?> Input, Func<string, string, Contender[]> Contenders)[] all =
        [
            ("Reversed binlog", () => data.Log(Workload.Bulk, size), Reverse),
            ("Reversed binlog of a sixteenth", () => data.Log(Workload.Bulk, Math.Max(1, size / 16)), Reverse),
            ("Reversed binlog, small transactions", () => data.Log(Workload.Small, Math.Max(1, size / 4)), Reverse),
            ("Reversed binlog, a thousand tables", () => data.Log(Workload.Tables, Math.Max(1, size / 16)), Reverse),
            ("Reversed binlog, wide rows and BLOBs", () => data.Log(Workload.Wide, Math.Max(1, size / 4)), Reverse),
            ("Reversed binlog, MariaDB", () => data.Log(Workload.MariaDbBulk, size), ReverseMariaDb),
            ("Reversed binlog, MariaDB, small transactions", () => data.Log(Workload.MariaDbSmall, Math.Max(1, size / 4)), ReverseMariaDb),
            ("Reversed binlog, compressed transactions", () => data.Log(Workload.Compressed, Math.Max(1, size / 4)), ReverseOnly),
            ("Undo SQL", () => data.Log(Workload.Bulk, size), UndoSql),
            ("Undo SQL, small transactions", () => data.Log(Workload.Small, Math.Max(1, size / 4)), UndoSql),
            ("Undo SQL, a thousand tables", () => data.Log(Workload.Tables, Math.Max(1, size / 16)), UndoSql),
            ("Undo SQL, wide rows and BLOBs", () => data.Log(Workload.Wide, Math.Max(1, size / 4)), UndoSql),
            ("Sums by table", () => data.Log(Workload.Bulk, size), Measure),
            ("Sums by table, small transactions", () => data.Log(Workload.Small, Math.Max(1, size / 4)), Measure),
            ("Sums by table, a thousand tables", () => data.Log(Workload.Tables, Math.Max(1, size / 16)), Measure),
            ("Events of one rare table", () => data.Log(Workload.Small, Math.Max(1, size / 4)), Rare),
            ("Events of no table that is there", () => data.Log(Workload.Bulk, size), Rare),
            ("One object an event", () => data.Log(Workload.Small, Math.Max(1, size / 4)), Events),
            ("One object a row", () => data.Log(Workload.Bulk, size), Rows),
            ("Checksums of an .ibd file", () => data.Tablespace(size), Verify),
            ("Rows of an .ibd file as TSV", () => data.Tablespace(size), IbdRows),
            ("Another id for an .ibd file", () => data.Tablespace(size), Repair),
            ("First command of a session", () => Path.Combine(Path.GetDirectoryName(_module)!, "samples/incident/binlog.000001"), First),
            ("Zstandard", () => Zstandard(data.Log(Workload.Bulk, Math.Max(1, size / 4))), Decompress),
        ];
        Directory.CreateDirectory(_output);
        string[] titles = Array.ConvertAll(all, a => a.Title);
        foreach ((string title, Func<string?> input, Func<string, string, Contender[]> contenders) in all)
        {
            bool isAsked = titles.Contains(options.Only) ? title == options.Only
                : title.Contains(options.Only, StringComparison.OrdinalIgnoreCase);
            if (!isAsked || input() is not { } path)
                continue;
            string file = Path.Combine(_output, "result");
            yield return new Comparison(title, path, [file, file + ".ibd", file + ".tsv", file + ".load.sql"], contenders(path, file));
        }
    }

    private Contender[] Reverse(string log, string file) =>
    [
        .. ReverseOnly(log, file),
        .. Copy(log, file, 1.0 / 3),
        new("MyFlash flashback", peers.Find("flashback"), [$"--binlogFileNames={log}", $"--outBinlogFileNameBase={file}"], Target: 6),
    ];

    private Contender[] ReverseOnly(string log, string file) =>
    [
        Engine("reverse", log, file),
        Cmdlet($"Invoke-BinlogReverse '{log}' '{file}' -Force"),
    ];

    private Contender[] ReverseMariaDb(string log, string file) =>
    [
        .. ReverseOnly(log, file),
        .. Copy(log, file, 1.0 / 3),
        new("mariadb-binlog --flashback", peers.Find("mariadb-binlog"), ["--no-defaults", "--flashback", log], Output: file, Target: 8),
    ];

    private Contender[] UndoSql(string log, string file) =>
    [
        Engine("undosql", log, file),
        Cmdlet($"Export-RowChangeSql -LogPath '{log}' '{file}' -Reverse -Force"),
        new("mysqlbinlog -v", peers.Find("mysqlbinlog"), [.. Decode, log], Output: file, Target: 3),
        new("my2sql rollback", peers.Find("my2sql"),
            ["-mode", "file", "-local-binlog-file", log, "-work-type", "rollback", "-output-dir", _output], Target: 5),
    ];

    private Contender[] Measure(string log, string file) =>
    [
        Engine("measure", log),
        Cmdlet($"Measure-BinlogEvent '{log}'"),
        new("cat", peers.Find("cat"), [log]),
        new("mysqlbinlog", peers.Find("mysqlbinlog"), ["--no-defaults", log]),
        new("my2sql stats", peers.Find("my2sql"),
            ["-mode", "file", "-local-binlog-file", log, "-work-type", "stats", "-output-dir", _output]),
    ];

    private Contender[] First(string log, string file) =>
    [
        Engine("measure", log),
        Session($"Import-Module '{_module}'", before: string.Empty),
        Cmdlet($"Measure-BinlogEvent '{log}'"),
    ];

    private Contender[] Rare(string log, string file) =>
    [
        Engine("events", log, "rare"),
        Cmdlet($"Get-BinlogEvent '{log}' -Table rare | Out-Null"),
        new("mysqlbinlog", peers.Find("mysqlbinlog"), ["--no-defaults", log], Target: 2),
    ];

    private Contender[] Events(string log, string file) =>
    [
        Engine("events", log),
        Cmdlet($"Get-BinlogEvent '{log}' | Out-Null"),
        ReadyMade($"(Get-BinlogEvent '{log}' -EventType Xid).Count * 7"),
    ];

    private Contender[] Rows(string log, string file) =>
    [
        Engine("rows", log),
        Cmdlet($"Get-RowChange '{log}' | Out-Null"),
        ReadyMade($"(Measure-BinlogEvent '{log}' | Measure-Object RowCount -Sum).Sum"),
    ];

    private Contender[] Verify(string ibd, string file) =>
    [
        Engine("verify", ibd),
        Cmdlet($"Get-IbdSpaceId '{ibd}' -Verify"),
        new("innochecksum -C crc32", peers.Find("innochecksum"), ["-C", "crc32", ibd], Target: 0.5),
        new("innochecksum", peers.Find("innochecksum"), [ibd]),
    ];

    private Contender[] IbdRows(string ibd, string file) =>
    [
        Engine("ibdrows", ibd, file + ".tsv"),
        Cmdlet($"Export-TableRow -IbdPath '{ibd}' '{file}.tsv' -Force"),
        new("ibd2sql", peers.Find("ibd2sql"), [ibd, "--sql"]),
        .. Copy(ibd, file, 1),
    ];

    private Contender[] Repair(string ibd, string file) =>
    [
        Engine("repair", ibd, "4711", file + ".ibd"),
        Cmdlet($"Repair-IbdSpaceId '{ibd}' -SpaceId 4711 -Destination '{file}.ibd' -Force"),
        .. Copy(ibd, file, 0.5),
    ];

    // Our files get their names when they are on the disk; cp leaves that to the system.
    private Contender[] Copy(string source, string file, double target) =>
    [
        new("cp", peers.Find("cp"), [source, file], Target: target),
        new("dd conv=fsync", peers.Find("dd"), [$"if={source}", $"of={file}", "bs=1M", "conv=fsync", "status=none"]),
    ];

    private Contender[] Decompress(string zst, string file) =>
    [
        Engine("zstd", zst),
        new("zstd -d", peers.Find("zstd"), ["-dc", zst], Target: 0.5),
    ];

    private string? Zstandard(string? log)
    {
        if (log == null || peers.Find("zstd") is not { } zstd)
            return null;
        string path = log + ".zst";
        if (!File.Exists(path))
            MeasuredProcess.Run(new Contender("zstd", zstd, ["-q", "-3", log, "-o", path]));
        return path;
    }

    private static Contender Engine(params string[] work) => new(
        "engine", Environment.ProcessPath, ["engine", .. work]);

    private Contender Cmdlet(string command) => Session(command, before: $"Import-Module '{_module}'; ");

    private Contender Session(string command, string before) => new(
        command[..command.IndexOf(' ')], peers.Find("pwsh"),
        ["-NoProfile", "-NonInteractive", "-Command",
            $"$ErrorActionPreference = 'Stop'; {before}$watch = [Diagnostics.Stopwatch]::StartNew(); "
                + $"$null = {command}; \"seconds=$($watch.Elapsed.TotalSeconds)\""],
        ReportsTime: true);

    // A cmdlet that emits objects which are there already: what PowerShell itself costs.
    private Contender ReadyMade(string count) => new(
        "ready-made objects", peers.Find("pwsh"),
        ["-NoProfile", "-NonInteractive", "-Command", $$"""
            $ErrorActionPreference = 'Stop'; Import-Module '{{_module}}'
            Add-Type -PassThru -ReferencedAssemblies ([psobject].Assembly.Location) 'using System.Management.Automation;
            [Cmdlet("Write", "ReadyMade")] public class WriteReadyMade : Cmdlet {
              [Parameter] public object Item { get; set; } [Parameter] public long Count { get; set; }
              protected override void EndProcessing() { for (long i = 0; i < Count; i++) WriteObject(Item); } }' |
                  ForEach-Object Assembly | Import-Module
            $count = {{count}}; $item = [MySqlRecovery.Model.BinlogEvent]::new()
            $watch = [Diagnostics.Stopwatch]::StartNew(); Write-ReadyMade -Item $item -Count $count | Out-Null;
            "seconds=$($watch.Elapsed.TotalSeconds)"
            """],
        ReportsTime: true);

    private static string FindModule()
    {
        for (string? folder = AppContext.BaseDirectory; folder != null; folder = Path.GetDirectoryName(folder))
        {
            string manifest = Path.Combine(folder, "MySqlRecovery.psd1");
            if (File.Exists(manifest))
                return manifest;
        }

        throw new FileNotFoundException("the module's manifest is not above the benchmark");
    }
}
