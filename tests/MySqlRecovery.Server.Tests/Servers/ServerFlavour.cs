using Xunit;

namespace MySqlRecovery.Server.Tests.Servers;

/// <summary>
/// The servers that the tests run against. A version more is a name here, a file under Flavours, and a line in install.sh.
/// </summary>
public enum ServerFlavour
{
    /// <summary>The current MySQL.</summary>
    MySql,

    /// <summary>MySQL 5.7, with the client programs of the current one.</summary>
    MySql57,

    /// <summary>MySQL 5.6, with the client programs of the current one.</summary>
    MySql56,

    /// <summary>MariaDB 10.11.</summary>
    MariaDb,

    /// <summary>MariaDB 11.8.</summary>
    MariaDb118,
}

/// <summary>What tells the servers apart.</summary>
public static class ServerFlavours
{
    /// <summary>Every server, for theories.</summary>
    public static TheoryData<ServerFlavour> All => [.. Enum.GetValues<ServerFlavour>()];

    extension(ServerFlavour flavour)
    {
        public bool IsMariaDb => flavour is ServerFlavour.MariaDb or ServerFlavour.MariaDb118;

        /// <summary>Whether it comes without client programs and is used with those of the current MySQL.</summary>
        public bool IsServerAlone => flavour is ServerFlavour.MySql56 or ServerFlavour.MySql57;

        /// <summary>Whether the log can name columns (<c>binlog_row_metadata</c>).</summary>
        public bool HasRowMetadata => flavour is not (ServerFlavour.MySql56 or ServerFlavour.MySql57);

        /// <summary>The word of its replication statements.</summary>
        public string ReplicaWord => flavour == ServerFlavour.MySql ? "REPLICA" : "SLAVE";

        /// <summary>The variable with the GTIDs of all that it has logged.</summary>
        public string GtidVariable => flavour.IsMariaDb ? "@@global.gtid_binlog_pos" : "@@global.gtid_executed";

        /// <summary>Options of mysqldump for what a database holds, and nothing of the server around it.</summary>
        public string[] DumpOptions =>
            flavour.IsMariaDb ? ["--no-tablespaces"] : ["--no-tablespaces", "--set-gtid-purged=OFF", "--column-statistics=OFF"];

        /// <summary>Options of mysqlbinlog: with GTIDs, older servers refuse what a mysqlbinlog of 8.0 and later prints.</summary>
        public string[] ApplyOptions => flavour.IsServerAlone ? ["--skip-gtids"] : [];
    }
}
