using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using MySqlRecovery.Client;
using MySqlRecovery.Input;

namespace MySqlRecovery.Completion;

/// <summary>What a command line says so far, splatted variables included: its log files, its servers, and how to connect.</summary>
internal sealed class CommandLine
{
    private static readonly string[] ServerParameters = [.. PipedServer.Names, "Credential", "DefaultsFile"];

    private readonly Hashtable _parameters = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="command">The command as it is written.</param>
    /// <param name="bound">What PowerShell made of its parameters.</param>
    public CommandLine(CommandAst command, IDictionary bound)
    {
        foreach (VariableExpressionAst splat in command.CommandElements.OfType<VariableExpressionAst>().Where(e => e.Splatted))
        {
            if (ValueOf(splat.VariablePath.UserPath) is not IDictionary values)
                continue;
            foreach (DictionaryEntry value in values)
                _parameters[value.Key] = value.Value;
        }

        foreach (DictionaryEntry value in bound)
            _parameters[value.Key] = value.Value;
    }

    /// <summary>The log files that it names.</summary>
    public IEnumerable<string> Files
    {
        get
        {
            foreach (string name in (string[])["Path", "LogPath", "LiteralPath"])
            {
                // Export-RowChangeSql's -Path is what it writes.
                if (_parameters[name] is not { } value || (name == "Path" && (_parameters.Contains("LogPath") || HasServer)))
                    continue;
                string parameter = name == "LiteralPath" ? name : "Path";
                foreach (PathInfo path in Invoke<PathInfo>("Microsoft.PowerShell.Management\\Resolve-Path", parameter, value))
                    yield return path.ProviderPath;
            }
        }
    }

    /// <summary>How to connect to the servers that it names, or to the one on this machine where it says how to.</summary>
    public IEnumerable<ConnectionOptions> Servers
    {
        get
        {
            if (!HasServer)
                return [];
            string[] servers = PipedServer.Names.Select(Get<string[]>).FirstOrDefault(s => s != null) ?? [string.Empty];
            return servers.Select(s => ServerChoice.OptionsFor(
                s, Get<PSCredential>("Credential"), Get<int>("Port"), Get<SslMode?>("SslMode"), PathOf("SslCa"), PathOf("SslCert"),
                PathOf("SslKey"), PathOf("DefaultsFile")));
        }
    }

    /// <summary>Names that a parameter gives.</summary>
    public string[] Names(string parameter) => Get<string[]>(parameter) ?? [];

    private bool HasServer => ServerParameters.Any(_parameters.Contains);

    private T? Get<T>(string name) =>
        _parameters[name] is { } value && LanguagePrimitives.TryConvertTo(value, out T converted) ? converted : default;

    private string? PathOf(string name) => Get<string>(name) is { } path && Runspace.DefaultRunspace is { } runspace
        ? runspace.SessionStateProxy.Path.GetUnresolvedProviderPathFromPSPath(path) : null;

    private static object? ValueOf(string variable) =>
        Invoke<PSVariable>("Microsoft.PowerShell.Utility\\Get-Variable", "Name", variable).FirstOrDefault()?.Value;

    private static System.Collections.ObjectModel.Collection<T> Invoke<T>(string command, string parameter, object value)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand(command).AddParameter(parameter, value).AddParameter("ErrorAction", ActionPreference.Ignore);
        return shell.Invoke<T>();
    }
}
