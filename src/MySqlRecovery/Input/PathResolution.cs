using System.Management.Automation;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Catalog;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Input;

/// <summary>Turns what the user gave as -Path or -LiteralPath into file-system paths.</summary>
internal static class PathResolution
{
    private const string FileSystem = "FileSystem";

    // What is kept beside logs: the list of them, MariaDB's GTID indexes (11.4+) and GTID state, and catalogs.
    private static readonly string[] IndexExtensions = [".index", ".idx", ".state", LogIdentity.Extension];

    /// <summary>Existing files for the given paths; what cannot be resolved goes to <paramref name="onError"/>, one error an
    /// item.</summary>
    public static List<string> ResolveFiles(this PSCmdlet cmdlet, string[] paths, bool literal, Action<RecoveryException> onError)
    {
        var files = new List<string>();
        foreach (string path in paths)
        {
            int before = files.Count;
            RecoveryException? error = null;
            try
            {
                ResolveOne(cmdlet, path, literal, files);
                if (files.Count == before)
                    error = NotFound(path, null);
            }
            catch (SessionStateException e)
            {
                error = NotFound(path, e);
            }
            catch (RecoveryException e)
            {
                error = e;
            }

            if (error != null)
                onError(error);
        }

        return files;
    }

    /// <summary>Log files for the given paths; an index file that a wildcard or the pipeline brought along is left out.</summary>
    public static IEnumerable<string> ResolveLogs(this PSCmdlet cmdlet, string[] paths, bool literal, Action<RecoveryException> onError) =>
        paths.SelectMany(path =>
        {
            bool isChosen = !cmdlet.MyInvocation.ExpectingInput && (literal || !WildcardPattern.ContainsWildcardCharacters(path));
            return cmdlet.ResolveFiles([path], literal, onError).Where(file => isChosen || IsLog(cmdlet, file));
        });

    private static bool IsLog(PSCmdlet cmdlet, string file)
    {
        if (!IndexExtensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            return true;
        cmdlet.WriteVerbose(VisibleText.Of($"Passing over {file}: a server keeps it beside its logs, and it is none"));
        return false;
    }

    /// <summary>The logs that an object from the pipeline stands for: a path, or what has one, such as a file of Get-ChildItem;
    /// null for others.</summary>
    public static IEnumerable<string>? ResolveInput(this PSCmdlet cmdlet, PSObject input, Action<RecoveryException> onError)
    {
        if (input.BaseObject is string path)
            return cmdlet.ResolveLogs([path], literal: false, onError);
        return (input.Properties["FullName"] ?? input.Properties["Path"])?.Value?.ToString() is { } name
            ? cmdlet.ResolveLogs([name], literal: true, onError) : null;
    }

    /// <summary>The folders that a path names; none where it names files, or nothing.</summary>
    public static IEnumerable<string> ResolveFolders(this PSCmdlet cmdlet, string path)
    {
        try
        {
            return cmdlet.GetResolvedProviderPathFromPSPath(path, out ProviderInfo provider).Where(p => provider.Name == FileSystem
                && Directory.Exists(p));
        }
        catch (ItemNotFoundException)
        {
            return [];
        }
    }

    /// <summary>The full path of a file that need not exist.</summary>
    public static string ResolveDestination(this PSCmdlet cmdlet, string path)
    {
        CheckCharacters(path);
        string full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        return provider.Name == FileSystem ? full : throw NotAFile(path);
    }

    private static void ResolveOne(PSCmdlet cmdlet, string path, bool literal, List<string> files)
    {
        if (literal && path == LogContainer.StandardInput)
        {
            files.Add(path);
            return;
        }

        CheckCharacters(path);
        ProviderInfo provider;
        IEnumerable<string> candidates;
        if (literal)
            candidates = [cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out provider, out _)];
        else
            candidates = cmdlet.GetResolvedProviderPathFromPSPath(path, out provider);
        if (provider.Name != FileSystem)
            throw NotAFile(path);
        files.AddRange(candidates.Where(File.Exists));
    }

    private static void CheckCharacters(string path)
    {
        if (path.Contains('\0'))
            throw new RecoveryException(
                "NotAFileSystemPath", RecoveryErrorKind.InvalidArgument, "a path has no NUL character", path.Replace('\0', '\u2400'));
    }

    private static RecoveryException NotAFile(string path) => new(
        "NotAFileSystemPath", RecoveryErrorKind.InvalidArgument, "this is not a path of the file system", path);

    private static RecoveryException NotFound(string path, Exception? inner) => new(
        "FileNotFound", RecoveryErrorKind.ObjectNotFound, "there is no such file", path, inner: inner);
}
