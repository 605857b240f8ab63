namespace MySqlRecovery.Server.Tests.Servers;

/// <summary>Writes the option file of an instance.</summary>
internal static class ServerConfiguration
{
    /// <summary>
    /// What every instance has: complete row images in the log with column names, GTIDs, and fast rather than safe
    /// against a power cut. Without the kernel's asynchronous I/O, whose slots many servers use up, and without buffers that cost a
    /// third of a start. Options marked <c>loose-</c> are not known to every server.
    /// </summary>
    private const string Defaults = """
        bind-address=127.0.0.1
        skip-name-resolve
        character-set-server=utf8mb4
        max-allowed-packet=256M
        local-infile=ON
        performance-schema=OFF
        loose-mysqlx=OFF
        loose-binlog-format=ROW
        loose-binlog-row-image=FULL
        loose-binlog-row-metadata=FULL
        loose-log-slave-updates=ON
        loose-enforce-gtid-consistency=ON
        loose-gtid-mode=ON
        sync-binlog=0
        innodb-flush-log-at-trx-commit=0
        innodb-flush-method=nosync
        innodb-use-native-aio=OFF
        innodb-buffer-pool-size=64M
        innodb-log-buffer-size=1M
        innodb-doublewrite=OFF
        loose-innodb-redo-log-capacity=64M
        loose-innodb-log-file-size=32M

        """;

    /// <summary>The text of the option file: the later a line, the more it counts.</summary>
    public static string Write(ServerInstallation installation, string directory, int port, IEnumerable<string> settings) =>
        $"""
        {installation.Settings}
        datadir={directory}/data
        socket={directory}/mysql.sock
        pid-file={directory}/mysqld.pid
        log-error={directory}/error.log
        tmpdir={directory}/tmp
        secure-file-priv={directory}/files
        log-bin={directory}/binlog/binlog
        port={port}
        server-id={port}
        {Defaults}
        """ + string.Join('\n', settings) + "\n";
}
