using System.Text.Json;

namespace MySqlRecovery.InnoDb;

/// <summary>An index in the SDI.</summary>
internal sealed class SdiIndex
{
    public SdiIndex(JsonElement index)
    {
        Name = SdiTable.Text(index, "name");
        Type = index.GetProperty("type").GetInt32();
        PrivateData = DictionaryProperties.Parse(SdiTable.Text(index, "se_private_data"));
        Elements = SdiTable.Items(index, "elements").Select(e => new SdiIndexElement(
            e.GetProperty("column_opx").GetInt32(), e.GetProperty("length").GetUInt32(),
            e.GetProperty("hidden").GetBoolean(), e.GetProperty("order").GetInt32())).ToList();
    }

    public string Name { get; }

    /// <summary>1 primary, 2 unique, 3 multiple, 4 full-text, 5 spatial.</summary>
    public int Type { get; }

    public IReadOnlyDictionary<string, string> PrivateData { get; }

    /// <summary>The fields, hidden ones too; those of the clustered index are the whole record in stored order.</summary>
    public IReadOnlyList<SdiIndexElement> Elements { get; }
}
