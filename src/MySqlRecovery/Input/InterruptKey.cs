namespace MySqlRecovery.Input;

/// <summary>
/// Takes Ctrl+C as a key while it lives, so that a command can end where it sees fit and still give what it has: once
/// PowerShell itself stops a command, nobody takes its objects any more.
/// </summary>
internal sealed class InterruptKey : IDisposable
{
    private bool _wasPressed;

    private InterruptKey()
    {
    }

    /// <summary>Null where there is no terminal, or where it belongs to another program than PowerShell's own.</summary>
    public static InterruptKey? Take(string hostName)
    {
        try
        {
            if (hostName != "ConsoleHost" || Console.IsInputRedirected || Console.TreatControlCAsInput)
                return null;
            Console.TreatControlCAsInput = true;
            return new InterruptKey();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or PlatformNotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Whether Ctrl+C was pressed by now. Other keys are passed over.</summary>
    public bool WasPressed()
    {
        while (!_wasPressed && Console.KeyAvailable)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            _wasPressed = key is { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control };
        }

        return _wasPressed;
    }

    public void Dispose() => Console.TreatControlCAsInput = false;
}
