using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Encryption;

/// <summary>
/// The keys of one or several keyring files of a server: of component_keyring_file (JSON, 8.0.24 and later) or of the
/// keyring_file plugin (5.7 to 8.x). Several, because a server throws a key away once no log of its own needs it, and
/// copies of logs may need it still. Or the key file of MariaDB's file_key_management plugin.
/// </summary>
internal sealed partial class Keyring
{
    /// <summary>Id of the key that MariaDB encrypts logs with, <c>ENCRYPTION_KEY_SYSTEM_DATA</c>.</summary>
    public const string MariaDbLogKey = "1";

    private const int MaximumLength = 16 << 20;
    private const string PluginVersion = "Keyring file version:";
    private readonly Dictionary<string, byte[]> _keys = [];

    private Keyring(string paths) => Paths = paths;

    /// <summary>The files, for messages.</summary>
    public string Paths { get; }

    /// <summary>The ids of all keys.</summary>
    public IReadOnlyCollection<string> KeyIds => _keys.Keys;

    /// <summary>
    /// Reads keyring files; a key that is in several is taken from the last. What is no keyring, or damaged, is an error
    /// with id KeyringInvalid.
    /// </summary>
    public static Keyring Open(IEnumerable<string> paths)
    {
        string[] files = [.. paths];
        var keyring = new Keyring(string.Join(", ", files));
        foreach (string path in files)
            keyring.AddFile(path);
        return keyring;
    }

    /// <summary>The key; null if there is none of this id.</summary>
    public byte[]? Find(string keyId) => _keys.GetValueOrDefault(keyId);

    private void AddFile(string path)
    {
        byte[] bytes = ReadFile(path);
        try
        {
            if (bytes.AsSpan().StartsWith(Encoding.ASCII.GetBytes(PluginVersion)))
                AddPluginKeys(bytes);
            else if (MariaDbKeys().Matches(Encoding.Latin1.GetString(bytes)) is { Count: > 0 } keys)
                AddMariaDbKeys(keys);
            else
                AddComponentKeys(bytes);
        }
        catch (JsonException e)
        {
            throw Invalid(
                path, "this is no keyring file", e,
                bytes.AsSpan().StartsWith("Salted__"u8)
                    ? "It is encrypted (file_key_management_filekey). Decrypt it: openssl enc -d -aes-256-cbc -md sha1 "
                        + "-in keys.enc -out keys.txt."
                    : "Give the data file of component_keyring_file or of the keyring_file plugin, or the key file of MariaDB's "
                        + "file_key_management. The keyrings of other plugins and components cannot be read.");
        }
        catch (Exception e) when (MalformedData.Is(e) || e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Invalid(path, $"the keyring file is damaged: {e.Message}", e, "Take another copy of it.");
        }
    }

    private static byte[] ReadFile(string path)
    {
        using FileSource source = FileSource.Open(path);
        if (source.Length > MaximumLength)
            throw Invalid(path, $"a file of {source.Length} bytes is no keyring file");
        var bytes = new byte[source.Length];
        return bytes[..source.Read(0, bytes)];
    }

    // A line is id;key, ids are numbers, # starts a comment.
    [GeneratedRegex(@"^[ \t]*([0-9]+)[ \t]*;[ \t]*((?:[0-9A-Fa-f]{2})+)[ \t]*(?:#.*)?\r?$", RegexOptions.Multiline)]
    private static partial Regex MariaDbKeys();

    private void AddMariaDbKeys(MatchCollection keys)
    {
        foreach (Match key in keys)
            Add(user: null, key.Groups[1].Value, Convert.FromHexString(key.Groups[2].Value));
    }

    private void AddComponentKeys(byte[] bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        foreach (JsonElement element in document.RootElement.GetProperty("elements").EnumerateArray())
            Add(
                element.GetProperty("user").GetString(),
                element.GetProperty("data_id").GetString() ?? "",
                Convert.FromHexString(element.GetProperty("data").GetString() ?? ""));
    }

    // Version 2.0 adds a digest after the end mark (5.7.21, 8.0.4). It is left alone, as a key that does not fit is found out by the log.
    private void AddPluginKeys(byte[] bytes)
    {
        var cursor = new ByteCursor(bytes);
        cursor.Skip(PluginVersion.Length);
        string version = Encoding.Latin1.GetString(cursor.Take(3));
        if (version is not ("1.0" or "2.0"))
            throw new InvalidDataException($"it has version {version}, known are 1.0 and 2.0");
        while (!cursor.Rest.StartsWith("EOF"u8))
            AddPluginKey(cursor.Take(Length(BinaryPrimitives.ReadUInt64LittleEndian(new ByteCursor(cursor.Rest).Take(sizeof(ulong))))));
    }

    /// <summary>A record: five lengths of eight bytes, first its own, then key id, key type, user and key, padded to eight bytes.</summary>
    private void AddPluginKey(ReadOnlySpan<byte> record)
    {
        var cursor = new ByteCursor(record);
        cursor.Skip(sizeof(ulong));
        int idLength = Length(cursor.ReadUInt64());
        int typeLength = Length(cursor.ReadUInt64());
        int userLength = Length(cursor.ReadUInt64());
        int keyLength = Length(cursor.ReadUInt64());
        string id = Encoding.UTF8.GetString(cursor.Take(idLength));
        cursor.Skip(typeLength);
        string user = Encoding.UTF8.GetString(cursor.Take(userLength));

        // The plugin does not store keys in the clear, but its mask is a constant of its source (plugin/keyring/common/keyring_key.cc).
        ReadOnlySpan<byte> mask = "*305=Ljt0*!@$Hnm(*-9-w;:"u8;
        byte[] key = cursor.Take(keyLength).ToArray();
        for (int i = 0; i < key.Length; i++)
            key[i] ^= mask[i % mask.Length];
        Add(user, id, key);
    }

    /// <summary>Keeps the server's own keys; keys of users may have the same ids.</summary>
    private void Add(string? user, string id, byte[] key)
    {
        if (string.IsNullOrEmpty(user))
            _keys[id] = key;
    }

    private static int Length(ulong value) =>
        value <= MaximumLength ? (int)value : throw new InvalidDataException($"a key has a field of {value} bytes");

    private static RecoveryException Invalid(string path, string message, Exception? inner = null, string? action = null) =>
        new("KeyringInvalid", RecoveryErrorKind.InvalidData, message, path, recommendedAction: action, inner: inner);
}
