namespace MySqlRecovery.InnoDb.Cfg;

/// <summary>Which server a .cfg file is for: they differ in a few types.</summary>
internal enum CfgServer
{
    /// <summary>8.0.29 and later, by the SDI.</summary>
    MySql,
    MySql56,
    MariaDb,
}
