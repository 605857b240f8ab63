using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MySqlRecovery.IO;

/// <summary>
/// What the system knows of a file, links followed: which one it is, whose, and who may read it. Owner, group and mode are
/// those of Unix; on Windows they are zero.
/// </summary>
internal readonly partial record struct FileStatus(ulong Device, ulong Number, uint Owner, uint Group, uint Mode)
{
    private const uint TypeMask = 0xF000, RegularFile = 0x8000, Permissions = 0x1FF;
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint BasicFields = 0x7FF; // STATX_BASIC_STATS

    /// <summary>A file, not a device, a pipe or a socket.</summary>
    public bool IsRegular => (Mode & TypeMask) is RegularFile or 0;

    public UnixFileMode Rights => (UnixFileMode)(Mode & Permissions);

    /// <summary>The status; null where there is no such file, or none that may be seen.</summary>
    public static FileStatus? Of(string path)
    {
        if (OperatingSystem.IsLinux())
            return OfLinux(path);
        if (OperatingSystem.IsMacOS())
            return OfMac(path);
        return OperatingSystem.IsWindows() ? OfWindows(path) : null;
    }

    /// <summary>Whether two paths lead to one file, by whatever links.</summary>
    public static bool IsSame(string a, string b) =>
        Of(a) is { } one && Of(b) is { } other && (one.Device, one.Number) == (other.Device, other.Number);

    /// <summary>Gives an open file another owner and group; false if the system refuses. Nothing on Windows.</summary>
    public static bool TryChangeOwner(SafeFileHandle file, uint owner, uint group) =>
        OperatingSystem.IsWindows() || ChangeOwner(file, owner, group) == 0;

    // struct statx: the same on every processor.
    private static FileStatus? OfLinux(string path)
    {
        Span<byte> status = stackalloc byte[256];
        if (StatX(CurrentFolder, path, 0, BasicFields, ref MemoryMarshal.GetReference(status)) != 0)
            return null;
        ulong device = ((ulong)Native32(status, 136) << 32) | Native32(status, 140);
        return new FileStatus(device, Native64(status, 32), Native32(status, 20), Native32(status, 24), Native32(status, 28) & 0xFFFF);
    }

    private static FileStatus? OfMac(string path)
    {
        Span<byte> status = stackalloc byte[256];
        ref byte first = ref MemoryMarshal.GetReference(status);
        if ((RuntimeInformation.ProcessArchitecture == Architecture.X64 ? MacStat64(path, ref first) : MacStat(path, ref first)) != 0)
            return null;
        return new FileStatus(
            Native32(status, 0), Native64(status, 8), Native32(status, 16), Native32(status, 20), Native32(status, 4) & 0xFFFF);
    }

    private static FileStatus? OfWindows(string path)
    {
        Span<byte> information = stackalloc byte[52];
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (!GetFileInformationByHandle(file, ref MemoryMarshal.GetReference(information)))
                return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return new FileStatus(Native32(information, 28), ((ulong)Native32(information, 44) << 32) | Native32(information, 48), 0, 0, 0);
    }

    private static uint Native32(ReadOnlySpan<byte> bytes, int at) => MemoryMarshal.Read<uint>(bytes[at..]);

    private static ulong Native64(ReadOnlySpan<byte> bytes, int at) => MemoryMarshal.Read<ulong>(bytes[at..]);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, ref byte status);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MacStat(string path, ref byte status);

    [LibraryImport("libc", EntryPoint = "stat$INODE64", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MacStat64(string path, ref byte status);

    [LibraryImport("libc", EntryPoint = "fchown")]
    private static partial int ChangeOwner(SafeFileHandle file, uint owner, uint group);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetFileInformationByHandle(SafeFileHandle file, ref byte information);
}
