using System.Collections.Specialized;
using System.Globalization;

namespace MySqlRecovery.Model;

/// <summary>Rows and values as text that is the same in every culture.</summary>
internal static class RowText
{
    /// <summary>All columns with their values, <c>id=7, name=ann</c>; null for no row.</summary>
    public static string? Of(OrderedDictionary? row) =>
        row == null ? null : string.Join(", ", row.Keys.Cast<string>().Select(name => $"{name}={OfValue(row[name])}"));

    /// <summary>A value: <c>NULL</c>, <c>0x1F</c>, <c>2026-11-29 20:30:00.5</c>.</summary>
    public static string OfValue(object? value) => value switch
    {
        null => "NULL",
        byte[] bytes => $"0x{Convert.ToHexString(bytes)}",
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? string.Empty,
    };

    /// <summary>What an update did, <c>price: 12.30 -> 12.00</c>; the row, for others.</summary>
    public static string OfChange(RowChange change) => change.Operation == RowOperation.Update
        ? string.Join(", ", change.ChangedColumn.Select(c => $"{c}: {OfValue(change.Before?[c])} -> {OfValue(change.After?[c])}"))
        : Of(change.Before ?? change.After) ?? string.Empty;
}
