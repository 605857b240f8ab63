using System.Runtime.CompilerServices;

namespace MySqlRecovery;

/// <summary>How methods are compiled.</summary>
internal static class Jit
{
    /// <summary>
    /// Optimized from the first call on. Most runs are over within a second or two: what runs for every event or row would
    /// spend a good part of it unoptimized, and be compiled three times, before the runtime optimizes it by itself.
    /// Such a method is called, never inlined: the smallest are for AggressiveInlining.
    /// </summary>
    public const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;
}
