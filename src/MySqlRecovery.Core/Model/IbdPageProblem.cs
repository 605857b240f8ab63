using MySqlRecovery.InnoDb.Pages;

namespace MySqlRecovery.Model;

/// <summary>A page of an .ibd file that is not as it should be.</summary>
public sealed class IbdPageProblem
{
    /// <summary>The file.</summary>
    public string Path { get; set; } = "";

    /// <summary>The page, counted from 0.</summary>
    public long PageNumber { get; set; }

    /// <summary>Where the page starts in the file, in bytes.</summary>
    public long Offset { get; set; }

    /// <summary>The page type as stored, for example 17855 for an index page.</summary>
    public int PageType { get; set; }

    /// <summary>The index that the page says it belongs to; empty for other pages.</summary>
    public string IndexId { get; set; } = "";

    /// <summary>Whether the page is marked free: its contents then do not matter.</summary>
    public bool IsFree { get; set; }

    /// <summary>What is wrong: checksum, page number, or what a check of the contents found.</summary>
    public string Problem { get; set; } = "";

    /// <summary>What the page should carry.</summary>
    public string Expected { get; set; } = "";

    /// <summary>What it carries.</summary>
    public string Found { get; set; } = "";

    /// <summary>All of it in one line.</summary>
    public override string ToString() =>
        $"{Path}: page {PageNumber} (type {PageType}): {Problem}" + (Expected.Length > 0 ? $", expected {Expected}, found {Found}" : "");
}
