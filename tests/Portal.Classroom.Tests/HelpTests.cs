using System.Collections.Immutable;
using Portal.Classroom.Help;
using Portal.Classroom.Model;
using Portal.Testing;
using Xunit;

namespace Portal.Classroom.Tests;

/// <summary>Requests for help and messages, on each database.</summary>
public abstract class HelpTests(DatabaseKind kind) : DatabaseTests(kind)
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    [Fact]
    public async Task Ask_TwoLearners_WaitInOrderAndSeeWhoHelps()
    {
        await using var host = await StartAsync();
        var (created, grace, ada, bea) = await MakeClassAsync(host);
        Assert.True(await host.Help.IsHeardAsync(ada, "course", "lesson", s_none));
        Assert.False(await host.Help.IsHeardAsync(ada, "course", "other", s_none));
        await host.Help.AskAsync(Question(ada) with { Text = " Where? ", Command = "kubectl", ExitCode = 1 }, s_none);
        await host.Help.AskAsync(Question(bea), s_none);
        await host.Help.AskAsync(Question(bea), s_none);

        var queue = await FirstAsync(host.Help.WatchQueueAsync(created, s_none));
        Assert.Equal([ada, bea], queue.Select(r => r.LearnerId));
        Assert.Equal(
            ("Where?", "kubectl", 1, "Ada"),
            (queue[0].Text, queue[0].Command, queue[0].ExitCode, queue[0].Learner!.Name)
        );
        Assert.Equal(2, (await StateAsync(host, bea))!.Position);

        await host.Help.TakeAsync(queue[0].Id, grace, s_none);

        Assert.Equal(
            ("Grace", 0),
            ((await StateAsync(host, ada))!.TakenByName, (await StateAsync(host, ada))!.Position)
        );
        Assert.Equal(1, (await StateAsync(host, bea))!.Position);
    }

    [Fact]
    public async Task Ask_RestartAndClose_LosesNothing()
    {
        string classId, ada;
        await using (var host = await StartAsync())
        {
            (classId, _, ada, _) = await MakeClassAsync(host);
            await host.Help.AskAsync(Question(ada) with { Output = new string('x', 9000) }, s_none);
        }

        await using var again = await StartAsync();
        var request = Assert.Single(await FirstAsync(again.Help.WatchQueueAsync(classId, s_none)));
        Assert.Equal(HelpRequest.OutputMaxLength, request.Output!.Length);
        await again.Help.CloseAsync(request.Id, ada, s_none);

        Assert.Null(await StateAsync(again, ada));
        await Assert.ThrowsAsync<ClassroomException>(() => again.Help.TakeAsync(request.Id, ada, s_none));
        Assert.NotEqual(request.Id, (await again.Help.AskAsync(Question(ada), s_none)).Id);
    }

    [Fact]
    public async Task TakeAndClose_ByOthers_AreRefused()
    {
        await using var host = await StartAsync();
        var (created, _, ada, bea) = await MakeClassAsync(host);
        var stranger = (await host.Learners.AddAsync("Stranger", s_none)).Id;
        await host.Classes.CreateAsync("Other", "course", "lesson", stranger, s_none);
        var request = await host.Help.AskAsync(Question(ada), s_none);

        foreach (var other in (string[])[bea, stranger])
        {
            await Assert.ThrowsAsync<ClassroomException>(() => host.Help.TakeAsync(request.Id, other, s_none));
            await Assert.ThrowsAsync<ClassroomException>(() => host.Help.CloseAsync(request.Id, other, s_none));
        }

        Assert.Null(Assert.Single(await FirstAsync(host.Help.WatchQueueAsync(created, s_none))).TakenById);
    }

    [Fact]
    public async Task Ask_AtOnceFromManyPages_IsOneRequest()
    {
        await using var host = await StartAsync();
        var (created, _, ada, _) = await MakeClassAsync(host);

        var asked = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => Task.Run(() => host.Help.AskAsync(Question(ada), s_none)))
        );

        Assert.Single(asked.Select(r => r.Id).Distinct());
        Assert.Single(await FirstAsync(host.Help.WatchQueueAsync(created, s_none)));
    }

    [Fact]
    public async Task Queue_SomebodyAsks_IsToldOfIt()
    {
        await using var host = await StartAsync();
        var (created, _, ada, _) = await MakeClassAsync(host);
        await using var queue = host.Help.WatchQueueAsync(created, s_none).GetAsyncEnumerator();
        await queue.MoveNextAsync();
        Assert.Empty(queue.Current);

        await host.Help.AskAsync(Question(ada), s_none);

        Assert.True(await queue.MoveNextAsync().AsTask().DefaultTimeout());
        Assert.Single(queue.Current);
    }

    [Fact]
    public async Task Send_SomeOfTheClass_ReachesThemUntilTheyDismiss()
    {
        await using var host = await StartAsync();
        var (created, grace, ada, bea) = await MakeClassAsync(host);

        Assert.Equal(
            1,
            await host.Messages.SendAsync(created, grace, [ada, grace, "nobody"], " Look at the host. ", s_none)
        );
        Assert.Empty(await FirstAsync(host.Messages.WatchInboxAsync(bea, s_none)));
        var message = Assert.Single(await FirstAsync(host.Messages.WatchInboxAsync(ada, s_none)));
        Assert.Equal(("Grace", "Look at the host."), (message.FromName, message.Text));

        await host.Messages.DeliveredAsync(ada, s_none);
        await host.Messages.DismissAsync(bea, message.Id, s_none);
        var sent = Assert.Single(await FirstAsync(host.Messages.WatchSentAsync(created, s_none)));
        Assert.Equal((ada, 1, 1, 0), (sent.LearnerId, sent.Recipients, sent.Delivered, sent.Read));
        await host.Messages.DismissAsync(ada, message.Id, s_none);

        Assert.Empty(await FirstAsync(host.Messages.WatchInboxAsync(ada, s_none)));
        Assert.Equal(1, Assert.Single(await FirstAsync(host.Messages.WatchSentAsync(created, s_none))).Read);
    }

    [Fact]
    public async Task Send_NotTheirsOrEmptyOrLong_IsRefused()
    {
        await using var host = await StartAsync();
        var (created, grace, ada, bea) = await MakeClassAsync(host);

        await Assert.ThrowsAsync<ClassroomException>(() => host.Messages.SendAsync(created, bea, [ada], "Hi", s_none));
        await Assert.ThrowsAsync<ClassroomException>(() => host.Messages.SendAsync(created, grace, [ada], " ", s_none));
        await Assert.ThrowsAsync<ClassroomException>(() =>
            host.Messages.SendAsync(created, grace, [ada], new string('x', LearnerMessage.TextMaxLength + 1), s_none)
        );

        Assert.Empty(await FirstAsync(host.Messages.WatchInboxAsync(ada, s_none)));
    }

    [Fact]
    public async Task Remove_Learner_TakesRequestsAndMessagesAlong()
    {
        await using var host = await StartAsync();
        var (created, grace, ada, _) = await MakeClassAsync(host);
        await host.Help.AskAsync(Question(ada), s_none);
        await host.Messages.SendAsync(created, grace, [ada], "Hello", s_none);

        await host.Learners.RemoveAsync(ada, grace, s_none);

        Assert.Empty(await FirstAsync(host.Help.WatchQueueAsync(created, s_none)));
        Assert.Empty(await FirstAsync(host.Messages.WatchSentAsync(created, s_none)));
    }

    /// <summary>On what the one before has left.</summary>
    private static HelpQuestion Question(string learner) => new(learner, "course", "lesson", "step-1");

    private static Task<HelpState?> StateAsync(ClassroomHost host, string learner) =>
        FirstAsync(host.Help.WatchAsync(learner, "course", "lesson", s_none));

    private static async Task<T> FirstAsync<T>(IAsyncEnumerable<T> all)
    {
        await foreach (var item in all) return item;
        throw new InvalidOperationException("There is none.");
    }

    private static async Task<(string Class, string Grace, string Ada, string Bea)> MakeClassAsync(ClassroomHost host)
    {
        var ids = new List<string>();
        foreach (var name in (ImmutableArray<string>)["Grace", "Ada", "Bea"])
            ids.Add((await host.Learners.AddAsync(name, s_none)).Id);
        var created = await host.Classes.CreateAsync("Monday", "course", "lesson", ids[0], s_none);
        foreach (var id in ids[1..]) await host.Classes.EnrolAsync(created.Id, id, s_none);
        return (created.Id, ids[0], ids[1], ids[2]);
    }
}

public sealed class SqliteHelpTests() : HelpTests(DatabaseKind.Sqlite);

public sealed class PostgreSqlHelpTests() : HelpTests(DatabaseKind.PostgreSql);
