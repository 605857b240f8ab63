using System.Diagnostics;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

/// <summary>The built module in a PowerShell of its own.</summary>
internal static class PowerShellModule
{
    private static readonly string Manifest = FindManifest();

    /// <summary>Runs a script with the module loaded and gives its output lines; without pwsh or a built module the running test is skipped.</summary>
    public static string[] Run(string script)
    {
        Assert.SkipUnless(
            File.Exists(Path.Combine(Path.GetDirectoryName(Manifest)!, "bin", "MySqlRecovery.dll")), "The module is not built: dotnet build -c Release.");
        string text = $"$ErrorActionPreference = 'Stop'; Import-Module '{Manifest}'; {script}";
        try
        {
            byte[] output = StockProgram.Run("pwsh", ["-NoProfile", "-NonInteractive", "-Command", text]);
            return System.Text.Encoding.UTF8.GetString(output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no pwsh on PATH.");
            throw new UnreachableException();
        }
    }

    private static string FindManifest()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder != null && !File.Exists(Path.Combine(folder, "MySqlRecovery.psd1")))
            folder = Path.GetDirectoryName(folder);
        return Path.Combine(folder ?? throw new FileNotFoundException("The tests lie outside of the repository."), "MySqlRecovery.psd1");
    }
}
