using System.Globalization;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency;

/// <summary>
/// A check that gives no more than so many findings of a table's rows, and of the transactions of each kind; how many more there
/// are says a finding at its end.
/// </summary>
internal sealed class CappedCheck(IConsistencyCheck inner, int maximum) : IConsistencyCheck
{
    public IEnumerable<ConsistencyFinding> Run(Action<RecoveryException> onError, CancellationToken token)
    {
        var counts = new Dictionary<(string?, string?, bool IsRow, FindingType), Tally>();
        foreach (ConsistencyFinding finding in inner.Run(onError, token))
        {
            bool isRow = finding.Type is FindingType.RowMissing or FindingType.RowExtra or FindingType.RowDifferent;
            bool isTransaction = finding.Type is FindingType.TransactionMissing or FindingType.TransactionSkipped
                or FindingType.TransactionInjected or FindingType.TransactionErrant or FindingType.TransactionFiltered;
            if (!isRow && !isTransaction)
            {
                yield return finding;
                continue;
            }

            (string?, string?, bool, FindingType) group = isRow
                ? (finding.Database, finding.Table, true, FindingType.RowDifferent) : (null, null, false, finding.Type);
            if (!counts.TryGetValue(group, out Tally? tally))
                counts.Add(group, tally = new Tally());
            if (tally.Count++ < maximum)
                yield return finding;
            else
                tally.AddLeftOut(finding, isRow);
        }

        foreach (Tally tally in counts.Values.Where(t => t.Count > maximum))
            yield return tally.Rest(maximum);
    }

    private sealed class Tally
    {
        private readonly SortedDictionary<FindingType, long> _leftOut = [];
        private ConsistencyFinding? _first;
        private bool _isRow;
        private FindingSeverity _severity;
        private FindingConfidence _confidence = FindingConfidence.Proven;

        public long Count { get; set; }

        public void AddLeftOut(ConsistencyFinding finding, bool isRow)
        {
            _first ??= finding;
            _isRow = isRow;
            _leftOut[finding.Type] = _leftOut.GetValueOrDefault(finding.Type) + 1;
            _severity = (FindingSeverity)Math.Max((int)_severity, (int)finding.Severity);
            _confidence = (FindingConfidence)Math.Min((int)_confidence, (int)finding.Confidence);
        }

        public ConsistencyFinding Rest(int maximum) => new()
        {
            Type = _first!.Type,
            Severity = _severity,
            Confidence = _confidence,
            Server = _first.Server,
            Database = _isRow ? _first.Database : null,
            Table = _isRow ? _first.Table : null,
            Evidence =
            [
                string.Create(
                    CultureInfo.InvariantCulture, $"{_leftOut.Values.Sum()} more findings like the {maximum} before are not shown: "
                        + $"{string.Join(", ", _leftOut.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Value} {t.Key}")))}"),
            ],
            Recommendation = "Where so much differs, make the replica anew; -MaxFinding shows more.",
        };
    }
}
