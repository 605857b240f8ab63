using System.Diagnostics;
using System.Text.Json;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Data;

/// <summary>
/// A file with the place up to which two servers have been compared. It is written about every second, so that a
/// comparison that was broken off repeats no more than that, and removed at the end.
/// </summary>
internal sealed class DataCheckpoint
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly string _servers;
    private readonly Stopwatch _sinceSave = Stopwatch.StartNew();

    /// <summary>Reads the file, if it is there.</summary>
    /// <exception cref="RecoveryException">CheckpointInvalid: the file is another one, or of other servers.</exception>
    public DataCheckpoint(string path, ServerPair pair)
    {
        _path = path;
        _servers = $"{pair.Source.Name} {pair.Replica.Name}";
        if (!File.Exists(path))
            return;
        try
        {
            Content? content = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path));
            if (content is { Servers: { } servers, Database: { } database, Table: { } table } && servers == _servers)
                (Table, After) = (
                    new TableName(database, table), content.After == null ? null : Array.ConvertAll(content.After, Convert.FromHexString));
        }
        catch (Exception e) when (e is JsonException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw Invalid(e);
        }

        if (Table == null)
            throw Invalid(null);
    }

    /// <summary>The table that was being compared; null to begin at the beginning.</summary>
    public TableName? Table { get; }

    /// <summary>The key up to which it was compared; null for none of it.</summary>
    public byte[][]? After { get; }

    /// <summary>Notes that a table has been compared up to a key.</summary>
    public void Save(TableName table, byte[][]? after)
    {
        if (_sinceSave.Elapsed < Interval)
            return;
        _sinceSave.Restart();
        using PendingFile file = PendingFile.Create(_path, overwrite: true, []);
        file.Write(0, JsonSerializer.SerializeToUtf8Bytes(
            new Content(_servers, table.Database, table.Name, after == null ? null : Array.ConvertAll(after, Convert.ToHexString))));
        file.Commit();
    }

    /// <summary>Nothing is left to be done.</summary>
    public void Remove() => File.Delete(_path);

    private RecoveryException Invalid(Exception? inner) => new(
        "CheckpointInvalid", RecoveryErrorKind.InvalidData, $"this is not a checkpoint of "
            + $"{_servers.Replace(" ", " and ", StringComparison.Ordinal)}", _path,
        recommendedAction: "Name another file, or remove this one.", inner: inner);

    private sealed record Content(string? Servers, string? Database, string? Table, string[]? After);
}
