using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Access;
using Portal.Classroom.Board;
using Portal.Classroom.Classes;
using Portal.Classroom.Help;
using Portal.Classroom.Learners;
using Portal.Classroom.Messages;
using Portal.Classroom.Model;
using Portal.Classroom.Platforms;
using Portal.Labs.Sessions;
using Portal.Testing;
using Portal.Testing.Lessons;
using Portal.Web.Identity;

namespace Portal.Web.Tests.Classroom;

/// <summary>People, classes and boards in memory; a test pushes the boards.</summary>
internal sealed class FakeClassroom : ILearners, IClasses, IClassBoard, IAccess, ISessionTimes, IPlatformClasses
{
    private readonly List<Learner> _learners = [new Learner { Id = "you", Name = "You" }];
    private readonly List<SchoolClass> _classes = [];
    private (ClassBoard Last, TaskCompletionSource Read)? _reading;

    public Channel<ClassBoard> Boards { get; } = Channel.CreateUnbounded<ClassBoard>();
    public Channel<bool> MaySee { get; } = Channel.CreateUnbounded<bool>();
    public FakePresence Presence { get; } = new();
    public FakeHelp Help { get; } = new();
    public FakeSessionActivities Activities { get; } = new();

    /// <summary>Whether everybody instructs every class, or nobody any.</summary>
    public bool Instructs { get; set; } = true;

    public Task<bool> MaySeeAsync(string viewerId, string learnerId, CancellationToken cancellationToken) =>
        Task.FromResult(Instructs);

    public async IAsyncEnumerable<bool> WatchMaySeeAsync(
        string viewerId,
        string learnerId,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        yield return Instructs;
        await foreach (var may in MaySee.Reader.ReadAllAsync(cancellationToken)) yield return may;
    }

    public Task<bool> InstructsAsync(string personId, string classId, CancellationToken cancellationToken) =>
        Task.FromResult(Instructs);

    /// <summary>When sessions end, by learner.</summary>
    public Dictionary<string, DateTimeOffset> Ends { get; } = [];

    public Task<DateTimeOffset?> BeginAsync(
        string learnerId,
        string courseId,
        string lessonId,
        CancellationToken cancellationToken
    ) => Task.FromResult<DateTimeOffset?>(Ends.TryGetValue(learnerId, out var end) ? end : null);

    public Task<ImmutableDictionary<string, DateTimeOffset>> ExtendAsync(
        string classId,
        string instructorId,
        IReadOnlyCollection<string> learnerIds,
        TimeSpan by,
        CancellationToken cancellationToken
    )
    {
        if (!Instructs) throw new Portal.Classroom.ClassroomException("You do not teach this class any more.");
        foreach (var id in learnerIds.Where(Ends.ContainsKey)) Ends[id] += by;
        return Task.FromResult(Ends.Where(e => learnerIds.Contains(e.Key)).ToImmutableDictionary());
    }

    /// <summary>Classes of one course of a learning platform.</summary>
    public ImmutableArray<SchoolClass> Course { get; set; } = [];

    Task<ImmutableArray<SchoolClass>> IPlatformClasses.ListCourseAsync(
        string classId,
        string personId,
        CancellationToken cancellationToken
    ) => Task.FromResult(Course);

    Task<SchoolClass> IPlatformClasses.EnterAsync(PlatformEntry entry, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public void AddTo(IServiceCollection services)
    {
        services.AddSingleton<ILearners>(this);
        services.AddSingleton<IClasses>(this);
        services.AddSingleton<IClassBoard>(this);
        services.AddSingleton<ISessionTimes>(this);
        services.AddSingleton<IAccess>(this);
        services.AddSingleton<IPlatformClasses>(this);
        services.AddSingleton<IPresence>(Presence);
        services.AddSingleton<ISessionActivities>(Activities);
        services.AddSingleton<IHelpDesk>(Help);
        services.AddSingleton<IMessages>(Help);
        services.AddSingleton<LocalClassroom>();
    }

    Task<ImmutableArray<Learner>> ILearners.ListAsync(CancellationToken cancellationToken) => Task.FromResult<ImmutableArray<Learner>>([.. _learners]);

    public Task<Learner?> FindAsync(string id, CancellationToken cancellationToken) => Task.FromResult(_learners.FirstOrDefault(l => l.Id == id));

    public Task<Learner> AddAsync(string name, CancellationToken cancellationToken)
    {
        if (_learners.Any(l => l.Name == name)) throw new Portal.Classroom.ClassroomException($"There is already a learner called '{name}'.");
        var learner = new Learner { Id = name, Name = name };
        _learners.Add(learner);
        return Task.FromResult(learner);
    }

    public Task<Learner> EnsureAsync(string id, string name, CancellationToken cancellationToken) => Task.FromResult(_learners[0]);
    public Task RenameAsync(string id, string name, CancellationToken cancellationToken) => Task.CompletedTask;
    public Task RemoveAsync(string id, string heirId, CancellationToken cancellationToken) => Task.CompletedTask;

    Task<ImmutableArray<SchoolClass>> IClasses.ListAsync(CancellationToken cancellationToken) => Task.FromResult<ImmutableArray<SchoolClass>>([.. _classes]);
    Task<SchoolClass?> IClasses.FindAsync(string id, CancellationToken cancellationToken) => Task.FromResult(_classes.FirstOrDefault(c => c.Id == id));

    public Task<SchoolClass> CreateAsync(string name, string courseId, string lessonId, string instructorId, CancellationToken cancellationToken)
    {
        var created = new SchoolClass { Id = "class-" + _classes.Count, Name = name, JoinCode = "ABC" + _classes.Count, CourseId = courseId, LessonId = lessonId };
        _classes.Add(created);
        return Task.FromResult(created);
    }

    public Task EnrolAsync(string classId, string learnerId, CancellationToken cancellationToken)
    {
        _classes
            .FirstOrDefault(c => c.Id == classId)
            ?.Enrolments.Add(
                new Enrolment
                {
                    ClassId = classId,
                    LearnerId = learnerId,
                    NameSkeleton = learnerId,
                }
            );
        return Task.CompletedTask;
    }

    public Task LeaveAsync(string classId, string learnerId, CancellationToken cancellationToken) => Task.CompletedTask;
    public Task AddInstructorAsync(string classId, string personId, CancellationToken cancellationToken) => Task.CompletedTask;
    public Task RemoveInstructorAsync(string classId, string personId, CancellationToken cancellationToken) => Task.CompletedTask;

    public async IAsyncEnumerable<ClassBoard> WatchAsync(string classId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var board in Boards.Reader.ReadAllAsync(cancellationToken))
        {
            yield return board;
            // Asked for the next: the page has dealt with this one.
            if (_reading is var (last, read) && ReferenceEquals(last, board)) read.TrySetResult();
        }
    }

    /// <summary>Pushes a board; completes when the page has dealt with it.</summary>
    public async Task ReadAsync(ClassBoard last)
    {
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _reading = (last, read);
        Boards.Writer.TryWrite(last);
        await read.Task.DefaultTimeout();
    }

    internal sealed class FakePresence : IPresence
    {
        private readonly HashSet<string> _open = [];

        public IDisposable Enter(string learnerId, string courseId, string lessonId)
        {
            _open.Add(learnerId);
            return new Leave(() => _open.Remove(learnerId));
        }

        public bool IsPresent(string learnerId, string courseId, string lessonId) => _open.Contains(learnerId);

        private sealed class Leave(Action leave) : IDisposable
        {
            public void Dispose() => leave();
        }
    }
}
