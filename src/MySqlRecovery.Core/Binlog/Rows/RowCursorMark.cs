namespace MySqlRecovery.Binlog.Rows;

/// <summary>A row that a <see cref="RowCursor"/> has passed.</summary>
internal readonly record struct RowCursorMark(int Index, int Start, int Middle, int End);
