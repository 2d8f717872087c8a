using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Model;

namespace Portal.Classroom.Data;

/// <summary>How what belongs to learning platforms is stored.</summary>
internal static class PlatformModel
{
    private const int IdLength = 128;

    // SHA-256 in hexadecimal: what platforms call things may be long, and is only compared.
    private const int HashLength = 64;

    public static void Configure(ModelBuilder builder)
    {
        builder.Entity<PlatformClass>(e =>
        {
            e.ToTable("PlatformClasses");
            e.HasKey(p => new { p.ContextKey, p.CourseId, p.LessonId });
            e.Property(p => p.ContextKey).HasMaxLength(HashLength);
            e.Property(p => p.CourseId).HasMaxLength(IdLength);
            e.Property(p => p.LessonId).HasMaxLength(IdLength);
            e.Property(p => p.ScoreProblem).HasMaxLength(PlatformScore.ProblemMaxLength);
            e.HasOne<SchoolClass>().WithMany().HasForeignKey(p => p.ClassId);
        });
        builder.Entity<PlatformScore>(e =>
        {
            e.ToTable("PlatformScores");
            e.Property(s => s.Id).HasMaxLength(HashLength);
            e.Property(s => s.PlatformKey).HasMaxLength(HashLength);
            e.Property(s => s.CourseId).HasMaxLength(IdLength);
            e.Property(s => s.LessonId).HasMaxLength(IdLength);
            e.Property(s => s.UserId).HasMaxLength(PlatformScore.UserIdMaxLength);
            e.Property(s => s.LineItem).HasMaxLength(PlatformScore.LineItemMaxLength);
            e.Property(s => s.LineItems).HasMaxLength(PlatformScore.LineItemMaxLength);
            e.Property(s => s.LinkId).HasMaxLength(PlatformScore.LinkIdMaxLength);
            e.Property(s => s.Title).HasMaxLength(PlatformScore.TitleMaxLength);
            e.Property(s => s.Problem).HasMaxLength(PlatformScore.ProblemMaxLength);
            e.HasOne(s => s.Learner).WithMany().HasForeignKey(s => s.LearnerId);
            e.HasOne<SchoolClass>().WithMany().HasForeignKey(s => s.ClassId);
            e.HasIndex(s => new { s.LearnerId, s.CourseId, s.LessonId });
            e.HasIndex(s => s.PlatformKey);
        });
    }
}
