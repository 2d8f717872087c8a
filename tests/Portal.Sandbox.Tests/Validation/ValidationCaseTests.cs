using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Json;
using Xunit;

namespace Portal.Sandbox.Tests.Validation;

/// <summary>Objects, right and wrong, and what a real API server said of each; see TestAssets/validation.</summary>
[Collection(SandboxCollection.Name)]
public sealed class ValidationCaseTests(SandboxFixture sandbox)
{
    private static readonly Lazy<Dictionary<string, JsonObject>> s_cases = new(() =>
        YamlReader.ReadAll(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "TestAssets", "validation", "cases.yaml"))).OfType<JsonObject>().ToDictionary(c => c.Str("name")!, StringComparer.Ordinal));

    public static TheoryData<string> Cases() => [.. s_cases.Value.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Create_OfObject_AnswersAsARealApiServer(string name)
    {
        var cluster = sandbox.Server.GetOrCreate("validation");
        var obj = s_cases.Value[name].Obj("object")!.Copy();
        var type = cluster.Catalog.FindKind(obj.Str("apiVersion")!, obj.Str("kind")!)!;

        var found = Create();

        Assert.Equal(s_cases.Value[name].Strings("expected"), found);

        List<string> Create()
        {
            try
            {
                cluster.Operations.Create(type, type.Namespaced ? "default" : "", obj, new WriteOptions { User = "test", DryRun = true, FieldValidation = "Ignore" });
                return ["created"];
            }
            catch (ApiException e) when (e.Reason == "Invalid")
            {
                return [.. e.ToStatus().Objects("details", "causes").Select(c => $"{c.Str("field")}: {c.Str("message")}").Distinct().Order(StringComparer.Ordinal)];
            }
            catch (ApiException e)
            {
                return [e.Message];
            }
        }
    }
}
