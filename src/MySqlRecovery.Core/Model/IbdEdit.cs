namespace MySqlRecovery.Model;

/// <summary>One change that <c>Repair-IbdSpaceId -WhatIf</c> would make.</summary>
public sealed class IbdEdit
{
    /// <summary>The file that would be read.</summary>
    public string Path { get; set; } = "";

    /// <summary>The page, counted from 0.</summary>
    public long PageNumber { get; set; }

    /// <summary>Where the change starts in the file, in bytes.</summary>
    public long Offset { get; set; }

    /// <summary>The bytes that are there.</summary>
    public byte[] OldBytes { get; set; } = [];

    /// <summary>The bytes that would be there.</summary>
    public byte[] NewBytes { get; set; } = [];

    /// <summary>What the bytes are: space id, segment header, index id, BLOB reference, LSN, SDI, checksum.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Offset, bytes and reason in one line.</summary>
    public override string ToString() =>
        $"{Path} offset {Offset}: {Convert.ToHexString(OldBytes)} -> {Convert.ToHexString(NewBytes)} ({Reason})";
}
