using System.Globalization;
using MySqlRecovery.Model;

namespace MySqlRecovery.Incidents;

/// <summary>Makes incidents, with the command that undoes each, of what was found unusual.</summary>
internal static class IncidentText
{
    public static Incident Of(ScoredEpisode scored)
    {
        Episode episode = scored.Episode;
        RowCounts rows = default;
        foreach (TableShare share in scored.Tables)
            rows.Add(share.Rows);
        var incident = new Incident
        {
            Score = scored.Score,
            Reason = scored.Reasons,
            Server = episode.Server,
            FirstTimestamp = episode.First,
            LastTimestamp = episode.Last,
            ThreadId = episode.ThreadId,
            ServerId = episode.ServerId,
            Gtid = episode.Gtids,
            Table = [.. scored.Tables.Select(t => t.Table.Name.Listed)],
            InsertCount = rows.Inserted,
            UpdateCount = rows.Updated,
            DeleteCount = rows.Deleted,
            TransactionCount = episode.TransactionCount,
            LogFile = episode.LogFile,
            StartPosition = episode.StartPosition,
            StopLogFile = episode.StopLogFile,
            StopPosition = episode.StopPosition,
            LogPath = [.. episode.Paths],
            Statement = episode.Statement,
        };
        incident.Hint = UndoCommand(incident);
        return incident;
    }

    /// <summary>The command that shows a statement.</summary>
    public static string ShowCommand(Incident incident) => $"Get-BinlogEvent {Place(incident)}";

    // Of a server's log it undoes on the server, which asks first; of files it writes a binlog, which is to be applied.
    private static string UndoCommand(Incident incident)
    {
        string session =
            incident.ThreadId is { } thread ? string.Create(CultureInfo.InvariantCulture, $" -ThreadId {thread}") : string.Empty;
        string choice = $"{Place(incident)}{session} -Table {string.Join(", ", incident.Table.Select(t => Quote(NamePatternOf(t))))}";
        return incident.Server != null ? $"Restore-RowChange {choice}" : $"Invoke-BinlogReverse {choice} -Destination undo.binlog";
    }

    private static string Place(Incident incident) => incident.Server != null
        ? string.Create(CultureInfo.InvariantCulture, $"-Server {Quote(incident.Server)} -StartFile {Quote(incident.LogFile)} "
            + $"-StartPosition {incident.StartPosition} -StopFile {Quote(incident.StopLogFile)} -StopPosition {incident.StopPosition}")
        : string.Create(CultureInfo.InvariantCulture, $"-LiteralPath {string.Join(", ", incident.LogPath.Select(Quote))} "
            + $"-StartPosition {incident.StartPosition} -StopPosition {incident.StopPosition}");

    private static string NamePatternOf(string name) =>
        string.Concat(name.Select(c => c is '*' or '?' or '[' or ']' or '`' ? $"`{c}" : c.ToString()));

    private static string Quote(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || "_.-/:".Contains(c, StringComparison.Ordinal))
        ? text : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
