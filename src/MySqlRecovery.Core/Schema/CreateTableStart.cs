namespace MySqlRecovery.Schema;

/// <summary>What the words before the name in a CREATE TABLE say.</summary>
internal readonly record struct CreateTableStart(bool IsTemporary, bool IfNotExists);
