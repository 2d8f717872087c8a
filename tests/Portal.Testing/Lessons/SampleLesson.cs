using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Content.Model;

namespace Portal.Testing.Lessons;

/// <summary>A small lesson with one of each kind of part.</summary>
public static class SampleLesson
{
    public static Block Block(string id, string code, params string[] on) => new() { Id = id, Language = "bash", Code = code, Runnable = true, On = [.. on] };

    public static CheckDefinition Check(string id, string title, int points = 1) => new()
    {
        Id = id, Title = title, Points = points, Probe = "route", Settings = new JsonObject(), Hint = $"Hint of {id}.", Explain = $"Why {id} matters.",
    };

    public static Lesson Create() => new()
    {
        CourseId = "course",
        Id = "lesson",
        Title = "Traffic with a mesh",
        Summary = "Split traffic between two versions.",
        Difficulty = "Intermediate",
        Minutes = 45,
        Namespace = "bookinfo",
        Directory = "/nowhere",
        Verified = [new("sandbox", "1.33.4", "1.30.3", new DateOnly(2026, 2, 3))],
        Sections =
        [
            new Section { Id = "objectives", Title = "Objectives", Kind = SectionKind.Text, Level = 2, Parts = [new HtmlPart("<p>Learn to split traffic.</p>")] },
            new Section
            {
                Id = "step-1", Title = "Deploy", Kind = SectionKind.Step, Number = 1, Level = 3,
                Parts =
                [
                    new HtmlPart("<p>Deploy the application.</p>"),
                    new BlockPart(Block("step-1/1", "# first\nkubectl apply -f app.yaml\nkubectl get pods")),
                    new BlockPart(Block("step-1/2", "kind load image", "kind")),
                    new ContainerPart(ContainerKind.Expect, null, [new HtmlPart("<p>Pods are ready.</p>")]),
                ],
            },
            new Section
            {
                Id = "exercise-1", Title = "Canary", Kind = SectionKind.Exercise, Number = 1, Level = 3,
                Parts =
                [
                    new ChecksPart(["weights", "traffic"]),
                    new ContainerPart(ContainerKind.Solution, null, [new BlockPart(Block("exercise-1/1", "kubectl apply -f solution.yaml") with { InSolution = true })]),
                ],
                Checks = ImmutableArray.Create(Check("weights", "Nine in ten go to v1", 2), Check("traffic", "Requests arrive as configured")),
            },
        ],
    };
}
