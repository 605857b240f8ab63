using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Protocol;

/// <summary>
/// Maps the servers' error numbers to stable ids. Numbers: MySQL Server Error Message Reference; those from 1900 to 1999
/// and from 4000 on MariaDB's where noted.
/// </summary>
internal static class ServerErrorCodes
{
    private const int MasterFatalErrorReadingBinlog = 1236;

    public static RecoveryException ToException(string server, ErrorPacket error)
    {
        (string id, RecoveryErrorKind kind, string? action) = error.Code == MasterFatalErrorReadingBinlog
            ? OfDump(error.Message)
            : Of(error.Code);
        string state = error.SqlState.Length == 0 ? "" : $", SQLSTATE {error.SqlState}";
        return new RecoveryException(
            id, kind, $"{error.Message.TrimEnd('.')} (server error {error.Code}{state})", server, recommendedAction: action);
    }

    private static (string Id, RecoveryErrorKind Kind, string? Action) Of(int code) => code switch
    {
        // ER_MUST_CHANGE_PASSWORD, ER_MUST_CHANGE_PASSWORD_LOGIN
        1820 or 1862 => ("ServerPasswordExpired", RecoveryErrorKind.AuthenticationError,
            "Change the password with ALTER USER ... IDENTIFIED BY, then try again."),

        // ER_ACCOUNT_HAS_BEEN_LOCKED, MariaDB's of the same name, and the lock after too many wrong passwords
        3118 or 4151 or 3955 =>
            ("ServerAccountLocked", RecoveryErrorKind.AuthenticationError, "Unlock it with ALTER USER ... ACCOUNT UNLOCK."),

        // access denied; with no password; the account's plugin is unknown to the server or refused it
        1045 or 1698 or 1251 or 1524 => ("ServerAuthenticationFailed", RecoveryErrorKind.AuthenticationError,
            "Check user and password, and that the account may connect from this host."),

        // the host may not connect, or is blocked after too many errors
        1130 or 1129 =>
            ("ServerAuthenticationFailed", RecoveryErrorKind.AuthenticationError,
            "Create an account for this host, or run FLUSH HOSTS if it is blocked."),

        // ER_SECURE_TRANSPORT_REQUIRED
        3159 =>
            ("ServerTlsFailed", RecoveryErrorKind.ConnectionError,
            "The server takes TLS connections only: use -SslMode Required, VerifyCa or VerifyFull."),

        // denied on database, table, column, a named privilege, routine; MariaDB's read access to binlogs is 1227 too
        1044 or 1142 or 1143 or 1227 or 1370 =>
            ("ServerPrivilegeMissing", RecoveryErrorKind.PermissionDenied, "Grant the account the privilege that the message names."),

        1049 => ("ServerDatabaseNotFound", RecoveryErrorKind.ObjectNotFound, null),
        1040 or 1203 or 1226 =>
            ("ServerConnectionLimit", RecoveryErrorKind.LimitsExceeded,
            "Close other connections, or raise max_connections or the account's limit."),

        // shutdown, killed (MySQL 3169, MariaDB 1927), idle too long (4031), network errors that the server noticed
        1053 or 1927 or 3169 or 4031 or 1152 or 1158 or 1159 or 1160 or 1161 => ("ServerConnectionLost", RecoveryErrorKind.ConnectionError,
            "See the server's error log for who ended the connection."),

        // ER_QUERY_TIMEOUT, MariaDB's ER_STATEMENT_TIMEOUT
        3024 or 1969 => ("ServerTimeout", RecoveryErrorKind.OperationTimeout, "The server's own time limit for statements ended it."),

        // ER_MASTER_HAS_PURGED_REQUIRED_GTIDS
        1789 => Purged,
        1381 => Disabled,
        _ => ("ServerQueryFailed", RecoveryErrorKind.InvalidArgument, null),
    };

    /// <summary>Error 1236 is every failure of a dump: only its text, which is never translated, tells which.</summary>
    private static (string Id, RecoveryErrorKind Kind, string? Action) OfDump(string message)
    {
        if (message.Contains("purged", StringComparison.OrdinalIgnoreCase)
            || message.Contains("Could not find first log file", StringComparison.Ordinal))
            return Purged;
        if (message.Contains("@@GLOBAL.GTID_MODE", StringComparison.Ordinal))
            return ("BinlogDumpFailed", RecoveryErrorKind.NotSupported,
                "MySQL sends transactions with GTIDs only while gtid_mode is not OFF, and those without only while it is not ON: "
                + "SET GLOBAL gtid_mode = OFF_PERMISSIVE or ON_PERMISSIVE for the time of reading, or read the files themselves.");
        return message.Contains("Binary log is not open", StringComparison.Ordinal)
            ? Disabled
            : ("BinlogDumpFailed", RecoveryErrorKind.InvalidArgument,
                "Start at the start of a file, or at a position that is the end of an event.");
    }

    private static (string Id, RecoveryErrorKind Kind, string? Action) Purged => (
        "BinlogPurged", RecoveryErrorKind.ObjectNotFound,
        "The server has it no longer, or never had it: SHOW BINARY LOGS tells what is there; read older files from a backup.");

    private static (string Id, RecoveryErrorKind Kind, string? Action) Disabled => (
        "BinlogDisabled", RecoveryErrorKind.NotSupported, "Start the server with log_bin set; what was changed until then "
            + "is in no binlog.");
}
