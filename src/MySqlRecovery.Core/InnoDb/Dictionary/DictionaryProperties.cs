namespace MySqlRecovery.InnoDb.Dictionary;

/// <summary>The dictionary's way to write properties: <c>key=value;key=value;</c>, a backslash before special characters.</summary>
internal static class DictionaryProperties
{
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        var properties = new Dictionary<string, string>();
        var word = new System.Text.StringBuilder();
        string? key = null;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\' && i + 1 < text.Length)
            {
                word.Append(text[++i]);
            }
            else if (c == '=' && key == null)
            {
                key = word.ToString();
                word.Clear();
            }
            else if (c == ';')
            {
                if (key != null)
                    properties[key] = word.ToString();
                key = null;
                word.Clear();
            }
            else
            {
                word.Append(c);
            }
        }

        return properties;
    }
}
