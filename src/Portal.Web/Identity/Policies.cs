namespace Portal.Web.Identity;

/// <summary>What a page or endpoint asks of who opens it.</summary>
public static class Policies
{
    public const string Learner = "Learner";
    public const string Instructor = "Instructor";

    /// <summary>Who instructs the class that the address names as <c>ClassId</c>.</summary>
    public const string ClassInstructor = "ClassInstructor";
    public const string Administrator = "Administrator";

    /// <summary>Who keeps the portal running: an administrator, or the owner of the machine.</summary>
    public const string Operator = "Operator";

    /// <summary>Where learners begin: anybody where people sign in, only the owner on their own machine.</summary>
    public const string Join = "Join";

    /// <summary>The owner of the machine, also while acting as another learner.</summary>
    public const string Owner = "Owner";
}

/// <summary>Roles in a signed-in person's claims.</summary>
public static class Roles
{
    public const string Learner = "learner";
    public const string Instructor = "instructor";
    public const string Administrator = "administrator";
    public const string Owner = "owner";
}
