using System.Globalization;
using System.Net;
using System.Text;

namespace MySqlRecovery.Output.Report;

/// <summary>HTML as text: what comes from logs and servers is escaped, and its control characters can be seen.</summary>
internal sealed class Html
{
    private readonly StringBuilder _text = new();

    public Html Raw(string html)
    {
        _text.Append(html);
        return this;
    }

    public Html Line(string html) => Raw(html).Raw("\n");

    /// <summary>An element around text.</summary>
    public Html Element(string tag, string? text, string? attributes = null) =>
        Line($"<{tag}{(attributes == null ? string.Empty : $" {attributes}")}>{Escape(text)}</{tag}>");

    /// <summary>A table; numbers stand to the right. Nothing where there are no rows.</summary>
    public Html Table(string[] heads, IEnumerable<object?[]> rows)
    {
        bool isBegun = false;
        foreach (object?[] row in rows)
        {
            if (!isBegun)
                Raw("<div class=\"wide\"><table><thead><tr>").Raw(string.Concat(heads.Select(h => $"<th>{Escape(h)}</th>")))
                    .Line("</tr></thead><tbody>");
            isBegun = true;
            Raw("<tr>").Raw(string.Concat(row.Select(Cell))).Line("</tr>");
        }

        return isBegun ? Line("</tbody></table></div>") : this;
    }

    /// <summary>A list of lines; nothing where there are none.</summary>
    public Html List(IEnumerable<string> lines)
    {
        string items = string.Concat(lines.Select(l => $"<li>{Escape(l)}</li>"));
        return items.Length == 0 ? this : Line($"<ul>{items}</ul>");
    }

    public override string ToString() => _text.ToString();

    public static string Escape(string? text) => text == null ? string.Empty : WebUtility.HtmlEncode(string.Concat(
        text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? $"\\x{(int)c:X2}" : c.ToString())));

    /// <summary>A moment, as UTC.</summary>
    public static string Time(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Cell(object? value) => value switch
    {
        null => "<td></td>",
        int or long or uint or double => string.Create(CultureInfo.InvariantCulture, $"<td class=\"n\">{value:#,##0}</td>"),
        DateTime time => $"<td class=\"t\">{Time(time)}</td>",
        string[] lines => $"<td{(Array.TrueForAll(lines, l => l.Length < 40) ? " class=\"t\"" : string.Empty)}>"
            + $"{string.Join("<br>", lines.Select(Escape))}</td>",
        _ => $"<td>{Escape(Convert.ToString(value, CultureInfo.InvariantCulture))}</td>",
    };
}
