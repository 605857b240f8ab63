using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Repair;

/// <summary>Finds the reference of each file: one file, or a folder in which it has the same name.</summary>
internal sealed class ReferenceFiles
{
    private readonly string _path;
    private readonly bool _isFolder;
    private readonly ILookup<string, string> _byName;

    public ReferenceFiles(string path)
    {
        _path = path;
        _isFolder = Directory.Exists(path);
        _byName = _isFolder
            ? Directory.EnumerateFiles(path, "*.ibd", SearchOption.AllDirectories).ToLookup(
                f => Path.GetFileName(f), StringComparer.OrdinalIgnoreCase)
            : Enumerable.Empty<string>().ToLookup(f => f);
    }

    /// <summary>The reference, or null if the folder has none; throws if several could be meant.</summary>
    public string? Find(string source)
    {
        if (!_isFolder)
            return _path;
        string[] found = [.. _byName[Path.GetFileName(source)]];
        if (found.Length <= 1)
            return found.FirstOrDefault();
        string[] sameDatabase = [.. found.Where(
            f => string.Equals(TableFileName.DatabaseOf(f), Database(source), StringComparison.OrdinalIgnoreCase))];
        return sameDatabase.Length == 1 ? sameDatabase[0] : throw new RecoveryException(
            "ReferenceAmbiguous", RecoveryErrorKind.InvalidArgument,
            $"several references have its name: {string.Join(", ", found)}", source,
            recommendedAction: "Keep the folders of the databases, or give the one reference file.");
    }

    // The folder that a file lies in is the database, unless the SDI knows better.
    private static string Database(string source)
    {
        try
        {
            using TablespaceFile file = TablespaceFile.Open(source);
            return SdiTable.Find(file)?.Schema ?? TableFileName.DatabaseOf(source);
        }
        catch (RecoveryException)
        {
            return TableFileName.DatabaseOf(source);
        }
    }
}
