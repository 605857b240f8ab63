using System.Globalization;
using System.Management.Automation;
using System.Reflection;

namespace MySqlRecovery.Input;

/// <summary>
/// Makes an output object anew from the property bag that remoting, jobs, Import-Clixml or Select-Object made of it.
/// PowerShell's own conversion refuses a bag that has a property more, such as PSComputerName after Select-Object.
/// </summary>
internal static class PropertyBag
{
    /// <summary>The object, live or made anew from a bag that has these properties; null for another.</summary>
    public static T? As<T>(PSObject input, params ReadOnlySpan<string> properties)
        where T : class, new()
    {
        if (input.BaseObject is T live)
            return live;
        if (input.BaseObject is not PSCustomObject)
            return null;
        foreach (string property in properties)
        {
            if (input.Properties[property] == null)
                return null;
        }

        return ConvertTo<T>(input);
    }

    /// <summary>The object; properties that the bag lacks keep their defaults. A value of another type is a
    /// PSInvalidCastException.</summary>
    public static T ConvertTo<T>(PSObject bag)
        where T : new()
    {
        var made = new T();
        foreach (PropertyInfo property in typeof(T).GetProperties())
        {
            if (bag.Properties[property.Name]?.Value is { } value)
                property.SetValue(made, LanguagePrimitives.ConvertTo(value, property.PropertyType, CultureInfo.InvariantCulture));
        }

        return made;
    }
}
