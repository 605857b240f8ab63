using System.Buffers.Binary;
using System.Security.Cryptography;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Repair;

/// <summary>
/// What gives a repaired file back byte for byte: the bytes that were changed, in the order of the file, and the SHA-256 of
/// the original and of the repaired file. Layout: 8 bytes of magic, length (8), number of entries (8), two hashes (32 each),
/// then entries of offset (8), length (4) and bytes, all numbers big-endian.
/// </summary>
internal static class RepairJournal
{
    private const int HeaderLength = 8 + 8 + 8 + 32 + 32;
    private const int EntryHeaderLength = 12;

    private static ReadOnlySpan<byte> Magic => "IBDUNDO1"u8;

    /// <summary>Leaves room for the header, which is known last.</summary>
    public static void Start(Stream undo) => undo.Write(new byte[HeaderLength]);

    public static void Append(Stream undo, long offset, ReadOnlySpan<byte> oldBytes)
    {
        Span<byte> header = stackalloc byte[EntryHeaderLength];
        BinaryPrimitives.WriteInt64BigEndian(header, offset);
        BinaryPrimitives.WriteInt32BigEndian(header[8..], oldBytes.Length);
        undo.Write(header);
        undo.Write(oldBytes);
    }

    public static void Finish(Stream undo, long length, long entries, byte[] originalHash, byte[] repairedHash)
    {
        var header = new byte[HeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(8), length);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(16), entries);
        originalHash.CopyTo(header, 24);
        repairedHash.CopyTo(header, 56);
        undo.Position = 0;
        undo.Write(header);
    }

    /// <summary>Writes the original to the destination; throws without having left anything there if either hash differs. The
    /// number of changes.</summary>
    public static long Apply(string repaired, RepairOutput places, CancellationToken stop)
    {
        string undoPath = places.UndoPath!, destination = places.Destination;
        if (!places.Overwrite && File.Exists(destination) && Path.GetFullPath(destination) != Path.GetFullPath(repaired))
            throw new RecoveryException("DestinationExists", RecoveryErrorKind.ResourceExists, "the destination exists", destination,
                recommendedAction: "Give another -Destination, or -Force to replace it.");
        using FileStream undo = Open(undoPath);
        using FileStream source = Open(repaired);
        var header = new byte[HeaderLength];
        if (undo.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength || !header.AsSpan(0, 8).SequenceEqual(Magic))
            throw Damaged(undoPath, "is not an undo file of Repair-IbdSpaceId");
        long length = BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(8)),
        entries = BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(16));
        if (source.Length != length)
            throw NotTheRepaired(repaired, undoPath);
        using var original = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var found = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var output = PendingFile.Replace(destination, repaired);
        var pending = new EntryReader(undo, undoPath, entries);
        var chunk = new byte[TablespaceFile.ChunkSize];
        for (long at = 0; at < length;)
        {
            stop.ThrowIfCancellationRequested();
            int read = source.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false);
            found.AppendData(chunk, 0, read);
            pending.ApplyTo(chunk.AsSpan(0, read), at);
            original.AppendData(chunk, 0, read);
            output.Stream.Write(chunk, 0, read);
            at += read;
            if (read == 0)
                throw NotTheRepaired(repaired, undoPath);
        }

        if (!found.GetHashAndReset().AsSpan().SequenceEqual(header.AsSpan(56, 32)))
            throw NotTheRepaired(repaired, undoPath);
        if (!original.GetHashAndReset().AsSpan().SequenceEqual(header.AsSpan(24, 32)))
            throw Damaged(undoPath, "does not give the original back: it is damaged");
        source.Dispose();
        output.Commit();
        return entries;
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecoveryException("FileNotFound", RecoveryErrorKind.ReadError, e.Message, path, inner: e);
        }
    }

    private static RecoveryException Damaged(string path, string what) =>
        new("UndoFileInvalid", RecoveryErrorKind.InvalidData, $"this file {what}", path);

    private static RecoveryException NotTheRepaired(string path, string undoPath) => new(
        "UndoFileMismatch", RecoveryErrorKind.InvalidData,
        $"this is not the file that the repair wrote for which {undoPath} was made, or it was changed since, for example by a server",
        path);

    /// <summary>Entries in the order of the file; none reaches over the end of a chunk because none reaches over a page.</summary>
    private sealed class EntryReader
    {
        private readonly Stream _undo;
        private readonly string _path;
        private readonly byte[] _header = new byte[EntryHeaderLength];
        private long _left;
        private long _offset = -1;
        private int _length;

        public EntryReader(Stream undo, string path, long entries)
        {
            _undo = undo;
            _path = path;
            _left = entries;
        }

        public void ApplyTo(Span<byte> chunk, long chunkOffset)
        {
            while (ReadHeader() && _offset < chunkOffset + chunk.Length)
            {
                long at = _offset - chunkOffset;
                if (at < 0 || _length < 0 || at + _length > chunk.Length
                    || _undo.ReadAtLeast(chunk.Slice((int)at, _length), _length, throwOnEndOfStream: false) < _length)
                    throw Damaged(_path, "is damaged: an entry does not fit the file");
                _offset = -1;
                _left--;
            }
        }

        private bool ReadHeader()
        {
            if (_offset >= 0)
                return true;
            if (_left == 0)
                return false;
            if (_undo.ReadAtLeast(_header, EntryHeaderLength, throwOnEndOfStream: false) < EntryHeaderLength)
                throw Damaged(_path, "is cut off");
            _offset = BinaryPrimitives.ReadInt64BigEndian(_header);
            _length = BinaryPrimitives.ReadInt32BigEndian(_header.AsSpan(8));
            if (_offset < 0)
                throw Damaged(_path, "is damaged: an entry has no place");
            return true;
        }
    }
}
