using System.Globalization;
using MySqlRecovery.Model;

namespace MySqlRecovery.Output.Report;

/// <summary>When which tables were changed, as an SVG picture with a lane for each table; incidents are marked.</summary>
internal sealed class ReportTimeline
{
    private const int Width = 1000, Left = 230, LaneHeight = 26, Top = 34, LanesAtMost = 24, Bins = 120;

    private readonly Dictionary<(string Table, DateTime Second, RowOperation Operation), long> _changes = [];
    private readonly List<(string Text, DateTime From, DateTime To)> _marks = [];

    public bool IsEmpty => _changes.Count == 0;

    /// <summary>Takes rows in.</summary>
    public void Add(string table, DateTime time, RowOperation operation, long count)
    {
        if (count > 0)
            _changes[(table, time, operation)] = _changes.GetValueOrDefault((table, time, operation)) + count;
    }

    /// <summary>Takes an incident in, to be marked.</summary>
    public void Mark(string text, DateTime from, DateTime to) => _marks.Add((text, from, to));

    /// <summary>The picture, which says in words what it shows, too.</summary>
    public string Draw()
    {
        DateTime first = _changes.Keys.Min(c => c.Second), last = _changes.Keys.Max(c => c.Second);
        long ticks = Math.Max((last - first).Ticks, TimeSpan.TicksPerSecond);
        string[] tables = [.. _changes.GroupBy(c => c.Key.Table).OrderByDescending(g => g.Sum(c => c.Value)).Select(g => g.Key)
            .Take(LanesAtMost).Order(StringComparer.Ordinal)];
        int height = Top + tables.Length * LaneHeight + 24;
        var svg = new Html().Line($"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"Row changes by table from "
            + $"{Html.Time(first)} to {Html.Time(last)}\">");
        double X(DateTime time) => Left + (Width - Left - 10) * Math.Clamp((double)(time - first).Ticks / ticks, 0, 1);
        foreach ((string text, DateTime from, DateTime to) in _marks)
        {
            string at = Number(X(from) - 3), wide = Number(Math.Max(8, X(to) - X(from) + 6));
            svg.Line($"<rect x=\"{at}\" y=\"{Top - 16}\" width=\"{wide}\" height=\"{height - Top - 4}\" "
                + $"style=\"fill:var(--mark);stroke:var(--delete)\"><title>{Html.Escape(text)}</title></rect>");
        }

        double greatest = Math.Log2(1 + BinSizes(first, ticks).Values.DefaultIfEmpty(1).Max());
        for (int lane = 0; lane < tables.Length; lane++)
        {
            int bottom = Top + (lane + 1) * LaneHeight;
            svg.Line($"<text x=\"0\" y=\"{bottom - 7}\">{Html.Escape(Shorten(tables[lane]))}</text>")
                .Line($"<line x1=\"{Left}\" x2=\"{Width}\" y1=\"{bottom}\" y2=\"{bottom}\" style=\"stroke:var(--line)\"/>");
        }

        foreach (((string table, int bin, RowOperation operation), long count) in BinSizes(first, ticks).OrderBy(b => b.Key.Bin))
        {
            int lane = Array.IndexOf(tables, table);
            if (lane < 0)
                continue;
            double tall = (LaneHeight - 4) * Math.Log2(1 + count) / greatest, x = Left + (Width - Left - 10.0) * bin / Bins;
            svg.Line($"<rect x=\"{Number(x + 2 * ((int)operation - 1))}\" y=\"{Number(Top + (lane + 1) * LaneHeight - tall)}\" width=\"2\" "
                + $"height=\"{Number(tall)}\" style=\"fill:var(--{operation.ToString().ToLowerInvariant()})\"><title>{Html.Escape(table)}: "
                + $"{operation} {count}</title></rect>");
        }

        svg.Line($"<text class=\"dim\" x=\"{Left}\" y=\"{height - 4}\">{Html.Time(first)}</text>");
        svg.Line($"<text class=\"dim\" x=\"{Width}\" y=\"{height - 4}\" text-anchor=\"end\">{Html.Time(last)}</text>");
        return svg.Line("</svg>").ToString();
    }

    private Dictionary<(string Table, int Bin, RowOperation Operation), long> BinSizes(DateTime first, long ticks)
    {
        var bins = new Dictionary<(string, int, RowOperation), long>();
        foreach (((string table, DateTime time, RowOperation operation), long count) in _changes)
        {
            var key = (table, (int)Math.Min(Bins - 1, Bins * (double)(time - first).Ticks / ticks), operation);
            bins[key] = bins.GetValueOrDefault(key) + count;
        }

        return bins;
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Shorten(string name) => name.Length <= 34 ? name : $"{name[..33]}…";
}
