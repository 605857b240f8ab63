using System.Diagnostics;
using System.Globalization;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <summary>
/// A source and a replica that applies what the source logs: MySQL with GTIDs, MySQL 5.6 by file and position, MariaDB
/// with its own GTIDs. The user <c>reader</c> may only read.
/// </summary>
public sealed class ReplicationPair : IDisposable
{
    public const string Reader = "reader";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly string[] SourceSettings = ["performance-schema=ON"];
    private static readonly string[] ReplicaSettings = ["performance-schema=ON", "relay-log=relay", "relay-log-purge=OFF"];
    private static readonly string[] WithoutGtid = ["gtid-mode=OFF", "enforce-gtid-consistency=OFF"];

    /// <summary>Starts both and waits until the replica replicates.</summary>
    /// <param name="flavour">Which servers; where there are none, the running test is skipped.</param>
    /// <param name="settings">Lines for the option files of both.</param>
    public ReplicationPair(ServerFlavour flavour, params string[] settings)
    {
        string[] common = flavour == ServerFlavour.MySql56 ? [.. WithoutGtid, .. settings] : settings;
        HasGtid = !common.Contains("gtid-mode=OFF");
        Source = MySqlServer.Start(flavour, [.. SourceSettings, .. common]);
        try
        {
            Replica = MySqlServer.Start(flavour, [.. ReplicaSettings, .. common]);
        }
        catch
        {
            Source.Dispose();
            throw;
        }

        BinlogPosition start = Source.Position();
        string monitor = flavour.IsMariaDb ? ", REPLICA MONITOR" : "";
        Source.Sql(
            "CREATE USER repl IDENTIFIED BY 'repl'; GRANT REPLICATION SLAVE ON *.* TO repl; "
            + $"CREATE USER {Reader}@'%' IDENTIFIED BY 'read'; "
            + $"GRANT SELECT, REPLICATION CLIENT, REPLICATION SLAVE, EVENT, TRIGGER, SHOW VIEW{monitor} ON *.* TO {Reader}@'%'");
        string address = $"='127.0.0.1', {{0}}_PORT={Source.Port}, {{0}}_USER='repl', {{0}}_PASSWORD='repl', {{0}}_CONNECT_RETRY=1, ";
        Replica.Sql(flavour switch
        {
            ServerFlavour.MySql =>
                "CHANGE REPLICATION SOURCE TO SOURCE_HOST" + string.Format(CultureInfo.InvariantCulture, address, "SOURCE")
                    + "GET_SOURCE_PUBLIC_KEY=1, "
                + (HasGtid ? "SOURCE_AUTO_POSITION=1" : $"SOURCE_LOG_FILE='{start.File}', SOURCE_LOG_POS={start.Offset}"),
            _ => "CHANGE MASTER TO MASTER_HOST" + string.Format(CultureInfo.InvariantCulture, address, "MASTER")
                + (flavour.IsMariaDb ? "MASTER_USE_GTID=slave_pos"
                    : HasGtid ? "MASTER_AUTO_POSITION=1" : $"MASTER_LOG_FILE='{start.File}', MASTER_LOG_POS={start.Offset}"),
        });
        StartReplica();
        WaitForReplica();
    }

    public MySqlServer Source { get; }

    public MySqlServer Replica { get; }

    /// <summary>Whether positions are GTIDs.</summary>
    public bool HasGtid { get; }

    public void StartReplica() => Replica.Client($"START {Word}");

    public void StopReplica() => Replica.Client($"STOP {Word}");

    /// <summary>Waits until the replica has applied all that the source has logged.</summary>
    public void WaitForReplica()
    {
        BinlogPosition target = Source.Position();
        var clock = Stopwatch.StartNew();
        while (true)
        {
            Dictionary<string, string?> status = Status();
            // MariaDB writes a checkpoint to the log when it finds the time for it, so that the replica may be past the target.
            if (status["Relay_Source_Log_File"] == target.File
                && long.Parse(status["Exec_Source_Log_Pos"]!, CultureInfo.InvariantCulture) >= target.Offset)
                return;
            if (clock.Elapsed > Patience || status["Last_SQL_Errno"] != "0")
                throw new TimeoutException(
                    $"The replica is at {status["Relay_Source_Log_File"]}:{status["Exec_Source_Log_Pos"]}, not at {target}: "
                        + $"{status["Last_SQL_Error"]} {status["Last_IO_Error"]}");
            Thread.Sleep(20);
        }
    }

    /// <summary>Runs statements on the source and waits until the replica has them too.</summary>
    public void Sql(string statements, string? database = null)
    {
        Source.Sql(statements, database);
        WaitForReplica();
    }

    /// <summary>SHOW REPLICA STATUS, with the column names of today.</summary>
    public Dictionary<string, string?> Status()
    {
        using var replica = new ComparedServer(Replica.Connect, CancellationToken.None);
        return replica.ReadReplicaStatus()[0];
    }

    /// <summary>Both servers as the code under test sees them, as a user who may only read, or as another one.</summary>
    internal ServerPair Compare(CancellationToken token, string user = Reader, string? password = "read") =>
        new(Open(Source, user, password, token), Open(Replica, user, password, token));

    public void Dispose()
    {
        Replica.Dispose();
        Source.Dispose();
    }

    private static ComparedServer Open(MySqlServer server, string user, string? password, CancellationToken token) =>
        new(() => server.TcpOptions(user, password, MySqlRecovery.Client.SslMode.Preferred).Open(), token);

    private string Word => Source.Flavour.ReplicaWord;
}
