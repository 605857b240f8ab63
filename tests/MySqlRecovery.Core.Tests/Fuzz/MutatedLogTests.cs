using System.Runtime.CompilerServices;
using MySqlRecovery.Bench.Fuzz;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Fuzz;

public sealed class MutatedLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Damage_of_any_kind_ends_in_an_error_for_the_user_and_in_bounded_memory()
    {
        string samples = Path.GetFullPath(Path.Combine(Here(), "../../../samples/incident"));
        byte[][] logs =
        [
            .. Directory.GetFiles(samples, "binlog.0*").Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
            new SmallLog().AddTable(type: 3).AddInsert([7, 0, 0, 0], [8, 0, 0, 0]).Bytes,
        ];
        var mutator = new LogMutator(logs, seed: 1);
        string input = Path.Combine(_folder, "input"), output = Path.Combine(_folder, "output");
        int refused = 0;
        for (int i = 0; i < 60; i++)
        {
            byte[] log = mutator.Next();
            File.WriteAllBytes(input, log);
            foreach ((_, Action<string, string> read) in LogReading.Ways)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    read(input, output);
                }
                catch (RecoveryException)
                {
                    refused++;
                }

                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, FuzzBounds.Allocation(log.Length));
            }
        }

        Assert.InRange(refused, 60, 300);
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
