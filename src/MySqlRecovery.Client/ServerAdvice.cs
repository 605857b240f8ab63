using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.Client;

/// <summary>The statements and option-file lines that set a server right for the future, in its own names and syntax.</summary>
internal sealed class ServerAdvice(ServerVersion version)
{
    /// <summary>A month; servers come with 30 days (MySQL 8.0+), 10 (MariaDB on some systems) or no limit.</summary>
    private const int RetentionDays = 30;

    private bool CanPersist => !version.IsMariaDb && version.Major >= 8;

    /// <summary>Changes a setting that takes effect without a restart.</summary>
    public string Set(string name, string value) => CanPersist
        ? $"SET PERSIST {name} = {value};"
        : $"SET GLOBAL {name} = {value}; and under [mysqld] in the option file: {name} = {value}";

    /// <summary>Keeps binlogs longer.</summary>
    public string KeepLogs() => CanPersist || (version.IsMariaDb && version.IsAtLeast(10, 6))
        ? Set("binlog_expire_logs_seconds", $"{TimeSpan.FromDays(RetentionDays).TotalSeconds}")
        : Set("expire_logs_days", $"{RetentionDays}");

    /// <summary>Turns the binlog on.</summary>
    public string EnableLog() =>
        "Put log_bin = binlog and server_id = 1 (any number that no other server has) under [mysqld] in the option file"
        + (CanPersist ? ", take skip_log_bin or disable_log_bin out of it," : string.Empty) + " and restart the server.";

    /// <summary>Has MySQL number its transactions; MariaDB always does.</summary>
    public string EnableGtid()
    {
        if (!version.IsAtLeast(5, 7))
            return "Put gtid_mode = ON, enforce_gtid_consistency = ON and log_slave_updates = ON under [mysqld] in the option file and "
                + "restart the server.";
        string set = CanPersist ? "SET PERSIST" : "SET GLOBAL";
        return $"{set} enforce_gtid_consistency = ON; {set} gtid_mode = OFF_PERMISSIVE; {set} gtid_mode = ON_PERMISSIVE; "
            + $"{set} gtid_mode = ON;";
    }

    /// <summary>Lets an account read binlogs.</summary>
    /// <param name="account">As CURRENT_USER() gives it: <c>user@host</c>.</param>
    public static string GrantDump(string account) => Grant("REPLICATION SLAVE", account);

    /// <summary>Lets an account list binlogs.</summary>
    /// <param name="account">As CURRENT_USER() gives it: <c>user@host</c>.</param>
    public string GrantList(string account) =>
        Grant(version.IsMariaDb && version.IsAtLeast(10, 5) ? "BINLOG MONITOR" : "REPLICATION CLIENT", account);

    private static string Grant(string privilege, string account) => $"GRANT {privilege} ON *.* TO {SqlString.QuoteAccount(account)};";
}
