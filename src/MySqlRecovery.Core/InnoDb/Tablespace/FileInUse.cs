namespace MySqlRecovery.InnoDb.Tablespace;

/// <summary>Finds out whether a server has a file, or the data directory around it, open.</summary>
internal static class FileInUse
{
    /// <summary>
    /// Servers lock what they have open. A table's file is opened only when it is needed, but ibdata1 in the data directory
    /// (two levels up) always is.
    /// </summary>
    public static bool IsLocked(string path)
    {
        string? database = Path.GetDirectoryName(Path.GetFullPath(path));
        string? data = Path.GetDirectoryName(database);
        return IsFileLocked(path) || (data != null && IsFileLocked(Path.Combine(data, "ibdata1")));
    }

    private static bool IsFileLocked(string path)
    {
        if (!File.Exists(path))
            return false;
        try
        {
            // On Unix this asks for a record lock, the kind that servers take; on Windows they share files for reading only.
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (OperatingSystem.IsMacOS())
                return false;
            stream.Lock(0, long.MaxValue);
            stream.Unlock(0, long.MaxValue);
            return false;
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
