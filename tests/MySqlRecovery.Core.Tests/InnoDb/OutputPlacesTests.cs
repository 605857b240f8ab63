using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Repair;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.InnoDb;

public sealed class OutputPlacesTests
{
    [Theory]
    [InlineData("M@1oller", "Müller")]
    [InlineData("@0g@G0@@A", "àАⒶ")]
    [InlineData("@00@zz", "@00@zz")] // no letters
    [InlineData("a@002db@4e2d", "a-b中")]
    [InlineData("@", "@")]
    [InlineData("x@1", "x@1")]
    public void A_file_name_stands_for_the_name_that_the_server_shows(string file, string name) =>
        Assert.Equal(name, TableFileName.Decode(file));

    [Theory]
    [InlineData("/data/shop/t#i#01.ibd", true)]
    [InlineData("/data/shop/t.ibd", false)]
    [InlineData("/data/shop/t#p#i#01x.ibd", false)]
    public void The_file_of_a_vector_index_is_known_by_its_name(string path, bool isOne) =>
        Assert.Equal(isOne, TableFileName.IsVectorIndex(path));

    [Fact]
    public void The_outcome_has_the_name_of_the_reference()
    {
        var places = new OutputPlaces(["/lost/shop/t#P#p0.ibd"], "/out", null, "/undo", overwrite: false);

        RepairOutput output = places.For("/lost/shop/t#P#p0.ibd", "/fresh/shop/t#p#p0.ibd");

        Assert.Equal(("/out/t#p#p0.ibd", "/undo/t#p#p0.ibd.undo"), (output.Destination, output.UndoPath));
    }

    [Fact]
    public void Two_copies_of_a_database_are_not_written_over_one_another()
    {
        string[] files = ["/lost/monday/shop/t.ibd", "/lost/tuesday/shop/t.ibd", "/lost/monday/shop/u.ibd"];
        var places = new OutputPlaces(files, "/out", null, null, overwrite: true);
        (string, string?)[] all = [.. files.Select(f => (f, (string?)null))];

        foreach (string file in files[..2])
            Assert.Equal("DestinationAmbiguous", Assert.Throws<RecoveryException>(() => places.Check(file, null, all)).ErrorId);
        places.Check(files[2], null, all);
    }

    [Fact]
    public void Backups_of_two_files_do_not_take_each_others_place()
    {
        string[] files = ["/lost/monday/shop/t.ibd", "/lost/tuesday/shop/t.ibd"];
        var places = new OutputPlaces(files, null, "/backup", null, overwrite: true);

        Assert.Equal("DestinationAmbiguous", Assert.Throws<RecoveryException>(
            () => places.Check(files[0], null, [(files[0], null), (files[1], null)])).ErrorId);
    }

    [Fact]
    public void A_file_that_is_read_is_no_destination()
    {
        using var sample = new SampleFile("mysql-9.7-main_dyn");
        string link = Path.Combine(sample.Folder, "link.ibd");
        File.CreateSymbolicLink(link, sample.Source);
        foreach (string destination in (string[])[sample.Source, sample.Reference, link])
        {
            var places = new OutputPlaces([sample.Source], destination, null, null, overwrite: true);
            Assert.Equal("DestinationIsInput", Assert.Throws<RecoveryException>(
                () => places.Check(sample.Source, sample.Reference, [(sample.Source, sample.Reference)])).ErrorId);
        }
    }
}
