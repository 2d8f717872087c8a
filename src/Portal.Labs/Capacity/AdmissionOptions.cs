namespace Portal.Labs.Capacity;

/// <summary>How many sessions there may be at a time. Who comes when there is no room waits.</summary>
public sealed class AdmissionOptions
{
    /// <summary>Sessions that are open at a time; 0, the default, for as many as memory has room for.</summary>
    public int Sessions { get; set; }

    /// <summary>Sessions that one person may have open at a time, over all courses; 0 for any number.</summary>
    /// <value>The default is 5.</value>
    public int SessionsPerPerson { get; set; } = 5;

    /// <summary>Mebibytes that a session is expected to need, until it is known from those that are open.</summary>
    /// <value>The default, 0, is what the provider's clusters usually need.</value>
    public int SessionMebibytes { get; set; }

    /// <summary>
    /// Mebibytes that stay free: no session is started that would need them. 0 does not look at memory at all.
    /// </summary>
    /// <value>The default is 256.</value>
    public int ReservedMebibytes { get; set; } = 256;

    /// <summary>How long a place in the queue is kept for who has closed the page.</summary>
    /// <value>The default is two minutes.</value>
    public TimeSpan KeepPlace { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Whether instructors get in before learners who wait.</summary>
    /// <value>The default is true.</value>
    public bool InstructorsFirst { get; set; } = true;

    internal IEnumerable<string> Problems(string section)
    {
        foreach (
            var (name, value) in new[]
            {
                (nameof(Sessions), Sessions),
                (nameof(SessionsPerPerson), SessionsPerPerson),
                (nameof(SessionMebibytes), SessionMebibytes),
                (nameof(ReservedMebibytes), ReservedMebibytes),
            }
        )
        {
            if (value < 0) yield return $"{section}:{name} is below 0. Set it to 0 or a number above.";
        }
        if (KeepPlace < TimeSpan.Zero)
            yield return $"{section}:{nameof(KeepPlace)} is below 0. Set it to a time such as 00:02:00.";
    }
}
