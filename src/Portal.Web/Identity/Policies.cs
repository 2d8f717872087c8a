namespace Portal.Web.Identity;

/// <summary>What a page or endpoint asks of who opens it.</summary>
public static class Policies
{
    public const string Learner = "Learner";
    public const string Instructor = "Instructor";

    /// <summary>The owner of the machine, also while acting as another learner.</summary>
    public const string Owner = "Owner";
}

/// <summary>Roles in a signed-in person's claims.</summary>
public static class Roles
{
    public const string Learner = "learner";
    public const string Instructor = "instructor";
    public const string Owner = "owner";
}
