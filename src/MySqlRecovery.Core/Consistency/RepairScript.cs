using System.Globalization;
using System.Text;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency;

/// <summary>
/// The repairs of rows as one script for the replica. All rows that must go go first and all that must come come last, so
/// that no unique key is in the way; foreign keys are not checked, because the source's rows satisfy them.
/// </summary>
internal sealed class RepairScript
{
    private static readonly string[] Words = ["DELETE ", "UPDATE ", "INSERT "];

    private readonly bool _takesLikely;
    private readonly List<(string Sql, bool IsLenient)>[] _statements = [[], [], []];
    private readonly SortedSet<string> _tables = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _servers = new(StringComparer.Ordinal);
    private readonly List<string> _reasons = [];

    private RepairScript(bool takesLikely) => _takesLikely = takesLikely;

    /// <summary>The rows that the script repairs.</summary>
    public int RowCount { get; private set; }

    /// <summary>What cannot be repaired, one line each.</summary>
    public IReadOnlyList<string> Reasons => _reasons;

    /// <param name="reverse">Must be false: what a row was before its repair is known to the finding alone.</param>
    /// <param name="takesLikely">Whether rows are repaired too that the replica may still get by itself.</param>
    /// <exception cref="RecoveryException">RepairReversed</exception>
    public static RepairScript Start(bool reverse, bool takesLikely = false) =>
        !reverse ? new RepairScript(takesLikely) : throw Reversed();

    /// <summary>The error of who wants a replica to differ again.</summary>
    public static RecoveryException Reversed() => new(
        "RepairReversed", RecoveryErrorKind.InvalidArgument, "a finding's repair has no undo",
        recommendedAction: "Leave -Reverse or -Forward out.");

    /// <summary>What to say where no finding was a row with a repair.</summary>
    public RecoveryException NothingFound() => NothingFound(_reasons);

    /// <summary>The same with the reasons.</summary>
    public static RecoveryException NothingFound(IEnumerable<string> reasons) => new(
        "NothingToRepair", RecoveryErrorKind.ObjectNotFound, reasons.FirstOrDefault() ?? "none of the findings is a row that differs",
        recommendedAction: "Test-ReplicationConsistency -Check Data gives such findings.");

    /// <summary>Takes the repair of a row; findings of other kinds are passed over.</summary>
    /// <exception cref="RecoveryException">RepairUnknown: a statement is not one of those that this module writes.</exception>
    public void Add(ConsistencyFinding finding)
    {
        if (finding.Type is not (FindingType.RowMissing or FindingType.RowExtra or FindingType.RowDifferent))
            return;
        if (finding.RepairStatement.Length == 0)
        {
            _reasons.Add($"{finding.Database}.{finding.Table} {finding.Key}: the row has no repair: {finding.Evidence.LastOrDefault()}");
            return;
        }

        if (finding.Confidence != FindingConfidence.Proven && !_takesLikely)
        {
            _reasons.Add(
                $"{finding.Database}.{finding.Table} {finding.Key}: the row is left out, because the replica may still get it by itself, "
                    + "and then replication "
                + "stops at the row that is there: let the replica come to where the source is and compare again, or give -IncludeLikely");
            return;
        }

        bool isLenient = false;
        foreach (string statement in finding.RepairStatement)
        {
            if (statement == SqlScriptWriter.LenientMode)
            {
                isLenient = true;
                continue;
            }

            int kind = Array.FindIndex(Words, w => statement.StartsWith(w, StringComparison.Ordinal));
            if (kind < 0 || !IsOneStatement(statement))
                throw new RecoveryException(
                    "RepairUnknown", RecoveryErrorKind.InvalidData, $"a finding's repair is not one that this module writes: {statement}",
                    recommendedAction: "Compare again; findings of older versions have other repairs.");
            _statements[kind].Add((statement, isLenient));
        }

        RowCount++;
        _tables.Add(new TableName(finding.Database, finding.Table!).Listed);
        _servers.Add(finding.Server);
    }

    /// <summary>Writes it to a file that appears when it is complete.</summary>
    public SqlExport WriteFile(string path, bool overwrite)
    {
        using var output = new SqlFileOutput(path, overwrite, []);
        Write(output);
        output.Complete();
        return new SqlExport
        {
            Path = path,
            TransactionCount = RowCount == 0 ? 0 : 1,
            RowCount = RowCount,
            StatementCount = _statements.Sum(s => s.Count),
            Table = [.. _tables],
            IsComplete = _reasons.Count == 0,
            Reason = [.. _reasons],
        };
    }

    public void Write(SqlOutput output)
    {
        output.Comment(
            string.Create(
                CultureInfo.InvariantCulture, $"Makes {RowCount} rows on {string.Join(", ", _servers)} what they are on the source."));
        output.Comment($"  {string.Join(", ", _tables)}");
        output.Comment("Run it on the replica, while these rows do not change, and compare again afterwards.");
        output.Comment("It is not logged (sql_log_bin = 0): a replica's own transactions would be errant ones after a failover. Run it on");
        output.Comment(
            "the replica's own replicas too, if they lack the rows. That takes SUPER or SYSTEM_VARIABLES_ADMIN (MariaDB: BINLOG ADMIN),");
        output.Comment("and super_read_only must be OFF. Triggers of these tables fire.");
        foreach (string reason in _reasons)
            output.Comment($"NOT COMPLETE: {reason}");
        Statement("SET sql_log_bin = 0;");
        foreach (string setting in SqlScriptWriter.Settings)
            Statement(setting);
        Statement("BEGIN;");
        bool wasLenient = false;
        foreach ((string sql, bool isLenient) in _statements.SelectMany(s => s))
        {
            if (isLenient != wasLenient)
                Statement(isLenient ? SqlScriptWriter.LenientMode : SqlScriptWriter.StrictMode);
            wasLenient = isLenient;
            Statement(sql);
        }

        Statement("COMMIT;");

        void Statement(string sql) => output.Statement(Encoding.UTF8.GetBytes(sql));
    }

    /// <summary>Whether the text is a statement with its semicolon, and nothing more.</summary>
    private static bool IsOneStatement(string sql)
    {
        try
        {
            var tokens = new SqlTokenizer(sql) { Delimiter = ";" };
            SqlToken token;
            while ((token = tokens.Next()).Kind is not (SqlTokenKind.Delimiter or SqlTokenKind.End))
            {
            }

            return token.Kind == SqlTokenKind.Delimiter && token.End == sql.Length;
        }
        catch (RecoveryException)
        {
            return false;
        }
    }
}
