namespace MySqlRecovery.Bench.Speed;

/// <summary>One way to do the work of a comparison.</summary>
/// <param name="Name">Program and main options, as the table shows it.</param>
/// <param name="Program">Path of the program; null where it is not installed.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Output">File that takes its standard output; null to throw that away.</param>
/// <param name="Target">What this peer's time, divided by the engine's, has to be at least; null where nothing is asked.</param>
/// <param name="ReportsTime">Whether it prints <c>seconds=</c> for the part that counts: pwsh, whose own start is not the module's.</param>
internal sealed record Contender(
    string Name, string? Program, string[] Arguments, string? Output = null, double? Target = null, bool ReportsTime = false);
