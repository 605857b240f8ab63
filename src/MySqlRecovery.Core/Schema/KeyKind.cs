namespace MySqlRecovery.Schema;

/// <summary>The kinds of <see cref="KeySchema"/>.</summary>
internal enum KeyKind
{
    Index,
    Primary,
    Unique,
    Fulltext,
    Spatial,
    Vector,
}
