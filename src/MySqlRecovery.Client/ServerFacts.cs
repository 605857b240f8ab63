using MySqlRecovery.Server;

namespace MySqlRecovery.Client;

/// <summary>What a server says about itself.</summary>
/// <param name="VersionText">As <c>version()</c> gives it, without the <c>5.5.5-</c> that MariaDB puts before it on the wire.</param>
/// <param name="Flavor">MySQL, MariaDB or Percona Server.</param>
/// <param name="ServerId"><c>server_id</c>; 0 if it was never set.</param>
/// <param name="ServerUuid"><c>server_uuid</c>; null where the server has none (MariaDB).</param>
internal sealed record ServerFacts(string VersionText, ServerFlavor Flavor, uint ServerId, Guid? ServerUuid)
{
    private const string MariaDbPrefix = "5.5.5-";

    /// <summary>Without MariaDB's prefix: its servers up to 10.x claim to be 5.5.5 because replicas of old could not read "10".</summary>
    public static string StripPrefix(string versionOnTheWire) =>
        versionOnTheWire.StartsWith(MariaDbPrefix, StringComparison.Ordinal) ? versionOnTheWire[MariaDbPrefix.Length..] : versionOnTheWire;

    /// <summary>Told by the version, and for Percona Server by <c>version_comment</c>.</summary>
    public static ServerFlavor FlavorOf(ServerVersion version, string? versionComment)
    {
        if (version.IsMariaDb)
            return ServerFlavor.MariaDb;
        return versionComment?.Contains("Percona", StringComparison.OrdinalIgnoreCase) == true ? ServerFlavor.Percona : ServerFlavor.MySql;
    }
}

/// <summary>Whose server it is, as far as the protocol and the binlog differ.</summary>
internal enum ServerFlavor
{
    MySql,
    MariaDb,
    Percona,
}
