using System.Globalization;
using System.Management.Automation;

namespace MySqlRecovery.Input;

/// <summary>Lets a length of time be written as people say it: <c>30s</c>, <c>1m</c>, <c>2h</c>, <c>1d</c>.</summary>
internal sealed class IntervalTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? input = (inputData as PSObject)?.BaseObject ?? inputData;
        switch (input)
        {
            // To PowerShell 30s is a short, and 1d a decimal.
            case short seconds:
                return TimeSpan.FromSeconds(seconds);
            case decimal days:
                return TimeSpan.FromDays((double)days);
            case int or long or double:
                throw new ArgumentTransformationMetadataException("A length of time has a unit: 30s, 1m, 2h, 1d, or 00:01:30.");
            case string { Length: > 1 } text when UnitOf(text[^1]) is { } unit
                && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count):
                return unit * count;
            default:
                return inputData;
        }
    }

    private static TimeSpan? UnitOf(char letter) => char.ToLowerInvariant(letter) switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => null,
    };
}
