using MudBlazor;

namespace Portal.Web.Components.Layout;

/// <summary>The look's colours and type for MudBlazor's components. The page's own styles have the same values as custom properties in <c>portal.css</c>.</summary>
internal static class PortalTheme
{
    private static readonly string[] s_text = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"];

    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Background = "#F6F8FB", Surface = "#FFFFFF", DrawerBackground = "#FFFFFF", AppbarBackground = "#FFFFFF",
            AppbarText = "#17212E", DrawerText = "#17212E", DrawerIcon = "#4B596B",
            TextPrimary = "#17212E", TextSecondary = "#4B596B", TextDisabled = "#7A8798",
            Primary = "#2952CC", PrimaryContrastText = "#FFFFFF", Secondary = "#4B596B",
            Success = "#13734B", Warning = "#8A5200", Error = "#B4232A", Info = "#0F6C8C",
            ActionDefault = "#4B596B", Divider = "#D5DCE6", LinesDefault = "#D5DCE6", LinesInputs = "#7A8798", TableLines = "#D5DCE6",
        },
        PaletteDark = new PaletteDark
        {
            Background = "#0E131A", Surface = "#151C26", DrawerBackground = "#151C26", AppbarBackground = "#151C26",
            AppbarText = "#E7ECF3", DrawerText = "#E7ECF3", DrawerIcon = "#A9B5C5",
            TextPrimary = "#E7ECF3", TextSecondary = "#A9B5C5", TextDisabled = "#6C7A8E",
            Primary = "#8CADFF", PrimaryContrastText = "#0E131A", Secondary = "#A9B5C5",
            Success = "#5BCB93", SuccessContrastText = "#0E131A", Warning = "#F0B558", WarningContrastText = "#0E131A",
            Error = "#FF9090", ErrorContrastText = "#0E131A", Info = "#62C6E6", InfoContrastText = "#0E131A",
            ActionDefault = "#A9B5C5", Divider = "#2B3646", LinesDefault = "#2B3646", LinesInputs = "#6C7A8E", TableLines = "#2B3646",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px", AppbarHeight = "52px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = s_text, FontSize = "0.875rem", LineHeight = "1.5" },
            Button = new ButtonTypography { FontFamily = s_text, FontSize = "0.875rem", FontWeight = "600", TextTransform = "none" },
        },
    };
}
