using System.IO.MemoryMappedFiles;
using MySqlRecovery.Model;

namespace MySqlRecovery.History;

/// <summary>
/// A set of keys by their hashes, 16 bytes each in open addressing: in memory up to a bound, in a temporary file beyond it.
/// </summary>
/// <param name="maximumMemory">The bound in bytes.</param>
internal sealed class TouchedKeys(long maximumMemory) : IDisposable
{
    private const int FirstSlots = 1 << 12;
    private const int SlotSize = 16;

    private UInt128[]? _memory = new UInt128[FirstSlots];
    private MappedSlots? _file;
    private long _slots = FirstSlots;

    public long Count { get; private set; }

    /// <summary>Whether the key is new.</summary>
    public bool Add(UInt128 key)
    {
        if (Count >= _slots / 4 * 3)
            Grow();
        long at = Find(Stored(key));
        if (Read(at) != default)
            return false;
        Write(at, Stored(key));
        Count++;
        return true;
    }

    public bool Contains(UInt128 key) => Count > 0 && Read(Find(Stored(key))) != default;

    public void Dispose() => _file?.Dispose();

    // Zero is an empty slot.
    private static UInt128 Stored(UInt128 key) => key == default ? UInt128.One : key;

    private long Find(UInt128 key)
    {
        long at = (long)(ulong)key & (_slots - 1);
        while (Read(at) is var found && found != default && found != key)
            at = at + 1 & (_slots - 1);
        return at;
    }

    private UInt128 Read(long at) => _memory != null ? _memory[at] : _file!.Read(at);

    private void Write(long at, UInt128 key)
    {
        if (_memory != null)
            _memory[at] = key;
        else
            _file!.Write(at, key);
    }

    private void Grow()
    {
        (UInt128[]? memory, MappedSlots? file, long slots) = (_memory, _file, _slots);
        _slots *= 2;
        bool fits = memory != null && _slots * SlotSize <= maximumMemory;
        _memory = fits ? new UInt128[_slots] : null;
        _file = fits ? null : new MappedSlots(_slots);
        for (long i = 0; i < slots; i++)
        {
            UInt128 key = memory != null ? memory[i] : file!.Read(i);
            if (key != default)
                Write(Find(key), key);
        }

        file?.Dispose();
    }

    /// <summary>Slots in a temporary file without a name, of which the system keeps in memory what it has room for.</summary>
    private sealed class MappedSlots : IDisposable
    {
        private readonly MemoryMappedFile _map;
        private readonly MemoryMappedViewAccessor _view;

        public MappedSlots(long slots)
        {
            string path = Path.Combine(Path.GetTempPath(), $"mysqlrecovery-{Guid.NewGuid():N}.tmp");
            try
            {
                var options = new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    Options = FileOptions.DeleteOnClose,
                };
                if (!OperatingSystem.IsWindows())
                    options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                var stream = new FileStream(path, options);
                _map = MemoryMappedFile.CreateFromFile(
                    stream, null, slots * SlotSize, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
                _view = _map.CreateViewAccessor();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new RecoveryException(
                    "FileWriteFailed", RecoveryErrorKind.WriteError, $"the temporary file cannot be written: {e.Message}", path, inner: e);
            }
        }

        public UInt128 Read(long at) => new(_view.ReadUInt64(at * SlotSize), _view.ReadUInt64(at * SlotSize + sizeof(ulong)));

        public void Write(long at, UInt128 key)
        {
            _view.Write(at * SlotSize, (ulong)(key >> 64));
            _view.Write(at * SlotSize + sizeof(ulong), (ulong)key);
        }

        public void Dispose()
        {
            _view.Dispose();
            _map.Dispose();
        }
    }
}
