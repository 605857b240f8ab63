using System.Text.RegularExpressions;
using MySqlRecovery.InnoDb.Pages;

namespace MySqlRecovery.InnoDb.Repair;

/// <summary>Collects from a server's error log which tablespace id its dictionary expects of which table.</summary>
internal sealed class SpaceIdLog
{
    private const int LinesTogether = 3; // 5.1 to 5.6 break one message over up to three lines
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;

    // file or table: for which; new: what the dictionary expects; old: what the file has
    private static readonly Regex[] Messages =
    [
        // 5.1, 5.5; 5.6 to 8.0 in one line
        new(@"tablespace id(?: and flags)? in file '(?<file>[^']+)' (?:is|are) (?<old>\d+)(?: and \w+)?, but in the InnoDB data dictionary "
            + @"(?:it is|they are) (?<new>\d+)", Options),
        new(@"In file '(?<file>[^']+)', tablespace id and flags are (?<old>\d+) and \w+, but in the InnoDB data "
            + @"dictionary they are (?<new>\d+)", Options),
        // 5.1 to 9.7, MY-012095
        new(@"tablespace id is (?<new>\d+) in the data dictionary,? but in file (?<file>.+?) it is (?<old>\d+)!", Options),
        new(@"table (?<table>\S+) in (?:the )?InnoDB data dictionary has tablespace id (?<new>\d+),", Options),
        // MY-012351
        new(@"Tablespace (?<new>\d+), name '(?<table>[^']+)', file '(?<file>[^']+)' is missing", Options),
        // MariaDB
        new(@"Expected tablespace id (?<new>\d+) but found (?<old>\d+) in the file '?(?<file>.+?\.ibd)", Options),
        new(@"The data file '(?<file>[^']+)' has the wrong space ID\. It should be (?<new>\d+), but (?<old>\d+) was found", Options),
        new(@"Space id and page no stored in the page,? read in from (?<file>\S+) are \[page id: space=(?<old>\d+), page number=\d+\], "
            + @"should be \[page id: space=(?<new>\d+),", Options),
        // MY-011904 and 5.6: no file
        new(@"Space id and page n(?:umber|:o) stored in the page read in are (?:\[page id: space=)?(?<old>\d+)(?:, page number=|:)\d+\]?, "
            + @"should be (?:\[page id: (?:name=\S+, )?space=)?(?<new>\d+)", Options),
    ];

    private static readonly Regex Continuation = new(@"\\?\s*$", Options);

    private static readonly Regex Prefix = new(
        @"^(?:[\d:TZ .+-]+(?:[0-9a-f]+ +)?)?(?:InnoDB: )(?:Error: )?|^(?:\[\w+\] )", Options);

    private readonly Dictionary<string, Entry> _byTable = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<uint, HashSet<uint>> _byOldId = [];
    private readonly Queue<string> _window = [];

    /// <summary>Tables for which an id was found.</summary>
    public int Count => _byTable.Count;

    /// <summary>Reads the next line of the log.</summary>
    public void Add(string line)
    {
        _window.Enqueue(Continuation.Replace(line.Replace(@"\\", @"\"), ""));
        if (_window.Count > LinesTogether)
            _window.Dequeue();
        string[] lines = [.. _window];
        if (!lines.Any(l => l.Contains("space", StringComparison.OrdinalIgnoreCase)))
            return;
        for (int first = lines.Length - 1; first >= 0; first--)
        {
            string text = lines[first] + string.Concat(lines.Skip(first + 1).Select(l => " " + Prefix.Replace(l, "").TrimStart()));
            Match? match = Messages.Select(m => m.Match(text)).FirstOrDefault(m => m.Success);
            if (match == null)
                continue;
            Note(match);
            _window.Clear();
            return;
        }
    }

    /// <summary>The id expected of a file with the given old id; null if the log does not say, or says several things.</summary>
    public uint? Find(string path, uint oldId)
    {
        string file = Path.GetFileNameWithoutExtension(path);
        string? folder = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path)));
        if (_byTable.TryGetValue(Key(folder, file), out Entry entry))
            return entry.NewId;
        Entry[] sameName = _byTable.Where(
            p => p.Key.EndsWith("/" + TableFileName.Decode(file), StringComparison.OrdinalIgnoreCase)).Select(p => p.Value).ToArray();
        if (sameName.Length == 1)
            return sameName[0].NewId;
        Entry[] sameId = sameName.Where(e => e.OldId == oldId).ToArray();
        if (sameId.Length == 1)
            return sameId[0].NewId;
        return sameName.Length == 0 && _byOldId.TryGetValue(oldId, out HashSet<uint>? ids) && ids.Count == 1 ? ids.Single() : null;
    }

    private void Note(Match match)
    {
        if (!uint.TryParse(match.Groups["new"].Value, out uint newId))
            return;
        uint? oldId = uint.TryParse(match.Groups["old"].Value, out uint old) ? old : null;
        string table = match.Groups["file"].Success ? FileKey(match.Groups["file"].Value) : TableKey(match.Groups["table"].Value);
        if (table.Length > 0)
        {
            _byTable[table] = new Entry(newId, oldId);
        }
        else if (oldId is { } id)
        {
            if (!_byOldId.TryGetValue(id, out HashSet<uint>? ids))
                _byOldId[id] = ids = [];
            ids.Add(newId);
        }
    }

    private static string FileKey(string file)
    {
        string[] parts = file.Split('/', '\\');
        string name = parts[^1].EndsWith(".ibd", StringComparison.OrdinalIgnoreCase) ? parts[^1][..^4] : parts[^1];
        return name.Length == 0 ? "" : Key(parts.Length > 1 ? parts[^2] : null, name);
    }

    private static string TableKey(string table)
    {
        if (table.Length == 0)
            return "";
        string[] parts = table.Trim('\'', '"', '`', ',').Replace("`.`", "/").Replace("\".\"", "/").Split('/');
        return Key(parts.Length > 1 ? parts[0] : null, parts[^1]);
    }

    private static string Key(string? database, string table) =>
        $"{TableFileName.Decode(database ?? "")}/{TableFileName.Decode(table)}";

    private readonly record struct Entry(uint NewId, uint? OldId);
}
