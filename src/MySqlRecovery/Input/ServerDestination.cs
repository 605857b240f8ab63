using MySqlRecovery.Model;

namespace MySqlRecovery.Input;

/// <summary>Where the files of servers go, one each: to a folder, or to a path in whose last part <c>*</c> stands for the server.</summary>
internal static class ServerDestination
{
    /// <summary>Whether a path gives each server a file of its own.</summary>
    /// <param name="given">As the user wrote it.</param>
    /// <param name="path">The same, resolved.</param>
    public static bool IsForEach(string given, string path) =>
        given.EndsWith('/') || given.EndsWith(Path.DirectorySeparatorChar) || Directory.Exists(path)
            || Path.GetFileName(path).Contains('*');

    /// <summary>The files of servers, in their order.</summary>
    /// <param name="given">As the user wrote the path.</param>
    /// <param name="path">The same, resolved.</param>
    /// <param name="servers">Their names, <c>host:port</c> or a socket's path.</param>
    /// <param name="extension">What is appended to the server's name in a folder.</param>
    /// <exception cref="RecoveryException">ServerNotOne: several servers, and one file.</exception>
    public static string[] Of(string given, string path, IReadOnlyList<string> servers, string extension)
    {
        if (IsForEach(given, path))
        {
            string file = Path.GetFileName(path);
            bool isPattern = file.Contains('*') && !Directory.Exists(path);
            string folder = isPattern ? Path.GetDirectoryName(path)! : path;
            string[] paths = [.. servers.Select(s => Path.Combine(
                folder, isPattern ? file.Replace("*", NameOf(s), StringComparison.Ordinal) : NameOf(s) + extension))];
            if (paths.Distinct(StringComparer.OrdinalIgnoreCase).Count() == paths.Length)
                return paths;
            throw NotOne("one server is named twice, and would write one file");
        }

        return servers.Count == 1 ? [path] : throw NotOne(
            "the changes of several servers have no order among them: each needs a file of its own");
    }

    /// <summary>The error of several servers where one is meant.</summary>
    public static RecoveryException NotOne(string message) => new(
        "ServerNotOne", RecoveryErrorKind.InvalidArgument, message,
        recommendedAction: "Name a folder, or a path with * for the server's name, such as undo/*.binlog; or give one server at a time.");

    // host:3306 as host, host:3307 as host_3307, a socket by its path.
    private static string NameOf(string server)
    {
        string name = server.EndsWith(":3306", StringComparison.Ordinal) ? server[..^5] : server;
        return string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_')).Trim('_');
    }
}
