using Portal.Classroom.Learners;
using Xunit;

namespace Portal.Classroom.Tests;

public sealed class PersonNameTests
{
    [Theory]
    [InlineData("  Ada   Lovelace ", "Ada Lovelace")]
    [InlineData("Ａｄａ", "Ada")]
    [InlineData("Jose\u0301", "José")]
    [InlineData("ﬁnn\u00A0x", "finn x")]
    [InlineData("李小龙", "李小龙")]
    [InlineData("O'Brien-Smith", "O'Brien-Smith")]
    [InlineData("ⅻ", "xii")]
    public void Clean_Name_IsInOneForm(string typed, string name) => Assert.Equal(name, PersonName.Clean(typed));

    [Theory]
    [InlineData("", "Give the learner a name.")]
    [InlineData(" \t ", "The name has a character that cannot be seen (U+0009)")]
    [InlineData("   ", "Give the learner a name.")]
    [InlineData("A\u200Bda", "The name has a character that cannot be seen (U+200B)")]
    [InlineData("\u202EadA", "The name has a character that cannot be seen (U+202E)")]
    [InlineData("A\u2066da", "The name has a character that cannot be seen (U+2066)")]
    [InlineData("A\u0000da", "The name has a character that cannot be seen (U+0000)")]
    [InlineData("A\u00ADda", "The name has a character that cannot be seen (U+00AD)")]
    [InlineData("\u3164\u3164", "The name has a character that cannot be seen (U+3164)")]
    [InlineData("A\uFE0F", "The name has a character that cannot be seen (U+FE0F)")]
    [InlineData("A\uD800", "The name has a character that cannot be seen (U+FFFD)")]
    [InlineData("A\uE000", "The name has a character that cannot be seen (U+E000)")]
    [InlineData("...", "The name has no letter.")]
    public void Clean_UnusableName_SaysWhy(string typed, string message) =>
        Assert.StartsWith(
            message,
            Assert.Throws<ClassroomException>(() => PersonName.Clean(typed)).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData(80, true)]
    [InlineData(81, false)]
    [InlineData(100_000, false)]
    public void Clean_LongName_IsRefusedBeyondTheLimit(int length, bool accepted)
    {
        var e = Record.Exception(() => PersonName.Clean(new string('x', length)));

        Assert.Equal(accepted, e is null);
    }

    [Theory]
    [InlineData("Ada", "ADA")]
    [InlineData("Ada", "Аdа")] // Cyrillic
    [InlineData("Ada", "Αda")] // Greek
    [InlineData("Ada", "Ａｄａ")]
    [InlineData("Ada", "𝐀𝐝𝐚")]
    [InlineData("Ada Lovelace", "Ada-Lovelace")]
    [InlineData("Bill", "BiII")]
    [InlineData("Bob", "B0b")]
    [InlineData("Tom", "Torn")]
    [InlineData("HELEN", "ΗΕLΕΝ")]
    [InlineData("Strasse", "Straße")]
    public void Skeleton_NamesThatLookTheSame_AreEqual(string a, string b) =>
        Assert.Equal(PersonName.Skeleton(a), PersonName.Skeleton(b));

    [Theory]
    [InlineData("Ada", "Eda")]
    [InlineData("Jose", "José")]
    [InlineData("Ada", "Ada B")]
    [InlineData("李", "王")]
    [InlineData("Анна", "Инна")]
    public void Skeleton_NamesThatLookDifferent_Differ(string a, string b) =>
        Assert.NotEqual(PersonName.Skeleton(a), PersonName.Skeleton(b));
}
