using System.Text.RegularExpressions;
using MudBlazor;
using Portal.Testing;
using Portal.Web.Components.Layout;
using Xunit;

namespace Portal.Web.Tests.Shared;

public sealed class PortalThemeTests
{
    [Fact]
    public void Theme_AndStyleSheet_HaveTheSameColours()
    {
        var css = File.ReadAllText(Repository.PathOf("wwwroot", "css", "portal.css"));
        var dark = css.IndexOf("[data-theme=\"dark\"]", StringComparison.Ordinal);

        AssertSame(css[..dark], PortalTheme.Theme.PaletteLight);
        AssertSame(css[dark..], PortalTheme.Theme.PaletteDark);
    }

    [Theory]
    [InlineData("text", 7)]
    [InlineData("muted", 4.5)]
    [InlineData("primary", 4.5)]
    [InlineData("success", 4.5)]
    [InlineData("warning", 4.5)]
    [InlineData("error", 4.5)]
    [InlineData("info", 4.5)]
    [InlineData("tok-comment", 4.5)]
    [InlineData("tok-keyword", 4.5)]
    [InlineData("control", 3)]
    public void Token_OnEverySurface_HasEnoughContrast(string token, double ratio)
    {
        var css = File.ReadAllText(Repository.PathOf("wwwroot", "css", "portal.css"));
        var split = css.IndexOf("[data-theme=\"dark\"]", StringComparison.Ordinal);
        foreach (var theme in (string[])[css[..split], css[split..]])
        {
            foreach (var surface in (string[])["background", "surface", "code"])
            {
                var actual = Contrast(Token(theme, token), Token(theme, surface));
                Assert.True(actual >= ratio, $"--{token} on --{surface}: {actual:0.00}");
            }
        }
    }

    private static void AssertSame(string css, Palette palette)
    {
        Assert.Equal(Token(css, "background"), Hex(palette.Background));
        Assert.Equal(Token(css, "surface"), Hex(palette.Surface));
        Assert.Equal(Token(css, "text"), Hex(palette.TextPrimary));
        Assert.Equal(Token(css, "muted"), Hex(palette.TextSecondary));
        Assert.Equal(Token(css, "primary"), Hex(palette.Primary));
        Assert.Equal(Token(css, "success"), Hex(palette.Success));
        Assert.Equal(Token(css, "warning"), Hex(palette.Warning));
        Assert.Equal(Token(css, "error"), Hex(palette.Error));
        Assert.Equal(Token(css, "info"), Hex(palette.Info));
    }

    private static string Hex(MudBlazor.Utilities.MudColor colour) => colour.Value[..7].ToUpperInvariant();

    private static string Token(string css, string name) => Regex.Match(css, $@"--{name}: (#[0-9A-Fa-f]{{6}})").Groups[1].Value.ToUpperInvariant();

    private static double Contrast(string a, string b)
    {
        var (x, y) = (Luminance(a), Luminance(b));
        return (Math.Max(x, y) + 0.05) / (Math.Min(x, y) + 0.05);
    }

    private static double Luminance(string hex)
    {
        double Channel(int at)
        {
            var value = Convert.ToInt32(hex.Substring(at, 2), 16) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }
        return (0.2126 * Channel(1)) + (0.7152 * Channel(3)) + (0.0722 * Channel(5));
    }
}
