using MySqlRecovery.Bench.Fuzz;
using MySqlRecovery.Bench.Logs;

string usage = """
    logs FOLDER MYSQLBINLOG [ANOTHER]   compare event and row counts of a folder's binlogs with what mysqlbinlog prints
    fuzz FOLDER [--minutes N] [--seed S]  read mutated copies of a folder's binlogs
    """;

return args switch
{
    ["logs", var folder, .. { Length: > 0 } tools] => LogsCommand.Run(folder, tools),
    ["fuzz", var folder, .. var options] when FuzzOptions.TryParse(options) is { } parsed => FuzzCommand.Run(folder, parsed),
    _ => Fail(usage),
};

static int Fail(string text)
{
    Console.Error.WriteLine(text);
    return 2;
}
