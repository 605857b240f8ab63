using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Live;

/// <summary>The built module in a PowerShell of its own.</summary>
internal static class PowerShellModule
{
    private static readonly string Manifest = FindManifest();

    /// <summary>Runs a script with the module loaded and gives its output lines.</summary>
    public static string[] Run(string script)
    {
        string text = $"$ErrorActionPreference = 'Stop'; Import-Module '{Manifest}'; {script}";
        byte[] output = StockProgram.Run("dotnet", ["tool", "run", "pwsh", "--", "-NoProfile", "-NonInteractive", "-Command", text]);
        return System.Text.Encoding.UTF8.GetString(output)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static string FindManifest()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder != null && !File.Exists(Path.Combine(folder, "MySqlRecovery.psd1")))
            folder = Path.GetDirectoryName(folder);
        return Path.Combine(folder ?? throw new FileNotFoundException("The tests lie outside of the repository."), "MySqlRecovery.psd1");
    }
}
