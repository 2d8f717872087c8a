using Portal.Sandbox.Schema;
using Xunit;

namespace Portal.Sandbox.Tests.Validation;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("1000m", "1")]
    [InlineData("0.5", "500m")]
    [InlineData("1024Mi", "1Gi")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("100000k", "100M")]
    [InlineData("1e3", "1e3")]
    [InlineData("1500", "1500")]
    [InlineData("0Ki", "0")]
    [InlineData("512", "512")]
    [InlineData("-1", "-1")]
    [InlineData("0.5Ki", "512")]
    [InlineData("1n", "1n")]
    [InlineData("0.0000000001", "1n")]
    public void Canonical_OfQuantity_IsTheServersForm(string text, string expected) => Assert.Equal(expected, Quantity.Canonical(text));

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("1.2.3")]
    [InlineData("1x")]
    [InlineData("1Ki1")]
    [InlineData("--1")]
    public void Canonical_OfOtherText_IsNull(string text) => Assert.Null(Quantity.Canonical(text));

    [Fact]
    public void Add_OfDifferentSuffixes_IsExact() => Assert.Equal("1536Mi", Quantity.Add("1Gi", "512Mi"));
}
