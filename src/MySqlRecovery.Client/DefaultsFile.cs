using System.Text;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client;

/// <summary>
/// Reads the client sections of an option file (<c>my.cnf</c>): where a setting stands twice, the later one holds.
/// Format: MySQL Reference Manual, "Using Option Files". Options that do not concern the connection are passed over.
/// </summary>
internal static class DefaultsFile
{
    private const int MaxDepth = 10;

    private static readonly string[] Sections = ["client", "client-server", "client-mariadb", "mysql", "mysqlrecovery"];

    /// <summary>The options that the file and what it includes say; everything else is left null.</summary>
    /// <exception cref="RecoveryException">DefaultsFileInvalid with file and line; ConnectionOptionInvalid.</exception>
    public static ConnectionOptions Read(string path)
    {
        var options = new ConnectionOptions();
        Read(path, options, 0);
        return options;
    }

    private static void Read(string path, ConnectionOptions options, int depth)
    {
        if (depth > MaxDepth)
            throw Invalid(path, $"more than {MaxDepth} files include one another");
        bool relevant = false;
        int number = 0;
        foreach (string raw in Lines(path))
        {
            number++;
            string line = raw.Trim();
            if (line.Length == 0 || line[0] is '#' or ';')
                continue;
            if (line[0] == '!')
                Include(path, line, options, depth);
            else if (line[0] == '[')
                relevant = Sections.Contains(SectionName(path, line, number));
            else if (relevant)
                Set(path, line, number, options);
        }
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Invalid(path, "the option file cannot be read", e);
        }
    }

    private static void Include(string path, string line, ConnectionOptions options, int depth)
    {
        string[] words = line.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries);
        string target = words.Length == 2 ? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, words[1].Trim()) : "";
        if (words[0] == "!include" && words.Length == 2)
        {
            Read(target, options, depth + 1);
            return;
        }

        if (words[0] != "!includedir" || words.Length != 2)
            throw Invalid(path, "only !include and !includedir, each with a path, are known");
        if (!Directory.Exists(target))
            throw Invalid(path, $"the included directory '{target}' is not there");
        foreach (string file in Directory.GetFiles(target).Where(IsOptionFile).Order(StringComparer.Ordinal))
            Read(file, options, depth + 1);
    }

    private static bool IsOptionFile(string file) =>
        Path.GetExtension(file) == ".cnf" || (OperatingSystem.IsWindows() && Path.GetExtension(file) == ".ini");

    private static string SectionName(string path, string line, int number)
    {
        int close = line.IndexOf(']');
        return close > 0 ? line[1..close].Trim() : throw Invalid(path, $"line {number}: the section's name has no ']'");
    }

    private static void Set(string path, string line, int number, ConnectionOptions options)
    {
        int equals = line.IndexOf('=');
        string name = (equals < 0 ? WithoutComment(line) : line[..equals]).Trim();
        string? value = equals < 0 ? null : Value(line[(equals + 1)..].Trim());
        if (name.Length == 0)
            throw Invalid(path, $"line {number}: there is no option before '='");
        ConnectionOptionNames.TrySet(
            options, name.StartsWith("loose", StringComparison.Ordinal) ? name[5..].TrimStart('-', '_') : name, value);
    }

    /// <summary>Takes the quotes off and resolves <c>\b \t \n \r \\ \s</c>; a comment may follow outside of quotes.</summary>
    private static string Value(string text)
    {
        if (text.Length > 1 && text[0] is '"' or '\'' && text.IndexOf(text[0], 1) is var close and > 0)
            text = text[1..close];
        else
            text = WithoutComment(text);
        var value = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char? escaped = text[i] == '\\' && i + 1 < text.Length ? Unescape(text[i + 1]) : null;
            value.Append(escaped ?? text[i]);
            if (escaped != null)
                i++;
        }

        return value.ToString();
    }

    private static string WithoutComment(string text)
    {
        int comment = text.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? text : text[..comment].TrimEnd();
    }

    private static char? Unescape(char c) => c switch
    {
        'b' => '\b',
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        's' => ' ',
        '\\' => '\\',
        '"' => '"',
        '\'' => '\'',
        _ => null,
    };

    private static RecoveryException Invalid(string path, string message, Exception? inner = null) =>
        new("DefaultsFileInvalid", RecoveryErrorKind.InvalidArgument, message, path, inner: inner);
}
