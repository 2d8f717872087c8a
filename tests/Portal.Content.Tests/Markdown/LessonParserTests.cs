using Portal.Content.Markdown;
using Portal.Content.Model;
using Xunit;

namespace Portal.Content.Tests.Markdown;

public sealed class LessonParserTests
{
    private static ParsedLesson Parse(string markdown) => LessonParser.Parse(markdown, "c/l/lesson.md", "c", "/nowhere", "l");

    [Fact]
    public void Parse_FrontMatter_FillsLesson()
    {
        var lesson = Parse("---\nid: x\ntitle: \"A: b\"\nminutes: 90\nprerequisites: [one, two]\nistio: 1.30.3\nnamespace: shop\n---\n# Other\n\ntext\n").Lesson;

        Assert.Equal(("x", "A: b", 90, "one, two", "1.30.3", "shop"), (lesson.Id, lesson.Title, lesson.Minutes, lesson.Prerequisites, lesson.Istio, lesson.Namespace));
    }

    [Fact]
    public void Parse_PlainTutorial_TakesTitleFromHeadingAndIdFromFile()
    {
        var lesson = Parse("# My tutorial\n\nIntro.\n\n### Step 1: Go\n\n```bash\nls\n```\n").Lesson;

        Assert.Equal(("l", "My tutorial"), (lesson.Id, lesson.Title));
    }

    [Fact]
    public void Parse_Prediction_WaitsForTheNextBlockThatRuns()
    {
        var section = Parse(
            """
            # T
            ### Step 1: Go
            ```bash
            ls
            ```
            ```predict
            id: expect
            question: What comes?
            choices:
              200: an answer
              "503": none
            answer: 503
            because: It is off.
            ```
            ```yaml
            a: b
            ```
            ```bash {name=ask}
            curl shop
            ```
            """
        ).Lesson.Sections.Single(s => s.Kind == SectionKind.Step);

        var prediction = Assert.Single(section.Predictions);
        Assert.Equal(
            new Prediction("expect", "What comes?", [], "503", "It is off.", "step-1/ask", 6),
            prediction with { Choices = [] }
        );
        Assert.Equal([new("200", "an answer"), new("503", "none")], prediction.Choices);
        Assert.Equal("expect", section.Parts.OfType<PredictionPart>().Single().PredictionId);
        Assert.DoesNotContain(section.Blocks, b => b.Language == "predict");
    }

    [Theory]
    [InlineData("- a", "not a mapping", 4)]
    [InlineData("id: x\nquestion: q\nanswer: a\nbecause: b", "fewer than two choices", 4)]
    [InlineData("id: x\nquestion: q\nchoices: {a: A, b: B}\nanswer: c\nbecause: b", "'c' is none of the choices", 4)]
    [InlineData("id: x\nchoices: {a: A, b: B}\nanswer: a", "lacks 'question' and 'because'", 4)]
    [InlineData("id: x\nquestion: q\nchoices: {a: A, b: B}\nanswer: a\nbecause: b\nwhy: c", "unknown key 'why'", 9)]
    [InlineData("id: x\nquestion: q\nchoices: {a: A, b: B}\nanswer: a\nbecause: b", "Nothing runs after", 3)]
    public void Parse_PredictionThatCannotBeAsked_SaysWhereAndWhy(string yaml, string problem, int line)
    {
        var parsed = Parse($"# T\n### Step 1: Go\n```predict\n{yaml}\n```\n");

        Assert.Contains(parsed.Problems, p => p.Line == line && p.Message.Contains(problem, StringComparison.Ordinal));
        Assert.Empty(parsed.Lesson.Predictions);
    }

    [Fact]
    public void Parse_BlockThatAppliesFiles_NamesThoseThatMayBeRead()
    {
        var block = Parse(
            """
            # T
            ### Step 1: Go
            ```bash
            kubectl apply -f ./manifests/a.yaml --filename=manifests/sub/b.yaml
            kubectl apply -f manifests/a.yaml -f solutions/c.yaml -f manifests/../d.yaml -f https://x/e.yaml
            cat manifests/f.yaml
            ```
            """
        ).Lesson.Blocks.Single();

        Assert.Equal(["manifests/a.yaml", "manifests/sub/b.yaml"], block.Files);
    }

    [Fact]
    public void Parse_Headings_MakeSectionsWithKindsNumbersAndIds()
    {
        var lesson = Parse("""
            # T
            ## 🎯 Learning Objectives
            - a
            ## 🔍 Concepts
            ### 1. **What is it?**
            x
            ## 📁 Steps
            ### Step 1: Install
            x
            ### Step 12 - Check `this`
            #### Not a section
            x
            ## ✅ Verification
            ### 1. Look
            x
            ## 🧪 Hands-On Exercises
            ### Exercise 2: Canary
            x
            ## 🧹 Cleanup
            x
            ## 💡 Pro Tips
            x
            ## 🆘 Troubleshooting
            ### Pods hang
            x
            """).Lesson;

        Assert.Equal(
            [
                "learning-objectives Text 0 Learning Objectives", "concepts Text 0 Concepts", "what-is-it Text 0 What is it?", "steps Text 0 Steps",
                "step-1 Step 1 Install", "step-12 Step 12 Check this", "verification Verification 0 Verification", "verification-1 Verification 1 Look",
                "hands-on-exercises Text 0 Hands-On Exercises", "exercise-2 Exercise 2 Canary", "cleanup Cleanup 0 Cleanup", "pro-tips Tip 0 Pro Tips",
                "troubleshooting Troubleshooting 0 Troubleshooting", "pods-hang Troubleshooting 0 Pods hang",
            ],
            lesson.Sections.Select(s => $"{s.Id} {s.Kind} {s.Number} {s.Title}"));
        Assert.Contains("Not a section", Assert.IsType<HtmlPart>(Assert.Single(lesson.Sections.Single(s => s.Id == "step-12").Parts)).Html);
    }

    [Fact]
    public void Parse_BlockAttributes_AreRead()
    {
        var block = Assert.Single(Parse("### Step 1: A\n\n```bash {timeout=300 on=kind,kubeconfig continue name=install}\nls\n```\n").Lesson.Blocks);

        Assert.Equal("step-1/install", block.Id);
        Assert.Equal(("bash", "ls", true, true, 3), (block.Language, block.Code, block.Runnable, block.ContinueOnError, block.Line));
        Assert.Equal(TimeSpan.FromSeconds(300), block.Timeout);
        Assert.Equal(["kind", "kubeconfig"], block.On);
        Assert.False(block.RunsOn("sandbox"));
    }

    [Fact]
    public void Parse_SampleOfOutput_NamesItsBlock()
    {
        var section = Assert.Single(Parse("### Step 1: A\n\n```bash {name=x}\nls\n```\n\n:::expect\n```output {of=x}\nfile\n```\n:::\n").Lesson.Sections);

        Assert.Equal([null, "step-1/x"], section.Blocks.Select(b => b.SampleOf));
        Assert.False(section.Blocks.Last().Runnable);
    }

    [Fact]
    public void Parse_ChecksOfSeveralProbes_KeepThemInOrder()
    {
        var parsed = Parse("""
            ### Step 1: A

            ```checks
            - id: a
              title: t
              hint: h
              mtls: { namespace: n, mode: STRICT }
            - id: b
              title: t
              hint: h
              after: a
              all:
              - mtls: { namespace: n, mode: STRICT }
              - traffic: { from: ingress, path: /, expect: { "200": 1 } }
              wrong:
              - answer: { accept: [x] }
                message: m
              - all:
                - route: { host: r, namespace: n }
                message: n
            ```
            """);

        Assert.Empty(parsed.Problems);
        var check = parsed.Lesson.Checks.Last();
        Assert.Equal(("all", "a"), (check.Probe, Assert.Single(check.After)));
        Assert.Equal(["mtls", "traffic"], check.Settings["of"]!.AsArray().Select(m => m!["probe"]!.ToString()));
        Assert.Equal("/", check.Settings["of"]![1]!["settings"]!["path"]!.ToString());
        Assert.Equal(["answer", "all"], check.Wrong.Select(w => w.Probe));
    }

    [Theory]
    [InlineData("### Step 1: A", "bash", true)]
    [InlineData("### Step 1: A", "bash {norun}", false)]
    [InlineData("### Step 1: A", "yaml", false)]
    [InlineData("### Exercise 1: A", "bash", true)]
    [InlineData("## Verification", "bash", true)]
    [InlineData("## Cleanup", "bash", true)]
    [InlineData("## Pro Tips", "bash", true)]
    [InlineData("## Troubleshooting", "bash", true)]
    [InlineData("## Concepts", "bash", false)]
    public void Parse_Block_IsRunnableBySectionAndLanguage(string heading, string info, bool runnable)
    {
        var block = Assert.Single(Parse($"{heading}\n\n```{info}\nls\n```\n").Lesson.Blocks);

        Assert.Equal(runnable, block.Runnable);
    }

    [Fact]
    public void Parse_Containers_HoldPartsAndMarkSolutions()
    {
        var section = Assert.Single(Parse("""
            ### Exercise 1: A

            :::hint Look here
            Text.
            :::

            :::solution
            ```bash
            echo done
            ```
            :::
            """).Lesson.Sections);

        var hint = Assert.IsType<ContainerPart>(section.Parts[0]);
        Assert.Equal((ContainerKind.Hint, "Look here"), (hint.Kind, hint.Title));
        Assert.True(Assert.Single(section.Blocks).InSolution);
        Assert.True(Assert.Single(section.Blocks).Runnable);
    }

    [Fact]
    public void Parse_BlockInsideListItem_IsUnindentedAndKeepsItsPlace()
    {
        var section = Assert.Single(Parse("""
            ## Pro Tips

            1. **First**:
               ```bash
               cat <<EOF
                 indented
               EOF
               ```

            2. Second
            """).Lesson.Sections);

        Assert.Equal("cat <<EOF\n  indented\nEOF", Assert.Single(section.Blocks).Code);
        Assert.Collection(
            section.Parts,
            p => Assert.Contains("<ol start=\"1\">", Assert.IsType<HtmlPart>(p).Html),
            p => Assert.IsType<BlockPart>(p),
            p => Assert.Contains("<ol start=\"2\">", Assert.IsType<HtmlPart>(p).Html));
    }

    [Fact]
    public void Parse_Checks_BelongToTheirSection()
    {
        var parsed = Parse("""
            ### Step 1: A

            ```checks
            - id: ready
              title: It is ready
              points: 2
              resource:
                apiVersion: apps/v1
                kind: Deployment
                match:
                  spec: { replicas: 3, paused: false }
                  "length(metadata.name)": 4
              hint: Look at the pods.
              explain: Because.
              wrong:
                - resource: { apiVersion: v1, kind: Pod }
                  message: That is a pod.
            ```
            """);

        var section = Assert.Single(parsed.Lesson.Sections);
        var check = Assert.Single(section.Checks);
        Assert.Equal(("ready", "resource", 2, 4), (check.Id, check.Probe, check.Points, check.Line));
        Assert.Equal(3, (int)check.Settings["match"]!["spec"]!["replicas"]!);
        Assert.False((bool)check.Settings["match"]!["spec"]!["paused"]!);
        Assert.Equal("That is a pod.", Assert.Single(check.Wrong).Message);
        Assert.Equal(["ready"], Assert.IsType<ChecksPart>(Assert.Single(section.Parts)).CheckIds);
        Assert.Empty(section.Blocks);
        Assert.Empty(parsed.Problems);
    }

    [Fact]
    public void Parse_Html_IsSanitised()
    {
        var html = Assert.IsType<HtmlPart>(Assert.Single(Parse("## A\n\n<script>alert(1)</script><b onclick=\"x()\">bold</b>\n\n[l](javascript:alert(1))\n").Lesson.Sections[0].Parts)).Html;

        Assert.Contains("<b>bold</b>", html);
        Assert.DoesNotContain("script", html);
        Assert.DoesNotContain("onclick", html);
    }

    [Theory]
    [InlineData("### Step 1: A\n\n```bash {timout=3}\nls\n```\n", 3, "Unknown attribute 'timout=3'")]
    [InlineData("### Step 1: A\n\n```bash {on=minikube}\nls\n```\n", 3, "Unknown provider 'minikube'")]
    [InlineData("### Step 1: A\n\n```bash\nls\n", 3, "never closed")]
    [InlineData("---\ntitle: a: b\n---\n# A\n\nx\n", 2, "front matter is not valid YAML")]
    [InlineData("### Step 1: A\n\n### Step 1: B\n", 3, "Step 1 appears twice")]
    [InlineData("### Step 1: A\n\n```checks\n- title: x\n```\n", 4, "no id")]
    [InlineData("### Step 1: A\n\n```checks\n- id: x\n  title: y\n  hint: z\n  telepathy: {}\n```\n", 7, "unknown probe or key 'telepathy'")]
    [InlineData("### Step 1: A\n\n```checks\n- id: x\n  title: y\n  hint: z\n  mtls: { namespace: n }\n```\n", 7, "lacks 'mode'")]
    [InlineData("### Step 1: A\n\n```checks\n- id: x\n  title: y\n  hint: z\n  all: {}\n```\n", 7, "'all' has no probes")]
    [InlineData("### Step 1: A\n\n```checks\n- id: x\n  title: y\n  hint: z\n  all:\n  - mtls: { namespace: n }\n```\n", 8, "lacks 'mode'")]
    [InlineData("### Step 1: A\n\n```checks\n- id: x\n  title: y\n  hint: z\n  all:\n  - magic: {}\n```\n", 8, "an item of 'all' is not one probe")]
    [InlineData("### Step 1: A\n\n```checks\n- id: x\n  title: y\n  mtls: { namespace: n, mode: STRICT }\n```\n", 4, "no hint")]
    [InlineData("### Step 1: A\n\n```checks\n- id: x\n bad: [\n```\n", 5, "not valid YAML")]
    [InlineData("### Step 1: A\n\n:::hnit\nx\n:::\n", 3, "Unknown container ':::hnit'")]
    public void Parse_Mistake_IsReportedWithItsLine(string markdown, int line, string message)
    {
        var problem = Assert.Single(Parse(markdown).Problems, p => p.Message.Contains(message, StringComparison.Ordinal));

        Assert.Equal(line, problem.Line);
        Assert.NotEmpty(problem.Remedy);
    }
}
