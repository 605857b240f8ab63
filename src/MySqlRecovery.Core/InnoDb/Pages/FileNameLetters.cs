using System.Collections.Frozen;
using System.Globalization;

namespace MySqlRecovery.InnoDb.Pages;

/// <summary>
/// The letters that file names write as @ and two characters, so that upper and lower case stay apart where file systems do
/// not tell them apart. Other characters are @ and four hexadecimal digits. As the servers' character set "filename" converts.
/// </summary>
internal static class FileNameLetters
{
    // The first letter of a run of code points, then two characters for each.
    private const string Table = """
        00C0 0G0H0I0J0K0L0M0N0O0P0Q0R0S0T0U0V0W0X0Y0Z1G1H1I
        00D8 1K1L1M1N1O1P1Q1j0g0h0i0j0k0l0m0n0o0p0q0r0s0t0u0v0w0x0y0z1g1h1i
        00F8 1k1l1m1n1o1p1q1r1S1s1T1t1U1u1V1v1W1w1X1x1Y1y1Z1z2G2g2H2h2I2i2J2j2K2k2L2l2M2m2N2n2O2o2P2p2Q2q2R2r2S2s2T2t2U2u2V2v
        0131 2w2X2x2Y2y2Z2z3g3H3h3I3i3J3j3K3k3L3l3M3m3N3n3O3o3p3Q3q3R3r3S3s3T3t3U3u3V3v3W3w3X3x3Y3y3Z3z4G4g4H4h4I4i4J4j4K4k4L
        0169 4l4M4m4N4n4O4o4P4p4Q4q4R4r4S4s1R4T4t4U4u4V4v4wgaQfHahaIaiaRfJajaTfUfKakalaZbWfYfMamaJgMgnaSgRgOaoapaqaYgHhraKhSa
        01A1 saTataUauaVhVavaYhwaxaYayaJiZazaLiMiGbgbHbhbTiIbibjbkbNbnbmb
        01C4 Ob
        01C6 obPb
        01C9 pbQb
        01CC qbRbrbSbsbTbtbUbubVbvbWbwbXbxbYbybzbGcgcHchcIcicJcjcKckcLclcMcmcNcncOcocpcQc
        01F3 qcRcrcNa
        01F8 ScscTctcUcucVcvcWcwcXcxcYcycZczcGdgdHdhdIdidJdjdKdkdLdldMdmdNdndOdodPdpdQdqdRdrdRasdTdtdUdudVdvdWdwdXdxdYdydZdzd
        0230 GegeHeheiejekelemeneOePepePaQereseVi
        0250 nfofpfqfrfsftfufvfwfxfyfzfgghgigjgkglgmgngogpgqgrgsgtgugvgwgxgygzgghhhihjhkhlhmhnhohphqhrhshthuhvhwhxhyhzhgihiii
        0288 jikiliminioipiqirisitiuiviwixiyizigjhjijjjkjljmjnjojpjqjrjsjtjujvjwjxjyjzjgkhkik
        0386 6G
        0388 6H6I6J
        038C 7S
        038E 7T7U5y6L7W6N6O6P6Q6R7X6T8W6V6W6X6Y6Z8I7H
        03A3 8Y7K7L8H7N7O7P7Q7R6g6h6i6j6k6l6m6n6o6p6q6r6s6t6u6v6w6x6y6z7g7h7i7j7k7l7m7n7o7p7q7r7s7t7u
        03D0 7w7x7Y7Z8G8h8i8j
        03D9 8k8L8l8M8m8N8n8O8o8P8p8Q8q8R8r8S8s8T8t8U8u8V8v8w8x8y8z
        03F5 9g9h
        03F8 9i
        03FB 9j9k9L9M9NS1T1U1V1W1X1Y1Z1G2H2I2J2K2L2M2N2G0H0I0J0K0L0M0N0O0P0Q0R0S0T0U0V0W0X0Y0Z0G1H1I1J1K1L1M1N1O1P1Q1R1g0h0i0
        0433 j0k0l0m0n0o0p0q0r0s0t0u0v0w0x0y0z0g1h1i1j1k1l1m1n1o1p1q1r1s1t1u1v1w1x1y1z1g2h2i2j2k2l2m2n2O2o2P2p2Q2q2R2r2S2s2T2
        046B t2U2u2V2v2W2w2X2x2Y2y2Z2z2G3g3H3h3I3i3J3j3K3k3
        048A M3m3N3n3O3o3P3p3Q3q3R3r3S3s3T3t3U3u3V3v3W3w3X3x3Y3y3Z3z3G4g4H4h4I4i4J4j4K4k4L4l4M4m4N4n4O4o4P4p4Q4q4R4r4S4s4T4U4
        04C2 u4V4v4W4w4X4x4Y4y4Z4z4G5g5
        04D0 I5i5J5j5K5k5L5l5M5m5N5n5O5o5P5p5Q5q5R5r5S5s5T5t5U5u5V5v5W5w5X5x5Y5y5Z5z5G6g6H6h6I6i6
        0500 P6p6Q6q6R6r6S6s6T6t6U6u6V6v6W6w6
        0531 H7I7J7K7L7M7N7O7P7Q7R7S7T7U7V7W7X7Y7Z7G8H8I8J8K8L8M8N8O8P8Q8R8S8T8U8V8W8X8
        0561 h7i7j7k7l7m7n7o7p7q7r7s7t7u7v7w7x7y7z7g8h8i8j8k8l8m8n8o8p8q8r8s8t8u8v8w8x8
        1E00 GlglHlhlIlilJljlKlklLlllMlmlNlnlOlolPlplQlqlRlrlSlslTltlUlulVlvlWlwlXlxlYlylZlzlGmgmHmhmImimJmjmKmkmLmlmMmmmNmnm
        1E38 OmomPmpmQmqmRmrmSmsmTmtmUmumVmvmWmwmXmxmYmymZmzmGngnHnhnIninJnjnKnknLnlnMnmnNnnnGponPnpnQnqnRnrnSnsnTntnUnunVnvn
        1E70 WnwnXnxnYnynZnznGogoHohoIoioJojoKokoLoloMomoNonoOoooPopoQoqoRoroSosoTotoUouovowoxoyozogp
        1EA0 LplpMpmpNpnpOpopPpppQpqpRprpSpspTptpUpupVpvpWpwpXpxpYpypZpzpGqgqHqhqIqiqJqjqKqkqLqlqMqmqNqnqOqoqPqpqQqqqRqrqSqsq
        1ED8 TqtqUquqVqvqWqwqXqxqYqyqZqzqGrgrHrhrIrirJrjrKrkrLrlrMrmrNrnrOrorPrpr
        1F00 gshsisjskslsmsnsGsHsIsJsKsLsMsNsospsqsrsssts
        1F18 OsPsQsRsSsTs
        1F20 yszsgthtitjtktltYsZsGtHtItJtKtLtmtntotptqtrtstttMtNtOtPtQtRtStTtutvtwtxtytzt
        1F48 UtVtWtXtYtZt
        1F50 kulumunuoupuquru
        1F59 Lu
        1F5B Nu
        1F5D Pu
        1F5F RuwuxuyuzugvhvivjvWuXuYuZuGvHvIvJvkvlvmvnvovpvqvrvsvtvuvvvwvxv
        1F80 gwhwiwjwkwlwmwnwGwHwIwJwKwLwMwNwowpwqwrwswtwuwvwOwPwQwRwSwTwUwVwwwxwywzwgxhxixjxWwXwYwZwGxHxIxJxkxlxmxnxox
        1FB6 qxrxKxLxKvLvNx
        1FC2 sxtxux
        1FC6 wxxxMvNvOvPvTx
        1FD0 yxzxgyhy
        1FD6 kylyYxZxQvRv
        1FE0 nyoypyqyrysytyuyNyOyUvVvSy
        1FF2 xyyy
        1FF6 hzizSvTvWvXvYy
        2160 G9H9I9J9K9L9M9N9O9P9Q9R9S9T9U9V9g9h9i9j9k9l9m9n9o9p9q9r9s9t9u9v9
        24B6 @A@B@C@D@E@F@G@H@I@J@K@L@M@N@O@P@Q@R@S@T@U@V@W@X@Y@Z@a@b@c@d@e@f@g@h@i@j@k@l@m@n@o@p@q@r@s@t@u@v@w@x@y@z
        FF21 A@B@C@D@E@F@G@H@I@J@K@L@M@N@O@P@Q@R@S@T@U@V@W@X@Y@Z@
        FF41 a@b@c@d@e@f@g@h@i@j@k@l@m@n@o@p@q@r@s@t@u@v@w@x@y@z@
        """;

    private static readonly FrozenDictionary<(char, char), char> Letters = Read().ToFrozenDictionary();

    /// <summary>The letter for the two characters after the @.</summary>
    public static bool TryFind(char first, char second, out char letter) => Letters.TryGetValue((first, second), out letter);

    private static Dictionary<(char, char), char> Read()
    {
        var letters = new Dictionary<(char, char), char>();
        foreach (string line in Table.Split('\n', StringSplitOptions.TrimEntries))
        {
            int code = int.Parse(line.AsSpan(0, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            for (int i = 5; i < line.Length; i += 2)
                letters[(line[i], line[i + 1])] = (char)code++;
        }

        return letters;
    }
}
