namespace MySqlRecovery.Consistency.Settings;

/// <summary>What a server is in the pair.</summary>
[Flags]
internal enum ServerRole
{
    Source = 1,
    Replica = 2,
    Both = Source | Replica,
}
