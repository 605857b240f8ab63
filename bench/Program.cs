using System.Globalization;
using MySqlRecovery.Bench.Apply;
using MySqlRecovery.Bench.AsOf;
using MySqlRecovery.Bench.Catalogs;
using MySqlRecovery.Bench.Consistency;
using MySqlRecovery.Bench.Fuzz;
using MySqlRecovery.Bench.Incidents;
using MySqlRecovery.Bench.Logs;
using MySqlRecovery.Bench.Remote;
using MySqlRecovery.Bench.Restore;
using MySqlRecovery.Bench.Speed;

string usage = """
    [--size MIB] [--runs N] [--data FOLDER] [--report FILE] [--programs FOLDERS] [--only TITLE]
                                        compare speed and memory with the peers that are installed
    remote [--size MIB] [--runs N] [--report FILE]
                                        the same for reading a running server's log over the wire
    apply STEPS                         how long servers take to load an undo of STEPS times 60 000 row changes
    restore ROWS                        how long it takes to bring ROWS deleted rows back, by verdict and by an undo binlog
    logs FOLDER MYSQLBINLOG [ANOTHER]   compare event and row counts of a folder's binlogs with what mysqlbinlog prints
    consistency SOURCE REPLICA TABLE ... [--fast]  compare two servers' equal tables (connection strings; database.table),
                                                   and time the bare SELECT
    asof ROWS CHANGED                   what a table as of before CHANGED of its ROWS changed costs beside its bare SELECT
    catalog make FOLDER | catalog link FOLDER TARGET COUNT | catalog search FOLDER TABLE KEY [without] | catalog measure FOLDER [without]
                                        what catalogs of logs cost, and what a search in many logs costs with them
    queue LOG                           what sums of a log take on one to sixteen processors, by the rates that are measured here
    fuzz FOLDER [--minutes N] [--seed S]  read mutated copies of a folder's binlogs
    incidents [LOGS] [SEED]             how often damage planted into seeded traffic ranks first in Find-Incident
    """;

return args switch
{
    ["logs", var folder, .. { Length: > 0 } tools] => LogsCommand.Run(folder, tools),
    ["fuzz", var folder, .. var options] when FuzzOptions.TryParse(options) is { } parsed => FuzzCommand.Run(folder, parsed),
    ["remote", "events" or "bytes", var socket, var file] => RemoteCommand.Read(args[1], socket, file),
    ["remote", .. var options] when SpeedOptions.Parse(options) is { } parsed => RemoteCommand.Run(parsed),
    ["consistency", var source, var replica, .. { Length: > 0 } tables] => ConsistencyCommand.Run(source, replica, tables),
    ["incidents", .. { Length: <= 2 } numbers] when Array.TrueForAll(numbers, n => int.TryParse(n, out _)) => IncidentsCommand.Run(
        numbers.Length > 0 ? int.Parse(numbers[0], CultureInfo.InvariantCulture) : 200,
        numbers.Length > 1 ? int.Parse(numbers[1], CultureInfo.InvariantCulture) : 1),
    ["apply", var steps] when int.TryParse(steps, out int count) => ApplyCommand.Run(count),
    ["asof", var rows, var changed] when int.TryParse(rows, out int all) && int.TryParse(changed, out int part) =>
        AsOfCommand.Run(all, part),
    ["catalog", var step, var folder, .. var rest] => CatalogCommand.Run(step, folder, rest),
    ["queue", var log] => QueueCommand.Run(log),
    ["restore", var rows] when int.TryParse(rows, out int deleted) => RestoreCommand.Run(deleted),
    ["engine", .. var work] => EngineCommand.Run(work),
    _ when SpeedOptions.Parse(args) is { } options => SpeedCommand.Run(options),
    _ => Fail(usage),
};

static int Fail(string text)
{
    Console.Error.WriteLine(text);
    return 2;
}
