using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Portal.Clusters.Tests;

public sealed class ClusterOptionsTests
{
    [Theory]
    [InlineData(
        "Kubeconfig:File",
        "/x",
        "Portal:Clusters:Kubeconfig:Contexts is empty although Portal:Clusters:Kubeconfig:File is set. List "
            + "the contexts that learners may use."
    )]
    [InlineData(
        "Kind:WaitTimeout",
        "00:00:00",
        "Portal:Clusters:Kind:WaitTimeout is not positive. Set it to a time such as 00:02:00."
    )]
    [InlineData(
        "Sandbox:PodStartDelay",
        "-00:00:01",
        "Portal:Clusters:Sandbox:PodStartDelay is negative. Set it to a time such as 00:00:01."
    )]
    [InlineData(
        "Sandbox:Budgets:Watches",
        "0",
        "Portal:Clusters:Sandbox:Budgets:Watches is not positive. Set it to a number above 0."
    )]
    [InlineData(
        "Sandbox:Budgets:ClusterCores",
        "-0.5",
        "Portal:Clusters:Sandbox:Budgets:ClusterCores is not positive. Set it to a number above 0."
    )]
    [InlineData(
        "Sandbox:Budgets:StoredBytes",
        "0",
        "Portal:Clusters:Sandbox:Budgets:StoredBytes is not positive. Set it to a number above 0."
    )]
    public void Validate_BadValue_NamesItsKey(string key, string value, string message)
    {
        var services = new ServiceCollection().AddLogging().AddPortalClusters();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("Portal:Clusters:" + key, value)]).Build());
        using var provider = services.BuildServiceProvider();

        Assert.Equal(message, Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<ClusterOptions>>().Value).Message);
    }

    [Theory]
    [InlineData("bob", "bob")]
    [InlineData("Ada Lovelace", "ada-lovelace-")]
    [InlineData("日本", "x-")]
    public void Safe_AnyText_IsLettersDigitsAndDashes(string text, string start)
    {
        var name = ClusterNames.Safe(text);

        Assert.StartsWith(start, name);
        Assert.Matches("^[a-z0-9-]{1,40}$", name);
        Assert.NotEqual(name, ClusterNames.Safe(text + "!"));
    }

    [Fact]
    public void Of_KeysThatReadAlike_HaveNamesOfTheirOwnThatKindTakes()
    {
        string[] ids = ["a", "a-b", "b", "a/b", "A", "a b", new('a', 60), new('a', 61)];
        var names = (
            from learner in ids
            from course in ids
            from lesson in ids
            select ClusterNames.Of(new(learner, course, lesson))
        ).ToList();

        Assert.Equal(names.Count, names.Distinct().Count());
        // kind's node is a host named <cluster>-control-plane.
        Assert.All(names, n => Assert.InRange($"portal-{n}-control-plane".Length, 1, 63));
    }

    [Fact]
    public void Bind_Budgets_ReachTheOptions()
    {
        var services = new ServiceCollection().AddLogging().AddPortalClusters();
        services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder()
                .AddInMemoryCollection([new("Portal:Clusters:Sandbox:Budgets:Watches", "7")])
                .Build()
        );
        using var provider = services.BuildServiceProvider();

        Assert.Equal(7, provider.GetRequiredService<IOptions<ClusterOptions>>().Value.Sandbox.Budgets.Watches);
    }
}
