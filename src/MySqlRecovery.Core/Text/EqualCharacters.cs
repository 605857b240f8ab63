using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MySqlRecovery.Text;

/// <summary>
/// What servers take for equal beyond case, accents and the compatibility forms of Unicode: <c>ß</c> and <c>ss</c>, digits of all scripts,
/// or in one language <c>å</c> and <c>aa</c>. Told by the servers themselves; a test asks them again.
/// </summary>
internal sealed partial class EqualCharacters
{
    private const string Resource = "MySqlRecovery.Text.EqualCharacters.txt";
    private static readonly Lazy<Dictionary<string, EqualCharacters>> All = new(Load);

    private readonly Dictionary<int, string> _own = [];
    private readonly Dictionary<char, string> _letters = [];
    private readonly Dictionary<int, string> _common;

    private EqualCharacters(Dictionary<int, string> common) => _common = common;

    /// <summary>Whether too little is known of the collation: any two texts may be equal.</summary>
    public bool IsUntold { get; private set; }

    /// <summary>Whether some characters of ASCII stand for others.</summary>
    public bool HasAscii { get; private set; }

    /// <summary>Those of a collation, by the key of its name; of one that is like all others, those of all.</summary>
    public static EqualCharacters Of(string key) => All.Value.GetValueOrDefault(key) ?? All.Value[string.Empty];

    /// <summary>The text for which a character stands; null where it stands for itself.</summary>
    public string? Find(Rune character) => _own.GetValueOrDefault(character.Value) ?? FindPart(character);

    /// <summary>The same of a character that is a part of another, to which no language gives a place of its own.</summary>
    public string? FindPart(Rune character) => _common.GetValueOrDefault(character.Value);

    /// <summary>A folded text, with one letter for all that are equal.</summary>
    public string Join(string folded) => _letters.Count > 0
        ? string.Concat(folded.Select(c => _letters.GetValueOrDefault(c) ?? c.ToString())) : folded;

    private static Dictionary<string, EqualCharacters> Load()
    {
        var common = new Dictionary<int, string>();
        var all = new Dictionary<string, EqualCharacters> { [string.Empty] = new(common) };
        using Stream stream = typeof(EqualCharacters).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            string[] parts = line.Split('\t');
            string text = parts.Length < 3 ? string.Empty : Unescape(parts[1]);
            foreach (string name in parts[0].TrimStart('=', '?').Split(' '))
            {
                if (!all.TryGetValue(name, out EqualCharacters? known) && name != "*")
                    all.Add(name, known = new EqualCharacters(common));
                if (parts.Length < 3)
                    known!.IsUntold = true;
                else if (parts[0][0] == '=')
                    known!._letters[parts[2][0]] = text;
                else
                    Add(known?._own ?? common, text, Unescape(parts[2]));
                if (known?._own.Keys.Any(c => c <= 0x7F) == true)
                    known.HasAscii = true;
            }
        }

        return all;
    }

    private static void Add(Dictionary<int, string> to, string text, string characters)
    {
        foreach (Rune character in characters.EnumerateRunes())
            to[character.Value] = text;
    }

    private static string Unescape(string text) => Escape().Replace(
        text, m => char.ConvertFromUtf32(int.Parse(m.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));

    [GeneratedRegex(@"\\u\{([0-9A-F]+)\}")]
    private static partial Regex Escape();
}
