using Portal.Content.Model;

namespace Portal.Web.Components.Observe;

/// <summary>The block of a lesson that installs one of Istio's add-ons, and its step.</summary>
public sealed record AddonInstaller(Section Section, Block Block)
{
    /// <param name="name">As its manifest is called, such as <c>prometheus</c>.</param>
    /// <returns>Null when the lesson installs it nowhere.</returns>
    public static AddonInstaller? Find(Lesson lesson, string name) =>
        lesson
            .Sections.SelectMany(s => s.Blocks, (section, block) => new AddonInstaller(section, block))
            .FirstOrDefault(i =>
                i.Block is { Runnable: true, InSolution: false }
                && i.Block.Code.Contains("kubectl apply", StringComparison.Ordinal)
                && i.Block.Code.Contains($"addons/{name}.yaml", StringComparison.Ordinal)
            );
}
