using System.Text.Json;

namespace MySqlRecovery.InnoDb.Dictionary;

/// <summary>An index in the SDI.</summary>
internal sealed class SdiIndex
{
    public SdiIndex(JsonElement index)
    {
        Name = SdiTable.Text(index, "name");
        Type = (int)SdiTable.Number(index, "type");
        PrivateData = DictionaryProperties.Parse(SdiTable.Text(index, "se_private_data"));
        Elements = SdiTable.Items(index, "elements").Select(e => new SdiIndexElement(
            (int)SdiTable.Number(e, "column_opx"), (uint)SdiTable.Number(e, "length"), IsHidden(e), (int)SdiTable.Number(e, "order"))).ToList();
    }

    public string Name { get; }

    /// <summary>1 primary, 2 unique, 3 multiple, 4 full-text, 5 spatial.</summary>
    public int Type { get; }

    public IReadOnlyDictionary<string, string> PrivateData { get; }

    /// <summary>The fields, hidden ones too; those of the clustered index are the whole record in stored order.</summary>
    public IReadOnlyList<SdiIndexElement> Elements { get; }

    // 8.0.11 and 8.0.12 do not say it, but give hidden fields alone no length.
    private static bool IsHidden(JsonElement element) => SdiTable.Flag(element, "hidden") || SdiTable.Number(element, "length") == uint.MaxValue;
}
