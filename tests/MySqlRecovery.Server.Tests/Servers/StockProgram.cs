using System.Diagnostics;
using System.Text;

namespace MySqlRecovery.Server.Tests.Servers;

/// <summary>Runs a program to its end.</summary>
internal static class StockProgram
{
    /// <summary>Runs it and gives what it wrote to standard output.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message is what it wrote to standard error.</exception>
    public static byte[] Run(string program, IEnumerable<string> arguments, Action<Stream>? writeInput = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        using Process process = Process.Start(start)!;
        using var output = new MemoryStream();
        Task outputRead = process.StandardOutput.BaseStream.CopyToAsync(output);
        Task<string> errorRead = process.StandardError.ReadToEndAsync();
        try
        {
            using Stream input = process.StandardInput.BaseStream;
            writeInput?.Invoke(input);
        }
        catch (IOException)
        {
            // It ended before it read everything; its exit code and message tell more than the broken pipe.
        }

        process.WaitForExit();
        outputRead.Wait();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{Path.GetFileName(program)} failed ({process.ExitCode}): {errorRead.Result.Trim()}");
        return output.ToArray();
    }

    /// <summary>The same with text in UTF-8.</summary>
    public static string RunText(string program, IEnumerable<string> arguments, string input = "") =>
        Encoding.UTF8.GetString(Run(program, arguments, stream => stream.Write(Encoding.UTF8.GetBytes(input))));
}
