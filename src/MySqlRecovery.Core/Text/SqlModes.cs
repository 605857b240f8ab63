namespace MySqlRecovery.Text;

/// <summary>
/// The sql_mode bits that change how a statement reads, with the values that the server uses for them (sql/system_variables.h,
/// MODE_*), so that the mode which a query event carries can be cast.
/// </summary>
[Flags]
internal enum SqlModes : ulong
{
    None = 0,

    /// <summary>REAL is FLOAT instead of DOUBLE.</summary>
    RealAsFloat = 1,

    /// <summary>"x" is a name, not a string.</summary>
    AnsiQuotes = 4,

    /// <summary>A backslash in a string is an ordinary character.</summary>
    NoBackslashEscapes = 1 << 20,
}
