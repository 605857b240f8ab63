namespace MySqlRecovery.Server.Tests.Servers;

/// <summary>The servers that the tests run against.</summary>
public enum ServerFlavour
{
    /// <summary>The current MySQL.</summary>
    MySql,

    /// <summary>MySQL 5.6, with the client programs of the current one.</summary>
    MySql56,

    /// <summary>MariaDB.</summary>
    MariaDb,

    /// <summary>MariaDB 11.8, the first long-term one with the parsec plugin.</summary>
    MariaDb118,
}
