namespace MySqlRecovery.Client;

/// <summary>Whose server it is, as far as the protocol and the binlog differ.</summary>
internal enum ServerFlavor
{
    MySql,
    MariaDb,
    Percona,
}
