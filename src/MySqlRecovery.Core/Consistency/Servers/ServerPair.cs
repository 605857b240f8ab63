namespace MySqlRecovery.Consistency.Servers;

/// <summary>A source and one of its replicas.</summary>
internal sealed record ServerPair(ComparedServer Source, ComparedServer Replica);
