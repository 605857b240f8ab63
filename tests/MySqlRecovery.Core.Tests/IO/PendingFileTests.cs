using System.Diagnostics;
using System.Runtime.Versioning;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.IO;

[UnsupportedOSPlatform("windows")]
public sealed class PendingFileTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Group = Owner | UnixFileMode.GroupRead;
    private const UnixFileMode All = Group | UnixFileMode.OtherRead;
    private readonly string _folder = Directory.CreateTempSubdirectory("pending").FullName;

    [Theory]
    [InlineData(Owner, new UnixFileMode[0])]
    [InlineData(Owner, new[] { UnixFileMode.UserRead })]
    [InlineData(Group, new[] { Group })]
    [InlineData(Group, new[] { All, Group })]
    [InlineData(All, new[] { All | UnixFileMode.OtherExecute })]
    public void Others_may_read_a_new_file_only_if_they_may_read_what_it_is_made_from(UnixFileMode expected, UnixFileMode[] sources)
    {
        string[] logs = [.. sources.Select((mode, i) => Make($"log{i}", mode))];
        string path = Path.Combine(_folder, "new");

        using (PendingFile file = PendingFile.Create(path, overwrite: false, logs))
        {
            Assert.Equal(Owner, File.GetUnixFileMode(file.TemporaryPath));
            file.Write(0, "rows"u8);
            file.Commit();
        }

        Assert.Equal(expected, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Another_group_than_that_of_the_log_may_not_read_a_new_file()
    {
        string log = Make("log", Group), path = Path.Combine(_folder, "new");
        if (!Environment.IsPrivilegedProcess)
            return;
        Run("chown", "12345:54321", log);

        using (PendingFile file = PendingFile.Create(path, overwrite: false, [log]))
            file.Commit();

        Assert.Equal(Owner, File.GetUnixFileMode(path));
    }

    [Fact]
    public void A_log_of_a_server_opens_the_file_to_nobody()
    {
        string path = Path.Combine(_folder, "new");
        using PendingFile file = PendingFile.Create(path, overwrite: false, ["binlog.000001"]);
        file.Commit();
        Assert.Equal(Owner, File.GetUnixFileMode(path));
    }

    [Fact]
    public void What_is_replaced_keeps_its_owner_group_and_rights()
    {
        string path = Make("old", Group);
        if (Environment.IsPrivilegedProcess)
            Run("chown", "12345:54321", path);
        FileStatus before = FileStatus.Of(path)!.Value;

        using (PendingFile file = PendingFile.Create(path, overwrite: true, [Make("log", All)]))
        {
            file.Write(0, "new"u8);
            file.Commit();
        }

        Assert.Equal("new", File.ReadAllText(path));
        FileStatus after = FileStatus.Of(path)!.Value;
        Assert.Equal((before.Owner, before.Group, before.Mode), (after.Owner, after.Group, after.Mode));
        Assert.NotEqual(before.Number, after.Number);
    }

    [Fact]
    public void A_file_made_like_another_takes_its_owner_group_and_rights()
    {
        string source = Make("t.ibd", Group), path = Path.Combine(_folder, "sub", "t.ibd");
        if (Environment.IsPrivilegedProcess)
            Run("chown", "12345:54321", source);

        using (PendingFile file = PendingFile.Replace(path, source))
            file.Commit();

        FileStatus expected = FileStatus.Of(source)!.Value, found = FileStatus.Of(path)!.Value;
        Assert.Equal((expected.Owner, expected.Group, expected.Mode), (found.Owner, found.Group, found.Mode));
    }

    [Fact]
    public void A_link_stays_and_what_it_leads_to_is_replaced()
    {
        string target = Make("target", Group), link = Path.Combine(_folder, "link");
        File.CreateSymbolicLink(link, "target");

        using (PendingFile file = PendingFile.Create(link, overwrite: true, []))
        {
            file.Write(0, "new"u8);
            file.Commit();
        }

        Assert.Equal("target", new FileInfo(link).LinkTarget);
        Assert.Equal("new", File.ReadAllText(target));
        Assert.Equal(Group, File.GetUnixFileMode(target));
    }

    [Fact]
    public void Devices_and_pipes_are_not_replaced()
    {
        string pipe = Path.Combine(_folder, "pipe");
        Run("mkfifo", pipe);

        foreach (string path in (string[])["/dev/null", pipe])
            Assert.Equal("DestinationNotAFile",
                Assert.Throws<RecoveryException>(() => PendingFile.Create(path, overwrite: true, [])).ErrorId);

        Assert.False(FileStatus.Of(pipe)!.Value.IsRegular);
    }

    [Fact]
    public void A_name_as_long_as_the_system_allows_can_be_written()
    {
        string path = Path.Combine(_folder, new string('ü', 127) + "x");
        using (PendingFile file = PendingFile.Create(path, overwrite: false, []))
            file.Commit();
        Assert.True(File.Exists(path));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_destination_that_is_read_is_refused_by_whatever_name()
    {
        string log = Make("log", Owner), symbolic = Path.Combine(_folder, "symbolic"), hard = Path.Combine(_folder, "hard");
        File.CreateSymbolicLink(symbolic, log);
        Run("ln", log, hard);

        foreach (string path in (string[])[log, symbolic, hard])
            Assert.Equal("DestinationIsInput",
                Assert.Throws<RecoveryException>(() => PendingFile.CheckFree(path, overwrite: true, [log])).ErrorId);
        PendingFile.CheckFree(Make("other", Owner), overwrite: true, [log]);
    }

    [Fact]
    public void A_spool_has_no_name_in_the_folder_of_temporary_files()
    {
        using SpoolFile spool = SpoolFile.Create();
        spool.Append("rows"u8);

        var read = new byte[4];
        Assert.Equal(4, spool.Read(0, read));
        Assert.Equal("rows"u8, read);
        Assert.False(File.Exists(spool.Path));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Make(string name, UnixFileMode mode)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, "old");
        File.SetUnixFileMode(path, mode);
        return path;
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
