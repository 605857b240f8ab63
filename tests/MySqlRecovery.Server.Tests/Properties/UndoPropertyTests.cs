using System.Text.RegularExpressions;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Output.ReversedBinlog;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Properties;

/// <summary>
/// Random tables, sessions, DDL, choices, schemas and forms of the undo. The law: what says that it is complete, and that nothing
/// came later, comes to the state without what was chosen; else it says why.
/// </summary>
public abstract partial class UndoPropertyTests(ServerFixture fixture, ITestOutputHelper output)
{
    private const int Incidents = 40;

    // Binlog, SQL, SQL with several rows a statement, the sum of all, a binlog of events and of rows that were piped, on the server;
    // SQL that does it again, and the sum of that.
    private static readonly int[] Forms = [0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 6, 7, 7, 8], ColumnForms = [1, 2, 3, 6, 6];

    private readonly RandomIncidents _incidents = new(output);

    private MySqlServer Server => fixture.Server;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void What_says_that_it_is_complete_is_the_state_without_the_damage() => _incidents.Run(Incidents, Try);

    private void Try(int seed)
    {
        MySqlServer server = Server;
        var random = new Random(seed);
        bool logsNames = SetLogging(server, random);
        using var history = new RandomHistory(server, seed);
        history.Run();
        RandomChoice choice = RandomChoice.Make(history, random);
        string? schema = WriteSchema(server, history, random, logsNames, out bool isChanged);
        int[] forms = choice.Columns.Length == 0 ? Forms : ColumnForms;
        int form = forms[random.Next(forms.Length)];
        string path = Path.Combine(server.FolderPath, $"property-{seed}");
        string what = $"seed {seed} on {server.Version}, {choice.Description}, form {form}, "
            + $"schema {(schema == null ? "none" : isChanged ? "changed" : "right")}";
        // Rows that others changed later are left out of a third of the undos.
        bool leavesOut = new Random(~seed).Next(3) == 0;
        string[]? reasons, later;
        long leftOut;
        string present;
        try
        {
            present = form == 6 ? history.State() : string.Empty;
            leftOut = 0;
            if (form == 6)
                (reasons, later, leftOut) = RandomRestore.Run(server, history.Log, choice, schema, random);
            else if (form > 6)
                (reasons, later) = RandomRedo.Write(history.Log, choice, schema, fold: form == 8, path);
            else
                (reasons, later, leftOut) = Write(history.Log, choice, schema, form, leavesOut, path);
        }
        catch (RecoveryException e)
        {
            _incidents.Count($"refused {e.ErrorId}");
            if (e.ErrorId is "RowEventMalformed" or "EventMalformed")
                _incidents.Failures.Add($"{what}: {e}");
            return;
        }

        // Only a schema tells of triggers, which fire when SQL runs; its page says so.
        if (history.HasTriggers && schema == null && form is >= 1 and <= 3 or > 6)
        {
            _incidents.Count("triggers unknown");
            return;
        }

        bool isWhole = choice.TakesAll(history);
        // Only a schema tells of foreign keys, too.
        if (history.HasKin && schema == null && !isWhole && form != 6)
        {
            _incidents.Count("kin unknown");
            return;
        }

        // On the server, rows come back that a TRUNCATE has since emptied their table of, and what triggers wrote for others stays.
        bool isEmptied = history.Transactions.Any(t => t.Definition?.StartsWith("TRUNCATE", StringComparison.Ordinal) == true);
        if (form == 6 && !isWhole && (isEmptied || history.HasTriggers))
        {
            _incidents.Count("restored otherwise");
            return;
        }

        // Of rows that are left, it matters which of them others meant by a number that another row had before.
        if (form == 6 && leftOut > 0
            && history.Transactions.Any(t => t.Statements.Any(s => s.IsMove && choice.ChosenIds(t, s).Count < s.Ids.Length)))
        {
            _incidents.Count("restored in part");
            return;
        }

        // Done again, a change sets what it changed: what others had set before, or rows that foreign keys changed for others, is not told.
        if (form > 6 && !isWhole && reasons.Length == 0
            && (history.Replay.IsSharedBefore(choice) || (history.HasKin && history.LogsCascades)))
        {
            _incidents.Count("done again otherwise");
            return;
        }

        // Rows come down a pipeline without the statements between them.
        bool isUnseen = later == null && (!isWhole || history.Transactions.Any(t => t.Definition != null));
        if (reasons.Length > 0 || isUnseen || later?.Length > 0)
        {
            _incidents.Count(reasons.Length > 0 ? "incomplete" : later == null ? "not looked" : "later");
            return;
        }

        if (leftOut > 0 && form != 6)
            present = history.State();
        if (form > 6)
            history.Replay.StartAgain(choice);
        try
        {
            if (form is 0 or 4 or 5)
                server.ApplyBinlog(path);
            else if (form != 6)
                server.RunFile(path);
        }
        catch (InvalidOperationException e)
        {
            // What others did, a schema that says something else, or none that says what is generated, stands in the way aloud.
            bool isLoud = isChanged || (!isWhole && LoudErrors().IsMatch(e.Message))
                || (schema == null && GeneratedColumn().IsMatch(e.Message));
            _incidents.Count(isLoud ? "loud" : "failed");
            if (!isLoud)
                _incidents.Failures.Add($"{what}: {e.Message[..Math.Min(e.Message.Length, 800)]}");
            return;
        }

        string expected, actual = history.State();
        try
        {
            expected = form > 6 ? history.Replay.Of(choice) : history.Replay.Without(choice);
        }
        catch (RecoveryException e) when (leftOut > 0
            || ((isChanged || (schema == null && !logsNames) || form == 6)
                && e.Message.Contains("(server error 1062,", StringComparison.Ordinal)))
        {
            // What others did to rows that are left out, to those of a key that nothing tells of, or with a key that was free meanwhile,
            // could not be done without what is undone.
            _incidents.Count("no such state");
            return;
        }

        bool isRight = leftOut > 0 ? IsBetween(present, expected, actual) : expected == actual;
        _incidents.Count(!isRight ? "WRONG" : leftOut > 0 ? "right but for rows left out" : "right");
        if (!isRight)
            _incidents.Failures.Add(
                $"{what}, {leftOut} rows left out:\n{Describe(expected, actual)}\nbefore:\n{Shown(present.Split('\n'))}");
    }

    // Each row is as it is without the damage, or as it was left.
    private static bool IsBetween(string present, string expected, string actual)
    {
        string[] left = present.Split('\n'), wanted = expected.Split('\n'), found = actual.Split('\n');
        return !found.Except(wanted).Except(left).Any() && !wanted.Intersect(left).Except(found).Any();
    }

    private static (string[] Reasons, string[]? Later, long LeftOut) Write(
        string log, RandomChoice choice, string? schemaPath, int form, bool leavesOut, string path)
    {
        EventFilter filter = choice.Filter(withStatements: true);
        if (form is 4 or 5)
            return WritePiped(log, choice, schemaPath, rows: form == 5, leavesOut, path);
        bool movesBytes = form == 0;
        using EventScan scan = choice.Open(log, filter, schemaPath, readWhole: false);
        var selection = new EventSelection(filter, choice.Start != null || choice.End != null);
        using ChangeIndex index = ChangeIndexBuilder.Build(
            scan, reverse: true, movesBytes: movesBytes,
            findLaterChanges: found =>
                LaterFindings.Find(
                    found, selection, choice.Columns, movesBytes, all => choice.Open(log, all, schemaPath, readWhole: true), leavesOut,
                    sumsUp: form == 3));
        if (index.Transactions.Count == 0)
            throw index.NothingFound();
        if (form == 0)
        {
            UndoBinlog undo = UndoBinlogWriter.Write(index, filter.Where, path, overwrite: true, gtidSource: null, Stop);
            return (Others(undo.Reason), undo.LaterChange, undo.ExcludedRowCount);
        }

        SqlExport sql = RowSqlExport.WriteFile(
            index, filter.Where,
            new SqlForm { Reverse = true, BatchSize = form == 2 ? 3 : 1, Fold = form == 3, Columns = choice.Columns }, path,
            overwrite: true, Stop);
        return (Others(sql.Reason), sql.LaterChange, sql.ExcludedRowCount);
    }

    // What is said of the rows that are left out is no reason to look no further.
    private static string[] Others(IEnumerable<string> reasons) =>
        [.. reasons.Where(r => !r.Contains(LeftOutRows.Cause, StringComparison.Ordinal))];

    private static (string[] Reasons, string[]? Later, long LeftOut) WritePiped(
        string log, RandomChoice choice, string? schemaPath, bool rows, bool leavesOut, string path)
    {
        // As Get-BinlogEvent and Get-RowChange hand them on; statements come with the events where no row is asked for, else they are
        // named, as they are beside rows.
        bool namesStatements = rows || choice.Filter(withStatements: false).NeedsRows;
        EventFilter chosen = choice.Filter(namesStatements);
        using EventScan scan = choice.Open(log, chosen, schemaPath, readWhole: false);
        using var spool = new ChangeSpool(new PipelineTableMaps(schemaPath == null ? null : LogSchema.Load(schemaPath)), EventFilter.All,
            reverse: true);
        // Some with the log beside them, as -LogPath gives it. Events have all their rows, whatever was asked of some of them.
        PipedSelection? selection = scan.Schema == null || (!rows && chosen.Where != null) ? null : new PipedSelection();
        spool.Events.Selection = selection;
        var unseen = new UnseenChanges(chosen.Tables);
        while (scan.Read())
        {
            var view = new EventView(scan);
            if (namesStatements && view.Type.IsStatement())
                unseen.Add(view);
            else if (!rows)
                spool.Events.Add(scan.ToBinlogEvent());
            else if (view.HasRows)
                scan.ToRowChanges().ForEach(spool.Events.Add);
        }

        using ChangeIndex index = spool.Complete(selection == null ? null : found => LaterFindings.Find(
            found, selection, [], movesBytes: true, all => choice.Open(log, all, schemaPath, readWhole: true), leavesOut));
        if (index.Transactions.Count == 0)
            throw index.NothingFound();
        UndoBinlog undo = UndoBinlogWriter.Write(index, where: null, path, overwrite: true, gtidSource: null, Stop);
        // Get-BinlogEvent and Get-RowChange say the rest.
        return (Others([.. undo.Reason, .. chosen.Doubts.Lines, .. unseen.Complete()]), undo.LaterChange, undo.ExcludedRowCount);
    }

    // Whether the log names columns and members.
    private static bool SetLogging(MySqlServer server, Random random)
    {
        string image = random.Next(10) == 0 ? random.Next(2) == 0 ? "MINIMAL" : "NOBLOB" : "FULL";
        bool isFull = server.Flavour.HasRowMetadata && random.Next(3) > 0;
        string metadata = !server.Flavour.HasRowMetadata ? "" : $"; SET GLOBAL binlog_row_metadata = {(isFull ? "FULL" : "MINIMAL")}";
        server.Sql($"SET GLOBAL binlog_row_image = {image}{metadata}");
        return isFull;
    }

    // Of foreign keys only a schema tells.
    private static string? WriteSchema(
        MySqlServer server, RandomHistory history, Random random, bool logsNames, out bool isChanged)
    {
        bool isNeeded = !server.Flavour.HasRowMetadata || history.HasKin;
        bool isGiven = random.Next(3) == 0 || isNeeded;
        isChanged = random.Next(5) == 0 && isGiven && !history.HasKin;
        if (!isGiven)
            return null;
        string path = Path.Combine(server.FolderPath, "property.sql"), text = history.Schema;
        string changed = isChanged ? ChangeFact(text, random, logsNames, server.Flavour.HasRowMetadata) : text;
        isChanged &= changed != text;
        File.WriteAllText(path, changed);
        return path;
    }

    // What no log says, no schema can contradict: names, members of ENUM, and before MySQL 8.0 signs and character sets.
    private static string ChangeFact(string schema, Random random, bool logsNames, bool logsTypes)
    {
        string[] lines = schema.Split('\n');
        int[] columns = [.. Enumerable.Range(0, lines.Length).Where(i => lines[i].StartsWith("  `", StringComparison.Ordinal))];
        int at = columns[random.Next(columns.Length)];
        switch (random.Next(7))
        {
            case 0 when columns.Contains(at + 1) && (logsNames || TypeOf(lines[at]) != TypeOf(lines[at + 1])):
                (lines[at], lines[at + 1]) = (lines[at + 1], lines[at]);
                break;
            case 1:
                lines[at] = lines[at].Replace(" NOT NULL", "", StringComparison.Ordinal);
                break;
            case 2 when logsTypes:
                lines[at] = IntType().Replace(lines[at], "$0 unsigned");
                break;
            case 3:
                lines[at] = lines[at].Replace("(6)", "(3)", StringComparison.Ordinal).Replace("(300)", "(301)", StringComparison.Ordinal);
                break;
            case 4 when logsNames:
                lines[at] = lines[at].Replace("'a','b'", "'b','a'", StringComparison.Ordinal);
                break;
            case 5:
                return PrimaryKey().Replace(schema, "", 1);
            default:
                if (logsTypes)
                    lines[at] = lines[at].Replace("latin1", "latin2", StringComparison.Ordinal);
                break;
        }

        return string.Join('\n', lines);
    }

    private static string TypeOf(string column) => column.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];

    private static string Describe(string expected, string actual)
    {
        string[] wanted = expected.Split('\n'), found = actual.Split('\n');
        return $"missing:\n{Shown(wanted.Except(found))}\nunexpected:\n{Shown(found.Except(wanted))}";
    }

    private static string Shown(IEnumerable<string> lines) => string.Join('\n', lines.Take(8).Select(l => l.Length < 400 ? l : l[..400]));

    [GeneratedRegex(@"ERROR (1062|1451|1452|1761|1054|1146|1136) ")]
    private static partial Regex LoudErrors();

    [GeneratedRegex(@"ERROR (1906|3105) ")]
    private static partial Regex GeneratedColumn();

    [GeneratedRegex(@"\b(tinyint|smallint|mediumint|int|bigint)(\(\d+\))?(?! unsigned)")]
    private static partial Regex IntType();

    [GeneratedRegex(@",\s*PRIMARY KEY \([^)]*\)")]
    private static partial Regex PrimaryKey();
}

public sealed class MySqlUndoPropertyTests(MySqlFixture fixture, ITestOutputHelper output) : UndoPropertyTests(fixture, output),
    IClassFixture<MySqlFixture>;

public sealed class MySql57UndoPropertyTests(MySql57Fixture fixture, ITestOutputHelper output) : UndoPropertyTests(fixture, output),
    IClassFixture<MySql57Fixture>;

public sealed class MySql56UndoPropertyTests(MySql56Fixture fixture, ITestOutputHelper output) : UndoPropertyTests(fixture, output),
    IClassFixture<MySql56Fixture>;

public sealed class MariaDbUndoPropertyTests(MariaDbFixture fixture, ITestOutputHelper output) : UndoPropertyTests(fixture, output),
    IClassFixture<MariaDbFixture>;

public sealed class MariaDb118UndoPropertyTests(MariaDb118Fixture fixture, ITestOutputHelper output) : UndoPropertyTests(fixture, output),
    IClassFixture<MariaDb118Fixture>;
