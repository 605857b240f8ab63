namespace MySqlRecovery.InnoDb.Repair;

/// <summary>A run of bytes that a repair changes on a page; the bytes themselves are on the page before and after.</summary>
internal readonly record struct PageEdit(int Offset, int Length, string Reason);
