using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Model;

namespace Portal.Classroom.Data;

/// <summary>
/// How people who sign in are stored. Written out, because the base class takes the version of its schema from a host's
/// options, and migrations are made without a host.
/// </summary>
internal static class PeopleModel
{
    private const int KeyLength = 128;
    private const int NameLength = 256;

    // As long as a WebAuthn credential's id may be.
    private const int CredentialLength = 1023;

    public static void Configure(ModelBuilder builder)
    {
        builder.Entity<PortalUser>(e =>
        {
            e.ToTable("Users");
            e.Property(u => u.Id).HasMaxLength(KeyLength);
            e.Property(u => u.UserName).HasMaxLength(NameLength);
            e.Property(u => u.NormalizedUserName).HasMaxLength(NameLength);
            e.Property(u => u.Email).HasMaxLength(NameLength);
            e.Property(u => u.NormalizedEmail).HasMaxLength(NameLength);
            e.Property(u => u.PhoneNumber).HasMaxLength(NameLength);
            e.Property(u => u.ConcurrencyStamp).IsConcurrencyToken();
            e.HasIndex(u => u.NormalizedUserName).IsUnique();
            e.HasOne(u => u.Learner).WithOne().HasForeignKey<PortalUser>(u => u.Id);
            e.HasMany<IdentityUserClaim<string>>().WithOne().HasForeignKey(c => c.UserId);
            e.HasMany<IdentityUserLogin<string>>().WithOne().HasForeignKey(l => l.UserId);
            e.HasMany<IdentityUserToken<string>>().WithOne().HasForeignKey(t => t.UserId);
            e.HasMany<IdentityUserPasskey<string>>().WithOne().HasForeignKey(p => p.UserId);
        });
        builder.Entity<IdentityUserClaim<string>>().ToTable("UserClaims");
        builder.Entity<IdentityUserLogin<string>>(e =>
        {
            e.ToTable("UserLogins");
            e.HasKey(l => new { l.LoginProvider, l.ProviderKey });
            e.Property(l => l.LoginProvider).HasMaxLength(KeyLength);
            e.Property(l => l.ProviderKey).HasMaxLength(KeyLength);
        });
        builder.Entity<IdentityUserToken<string>>(e =>
        {
            e.ToTable("UserTokens");
            e.HasKey(t => new
            {
                t.UserId,
                t.LoginProvider,
                t.Name,
            });
            e.Property(t => t.LoginProvider).HasMaxLength(KeyLength);
            e.Property(t => t.Name).HasMaxLength(KeyLength);
        });
        builder.Entity<IdentityUserPasskey<string>>(e =>
        {
            e.ToTable("UserPasskeys");
            e.HasKey(p => p.CredentialId);
            e.Property(p => p.CredentialId).HasMaxLength(CredentialLength);
            e.OwnsOne(p => p.Data).ToJson();
        });
    }
}
