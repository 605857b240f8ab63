using MySqlRecovery.Consistency.Schema;
using MySqlRecovery.Consistency.Servers;

namespace MySqlRecovery.Consistency.Data;

/// <summary>A column that both servers have.</summary>
internal sealed class ComparedColumn
{
    private readonly LiveColumn _column;

    public ComparedColumn(LiveColumn source, ComparedServer sourceServer, LiveColumn replica, ComparedServer replicaServer)
    {
        _column = source;
        ValueForm form = ValueForm.Of(source, sourceServer, replica, replicaServer);
        Kind = form.Kind;
        IsNormalized = form.IsNormalized;
        HasSameOrder = (Kind is ColumnKind.Integer or ColumnKind.Decimal or ColumnKind.Real or ColumnKind.Bit or ColumnKind.Temporal
            || Kind is ColumnKind.Text or ColumnKind.Bytes && source.Collation == replica.Collation)
            && source.DataType == replica.DataType;
        IsNullable = source.IsNullable || replica.IsNullable;
        IsGenerated = replica.IsGenerated;
        Source = new ColumnSql(source, form, CharacterSet(source, sourceServer), ofReplica: false);
        Replica = new ColumnSql(replica, form, CharacterSet(replica, replicaServer), ofReplica: true);

        string? CharacterSet(LiveColumn column, ComparedServer server) => form.Converts ? "utf8mb4" : Spelled(column.CharacterSet, server);
    }

    public string Name => _column.Name;

    public ColumnKind Kind { get; }

    public ColumnSql Source { get; }

    public ColumnSql Replica { get; }

    public bool IsNullable { get; }

    /// <summary>Whether both servers put the values into the same order, as chunks need it.</summary>
    public bool HasSameOrder { get; }

    /// <summary>Whether sums can differ where the values are equal, because the servers write them in other ways.</summary>
    public bool IsNormalized { get; }

    /// <summary>Whether the replica computes the column, so that it is compared but never written.</summary>
    public bool IsGenerated { get; }

    // Servers before these know utf8mb3 by no other name than utf8.
    private static string? Spelled(string? set, ComparedServer server) =>
        set == "utf8mb3" && !server.IsMySql(8, 0) && !(server.IsMariaDb && server.Version.IsAtLeast(10, 6)) ? "utf8" : set;
}
