using System.Globalization;
using System.Management.Automation;

namespace MySqlRecovery.Input;

/// <summary>Makes of what a user writes time spans and whole numbers: <c>00:00:30</c> is a time, 30 a number.</summary>
internal sealed class ThrottleTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        LanguagePrimitives.GetEnumerable(inputData) is { } several
            ? several.Cast<object>().Select(Transform).ToArray() : new[] { Transform(inputData) };

    private static object Transform(object item)
    {
        item = item is PSObject { BaseObject: var inner } ? inner : item;
        if (item is TimeSpan { Ticks: >= 0 })
            return item;
        string text = LanguagePrimitives.ConvertTo<string>(item);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0)
            return number;
        if (text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan span)
            && span >= TimeSpan.Zero)
            return span;
        throw new ArgumentTransformationMetadataException(
            $"'{text}' is neither a time, such as 00:00:30 or (New-TimeSpan -Seconds 30), nor a number of sessions above 0");
    }
}
