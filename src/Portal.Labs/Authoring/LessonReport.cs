using System.Collections.Immutable;

namespace Portal.Labs.Authoring;

/// <summary>What a trial of a lesson found.</summary>
/// <param name="Elsewhere">Blocks that are for other providers.</param>
/// <param name="Broken">Ids of the checks that the lesson itself broke again before its cleanup.</param>
/// <param name="Unproven">Ids of the checks that were never seen to fail, or not to pass.</param>
public sealed record LessonReport(
    string Kubernetes,
    ImmutableArray<SectionReport> Sections,
    int Samples,
    int Elsewhere,
    int Proven,
    ImmutableArray<string> Unproven,
    int Refused,
    ImmutableArray<string> NotRefused,
    ImmutableArray<string> Broken,
    TimeSpan Duration)
{
    public int Stated => Sections.Sum(s => s.Stated);
    public int NotStated => Sections.Sum(s => s.NotStated);
    public bool Succeeded => NotStated == 0 && Unproven.IsEmpty && NotRefused.IsEmpty && Broken.IsEmpty;
}

/// <param name="Stated">Commands and samples that came out as stated, and checks that passed.</param>
public sealed record SectionReport(string Title, int Stated, int NotStated, TimeSpan Duration);
