using MySqlRecovery.InnoDb.Repair;
using Xunit;

namespace MySqlRecovery.Core.Tests.InnoDb;

public sealed class SpaceIdLogTests
{
    [Theory]
    // 5.1
    [InlineData("091112  9:07:21  InnoDB: Error: tablespace id in file './d/t.ibd' is 7, "
        + "but in the InnoDB\nInnoDB: data dictionary it is 33.")]
    // 5.5, and with the backslash that some copies show
    [InlineData("131030 12:00:00  InnoDB: Error: tablespace id and flags in file './d/t.ibd' are 7 and 0, "
        + "but in the InnoDB\nInnoDB: data dictionary they are 33 and 0.")]
    [InlineData("InnoDB: Error: tablespace id and flags in file '.\\d\\t.ibd' are 7 and 0, "
        + "but in the InnoDB\\\nInnoDB: data dictionary they are 33 and 0.")]
    // 5.1 to 5.6
    [InlineData("InnoDB: Error: tablespace id is 33 in the data dictionary\nInnoDB: but in file ./d/t.ibd it is 7!")]
    [InlineData("2026-11-21 12:08:15 7f0a  InnoDB: Error: tablespace id is 33 in the data dictionary\nInnoDB: but in file ./d/t.ibd it "
        + "is 7!")]
    // 5.6 to 8.0
    [InlineData("2016-01-01T00:00:00.000000Z 0 [ERROR] InnoDB: In file './d/t.ibd', tablespace id and flags are 7 and 33, "
        + "but in the InnoDB data dictionary they are 33 and 33. Have you moved InnoDB .ibd files around?")]
    // 5.7 to 9.7
    [InlineData("2026-11-21T12:09:31.608755Z 0 [ERROR] [MY-012095] [InnoDB] [FATAL] Tablespace id is 33 in the data dictionary but in "
        + "file ./d/t.ibd it is 7!")]
    [InlineData("InnoDB: Error: table 'd/t'\nInnoDB: in InnoDB data dictionary has tablespace id 33,\nInnoDB: but tablespace with that "
        + "id or name does not exist. Have")]
    [InlineData("2013-01-01 00:00:00 1 [ERROR] InnoDB: table `d`.`t` in InnoDB data dictionary has tablespace id 33, "
        + "but tablespace with that id or name does not exist.")]
    [InlineData("2026-11-21T12:09:49.765267Z 1 [Warning] [MY-012351] [InnoDB] Tablespace 33, name 'd/t', file './d/t.ibd' is missing!")]
    // MariaDB
    [InlineData("2026-11-21 12:00:00 0 [ERROR] InnoDB: Expected tablespace id 33 but found 7 in the file ./d/t.ibd")]
    [InlineData("2026-11-21 12:00:00 0 [ERROR] InnoDB: The data file './d/t.ibd' has the wrong space ID. It should be 33, but 7 was found")]
    [InlineData("2026-11-21 12:00:00 3 [ERROR] InnoDB: Space id and page no stored in the page, "
        + "read in from ./d/t.ibd are [page id: space=7, page number=3], should be [page id: space=33, page number=3]")]
    // no file in the message: the old id tells
    [InlineData("2026-11-21T12:10:03.867487Z 0 [ERROR] [MY-011904] [InnoDB] Space id and page number stored in the page read in are "
        + "[page id: space=7, page number=1], should be [page id: space=33, page number=1]")]
    [InlineData("2026-11-21 12:08:41 7fcf76a926c0  InnoDB: Error: space id and page n:o stored in the page\nInnoDB: read in are 7:3, "
        + "should be 33:3!")]
    public void Every_wording_gives_the_id_that_the_dictionary_expects(string text)
    {
        SpaceIdLog log = Read(text);
        Assert.Equal(33u, log.Find("/x/d/t.ibd", 7));
    }

    [Fact]
    public void Hundreds_of_tables_in_one_log_are_kept_apart()
    {
        SpaceIdLog log = Read(string.Join('\n', Enumerable.Range(1, 500).SelectMany(i => (string[])
        [
            $"InnoDB: Error: tablespace id and flags in file './shop/t{i}.ibd' are {i} and 0, but in the InnoDB",
            $"InnoDB: data dictionary they are {1000 + i} and 0.",
            "InnoDB: Have you moved InnoDB .ibd files around without using the",
        ])));

        Assert.Equal(500, log.Count);
        for (uint i = 1; i <= 500; i++)
            Assert.Equal(1000 + i, log.Find($"/any/folder/t{i}.ibd", i));
    }

    [Fact]
    public void A_name_in_two_databases_is_told_apart_by_folder_or_by_the_old_id_or_not_at_all()
    {
        SpaceIdLog log = Read("""
            [ERROR] InnoDB: Expected tablespace id 33 but found 7 in the file ./d1/t.ibd
            [ERROR] InnoDB: Expected tablespace id 44 but found 8 in the file ./d2/t.ibd
            """);
        Assert.Equal(44u, log.Find("/x/d2/t.ibd", 99));
        Assert.Equal(33u, log.Find("/x/flat/t.ibd", 7));
        Assert.Null(log.Find("/x/flat/t.ibd", 9));
        Assert.Null(log.Find("/x/flat/u.ibd", 1));
    }

    [Fact]
    public void File_names_stand_for_the_names_of_tables()
    {
        SpaceIdLog log = Read(
            "[Warning] [MY-012351] [InnoDB] Tablespace 33, name 'd/my@002dtable', file './d/my@002dtable.ibd' is missing!");
        Assert.Equal(33u, log.Find("/x/d/my@002dtable.ibd", 7));
    }

    private static SpaceIdLog Read(string text)
    {
        var log = new SpaceIdLog();
        foreach (string line in text.Split('\n'))
            log.Add(line.TrimEnd('\r'));
        return log;
    }
}
