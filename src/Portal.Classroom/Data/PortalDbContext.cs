using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Portal.Classroom.Model;

namespace Portal.Classroom.Data;

/// <summary>People and progress. The provider (SQLite, PostgreSQL) and its migrations are chosen by the host.</summary>
public sealed class PortalDbContext(DbContextOptions<PortalDbContext> options)
    : IdentityUserContext<PortalUser>(options)
{
    private const int IdLength = 128;

    /// <summary>Case folding may lengthen a name.</summary>
    private const int NameSkeletonLength = 4 * Learner.NameMaxLength;

    public DbSet<Learner> Learners => Set<Learner>();
    public DbSet<SchoolClass> Classes => Set<SchoolClass>();
    public DbSet<Enrolment> Enrolments => Set<Enrolment>();
    public DbSet<ClassInstructor> Instructors => Set<ClassInstructor>();
    public DbSet<Invitation> Invitations => Set<Invitation>();
    public DbSet<SectionProgress> Sections => Set<SectionProgress>();
    public DbSet<BlockRun> Runs => Set<BlockRun>();
    public DbSet<RunFailure> Failures => Set<RunFailure>();
    public DbSet<CheckResult> Checks => Set<CheckResult>();
    public DbSet<CheckEvidence> Evidence => Set<CheckEvidence>();
    public DbSet<HelpRequest> HelpRequests => Set<HelpRequest>();
    public DbSet<LearnerMessage> Messages => Set<LearnerMessage>();
    public DbSet<PlatformClass> PlatformClasses => Set<PlatformClass>();
    public DbSet<PlatformScore> PlatformScores => Set<PlatformScore>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        // SQLite cannot order by a DateTimeOffset, and PostgreSQL wants UTC: both store ticks.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicksConverter>();
        configurationBuilder.Properties<TimeSpan>().HaveConversion<TimeSpanToTicksConverter>();
        configurationBuilder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(32);
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        PeopleModel.Configure(builder);
        builder.Entity<Learner>(e =>
        {
            e.Property(l => l.Id).HasMaxLength(IdLength);
            e.Property(l => l.Name).HasMaxLength(Learner.NameMaxLength);
            e.Property(l => l.NameSkeleton).HasMaxLength(NameSkeletonLength);
            e.HasIndex(l => l.NameSkeleton);
        });
        builder.Entity<SchoolClass>(e =>
        {
            e.ToTable("Classes");
            e.Property(c => c.Id).HasMaxLength(IdLength);
            e.Property(c => c.Name).HasMaxLength(SchoolClass.NameMaxLength);
            e.Property(c => c.JoinCode).HasMaxLength(16);
            e.Property(c => c.CourseId).HasMaxLength(IdLength);
            e.Property(c => c.LessonId).HasMaxLength(IdLength);
            e.HasIndex(c => c.JoinCode).IsUnique();
            e.HasMany(c => c.Enrolments).WithOne().HasForeignKey(x => x.ClassId);
            e.HasMany(c => c.Instructors).WithOne().HasForeignKey(x => x.ClassId);
        });
        builder.Entity<Enrolment>(e =>
        {
            e.HasKey(x => new { x.ClassId, x.LearnerId });
            e.Property(x => x.NameSkeleton).HasMaxLength(NameSkeletonLength);
            e.HasIndex(x => new { x.ClassId, x.NameSkeleton }).IsUnique();
            e.HasOne(x => x.Learner).WithMany().HasForeignKey(x => x.LearnerId);
        });
        builder.Entity<ClassInstructor>(e =>
        {
            e.ToTable("ClassInstructors");
            e.HasKey(x => new { x.ClassId, x.LearnerId });
            e.HasOne(x => x.Learner).WithMany().HasForeignKey(x => x.LearnerId);
        });
        builder.Entity<Invitation>(e =>
        {
            e.Property(i => i.Id).HasMaxLength(IdLength);
            e.Property(i => i.TokenHash).HasMaxLength(64);
            e.Property(i => i.Name).HasMaxLength(Learner.NameMaxLength);
            e.Property(i => i.NameSkeleton).HasMaxLength(NameSkeletonLength);
            e.HasIndex(i => i.TokenHash).IsUnique();
            e.HasOne(i => i.Class).WithMany().HasForeignKey(i => i.ClassId);
        });
        builder.Entity<SectionProgress>(e =>
        {
            e.ToTable("SectionProgress");
            e.HasKey(s => new { s.LearnerId, s.CourseId, s.LessonId, s.SectionId });
            e.Property(s => s.Kind).HasMaxLength(32);
            e.HasIndex(s => new { s.CourseId, s.LessonId });
        });
        builder.Entity<BlockRun>(e =>
        {
            e.ToTable("BlockRuns");
            e.HasKey(r => new { r.LearnerId, r.CourseId, r.LessonId, r.BlockId });
            e.HasIndex(r => new { r.CourseId, r.LessonId });
        });
        builder.Entity<RunFailure>(e =>
        {
            e.ToTable("RunFailures");
            // The same run that is told twice fails once.
            e.HasKey(f => new { f.LearnerId, f.CourseId, f.LessonId, f.BlockId, f.At });
            e.HasIndex(f => new { f.CourseId, f.LessonId });
        });
        builder.Entity<CheckResult>(e =>
        {
            e.ToTable("CheckResults");
            e.HasKey(c => new { c.LearnerId, c.CourseId, c.LessonId, c.CheckId });
            e.HasIndex(c => new { c.CourseId, c.LessonId });
        });
        builder.Entity<CheckEvidence>(e =>
        {
            e.ToTable("CheckEvidence");
            e.HasIndex(x => new { x.LearnerId, x.CourseId, x.LessonId, x.CheckId });
        });
        builder.Entity<HelpRequest>(e =>
        {
            e.Property(r => r.Id).HasMaxLength(IdLength);
            e.Property(r => r.CourseId).HasMaxLength(IdLength);
            e.Property(r => r.LessonId).HasMaxLength(IdLength);
            e.Property(r => r.Text).HasMaxLength(HelpRequest.TextMaxLength);
            e.Property(r => r.Command).HasMaxLength(HelpRequest.CommandMaxLength);
            e.Property(r => r.Output).HasMaxLength(HelpRequest.OutputMaxLength);
            e.Property(r => r.Changed).HasMaxLength(HelpRequest.OutputMaxLength);
            e.HasOne(r => r.Learner).WithMany().HasForeignKey(r => r.LearnerId);
            // A learner has one open request in a lesson.
            e.HasIndex(r => new { r.LearnerId, r.CourseId, r.LessonId }).IsUnique().HasFilter("\"ClosedAt\" IS NULL");
        });
        builder.Entity<LearnerMessage>(e =>
        {
            e.ToTable("Messages");
            e.Property(m => m.Id).HasMaxLength(IdLength);
            e.Property(m => m.BatchId).HasMaxLength(IdLength);
            e.Property(m => m.Text).HasMaxLength(LearnerMessage.TextMaxLength);
            e.HasOne<Learner>().WithMany().HasForeignKey(m => m.LearnerId);
            e.HasOne<SchoolClass>().WithMany().HasForeignKey(m => m.ClassId);
        });
        PlatformModel.Configure(builder);
    }

    private sealed class UtcTicksConverter() : ValueConverter<DateTimeOffset, long>(
        at => at.UtcTicks,
        ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
}
