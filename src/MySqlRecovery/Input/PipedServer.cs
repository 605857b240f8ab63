using System.Management.Automation;
using MySqlRecovery.Model;

namespace MySqlRecovery.Input;

/// <summary>Servers that come down a pipeline: their names, or objects that have one, such as the rows of a list of servers.</summary>
internal static class PipedServer
{
    /// <summary>What a property or parameter is called that names a server.</summary>
    public static readonly string[] Names = ["Server", "HostName", "ComputerName"];

    /// <summary>The server that an object names by a property, with its Port; null where it names none, or is something found on
    /// one.</summary>
    public static string? Find(PSObject input)
    {
        if (input.BaseObject is string or RowChange or BinlogEvent
            || input.TypeNames.Any(t => t.Contains("MySqlRecovery.Model.", StringComparison.Ordinal))
            || input.Properties["FullName"] != null || input.Properties["LogFile"] != null)
            return null;
        string? server = Names.Select(n => input.Properties[n]?.Value?.ToString()).FirstOrDefault(v => !string.IsNullOrWhiteSpace(v));
        return server is { Length: > 0 } && !server.Contains('=') && !server.StartsWith('/') && !server.Contains(':')
            && input.Properties["Port"]?.Value?.ToString() is { Length: > 0 } port ? $"{server}:{port}" : server;
    }
}

/// <summary>Lets a parameter for servers take objects that name one by a property.</summary>
internal sealed class ServerTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        inputData is PSObject input && PipedServer.Find(input) is { } server ? server : inputData;
}
