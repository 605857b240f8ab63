#:project ../src/MySqlRecovery.Core
#:property PublishAot=false
using System.Collections.Specialized;
using System.Globalization;
using MySqlRecovery;
using MySqlRecovery.Model;

// Solves the incident of samples/README.md with two binlogs and nothing else: no server, no PowerShell.
//
//     dotnet run samples/quickstart.cs
//
// A housekeeping job was started at 20:30 with a wrong limit and removed five orders from a workflow engine's tables,
// while other sessions went on working in the same tables. What it did is to be undone, what they did is to stay.


string samples = (string)AppContext.GetData("EntryPointFileDirectoryPath")!;
string incident = Path.Combine(samples, "incident");
string output = Directory.CreateDirectory(Path.Combine(samples, "out")).FullName;
string[] logs = [Path.Combine(incident, "binlog.000001"), Path.Combine(incident, "binlog.000002")];
var from = new DateTime(2026, 11, 17, 20, 30, 0, DateTimeKind.Utc);
DateTime to = from.AddMinutes(1);

var minute = new BinlogReader(logs) { StartTime = from, StopTime = to };

Console.WriteLine($"What happened from {from:HH:mm} to {to:HH:mm} UTC, by table:");
foreach (BinlogSummary table in minute.Measure(BinlogSummaryKind.Table))
    Console.WriteLine($"  {table}");

Console.WriteLine("The same by transaction:");
List<BinlogSummary> transactions = [.. minute.Measure(BinlogSummaryKind.Transaction)];
foreach (BinlogSummary t in transactions)
    Console.WriteLine($"  {t.FirstTimestamp:HH:mm:ss} session {t.ThreadId}: {t.InsertCount} inserted, {t.UpdateCount} updated, {t.DeleteCount} deleted");

uint session = transactions.GroupBy(t => t.ThreadId).MaxBy(g => g.Sum(t => t.DeleteCount))!.Key!.Value;
var bad = new BinlogReader(logs) { StartTime = from, StopTime = to, ThreadId = [session] };
Console.WriteLine($"Session {session} deleted most. The first thing that it did:");
Console.WriteLine($"  {bad.ReadEvents().First(e => e.Statement is not (null or "BEGIN")).Statement}");

SqlExport sql = bad.WriteSql(Path.Combine(output, "undo.sql"), reverse: true, overwrite: true);
UndoBinlog undo = bad.WriteUndoBinlog(Path.Combine(output, "undo.binlog"), overwrite: true);
Console.WriteLine("Written:");
Console.WriteLine($"  {Path.GetRelativePath(Environment.CurrentDirectory, sql.Path)}: {sql.StatementCount} statements, complete: {sql.IsComplete}");
Console.WriteLine($"  {Path.GetRelativePath(Environment.CurrentDirectory, undo.Path)}: {undo.RowCount} rows in {undo.TransactionCount} transactions, "
    + $"complete: {undo.IsComplete}, read back: {undo.IsVerified}");

UndoBinlog redo = new BinlogReader([undo.Path]).WriteUndoBinlog(Path.Combine(output, "redo.binlog"), overwrite: true);
List<RowChange> original = [.. bad.ReadRowChanges()];
List<RowChange> twice = [.. new BinlogReader([redo.Path]).ReadRowChanges()];
bool isSame = original.Count == twice.Count && original.Zip(twice).All(pair => IsSameRow(pair.First, pair.Second));
Console.WriteLine($"Undoing the undo gives the {original.Count} original rows, byte for byte: {isSame}");

// after.tsv is what the server's tables held when all was over; expected.tsv is what they held on a second server where
// the same evening was run without the job.
HashSet<string> tables = [.. File.ReadLines(Path.Combine(incident, "after.tsv"))];
bool isApplied = new BinlogReader([undo.Path]).ReadRowChanges().All(change =>
    (change.Before == null || tables.Remove(Line(change.Table, change.Before)))
    && (change.After == null || tables.Add(Line(change.Table, change.After))));
bool isRestored = isApplied && tables.SetEquals(File.ReadLines(Path.Combine(incident, "expected.tsv")));
Console.WriteLine($"The undo brings all tables to where they would be without the job: {isRestored}");

bool isGood = undo.IsComplete && sql.IsComplete && isSame && isRestored;
Console.WriteLine(isGood ? "VERDICT: the data is back." : "VERDICT: FAILED, the data is not back.");
return isGood ? 0 : 1;

static bool IsSameRow(RowChange one, RowChange other) =>
    (one.Database, one.Table, one.Operation) == (other.Database, other.Table, other.Operation)
    && one.BeforeImage.AsSpan().SequenceEqual(other.BeforeImage) && one.AfterImage.AsSpan().SequenceEqual(other.AfterImage);

// A row as the text files have it: the table and the values, separated by tabs.
static string Line(string table, OrderedDictionary row) => string.Join('\t', row.Values.Cast<object?>().Select(Text).Prepend(table));

static string Text(object? value) => value switch
{
    null => "NULL",
    byte[] bytes => Convert.ToHexString(bytes),
    DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
    _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
};
