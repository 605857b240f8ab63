namespace MySqlRecovery.Schema;

/// <summary>A trigger of a table.</summary>
/// <param name="Name">Its name without the database.</param>
/// <param name="Timing">BEFORE or AFTER.</param>
/// <param name="Event">INSERT, UPDATE or DELETE; several joined by <c>,</c> for MariaDB 12's combined triggers.</param>
internal sealed record TriggerSchema(string Name, string Timing, string Event);
