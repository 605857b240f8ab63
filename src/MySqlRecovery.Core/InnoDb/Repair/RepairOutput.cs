namespace MySqlRecovery.InnoDb.Repair;

/// <summary>Where the outcome of a repair goes.</summary>
/// <param name="Destination">The repaired file; the source itself to repair in place.</param>
/// <param name="BackupPath">A copy of the source made before it is replaced, or null.</param>
/// <param name="UndoPath">The undo file, or null.</param>
/// <param name="Overwrite">Replace a destination that exists already.</param>
internal sealed record RepairOutput(string Destination, string? BackupPath, string? UndoPath, bool Overwrite);
