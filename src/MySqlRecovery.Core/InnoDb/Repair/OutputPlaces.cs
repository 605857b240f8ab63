namespace MySqlRecovery.InnoDb.Repair;

/// <summary>
/// Where each file's outcome goes. Files from several folders keep the names of their folders, so that tables of the same
/// name do not overwrite one another.
/// </summary>
internal sealed class OutputPlaces
{
    private const string UndoExtension = ".undo";
    private readonly string? _destination;
    private readonly string? _backup;
    private readonly string? _undo;
    private readonly bool _overwrite;
    private readonly bool _keepFolder;

    public OutputPlaces(IReadOnlyCollection<string> files, string? destination, string? backup, string? undo, bool overwrite)
    {
        _destination = destination;
        _backup = backup;
        _undo = undo;
        _overwrite = overwrite;
        _keepFolder = files.Select(Path.GetDirectoryName).Distinct().Count() > 1;
    }

    /// <summary>The places for one file; without a destination it is replaced itself.</summary>
    public RepairOutput For(string file) => new(
        _destination == null ? file : In(_destination, file, ".ibd", ""),
        _backup == null ? null : In(_backup, file, ".ibd", ""),
        _undo == null ? null : In(_undo, file, UndoExtension, UndoExtension),
        _overwrite);

    private string In(string place, string file, string fileExtension, string suffix)
    {
        if (!Directory.Exists(place) && place.EndsWith(fileExtension, StringComparison.OrdinalIgnoreCase))
            return place;
        string name = Path.GetFileName(file) + suffix;
        return _keepFolder ? Path.Combine(place, Path.GetFileName(Path.GetDirectoryName(file)) ?? "", name) : Path.Combine(place, name);
    }
}
