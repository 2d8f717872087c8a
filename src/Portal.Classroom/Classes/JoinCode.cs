using System.Security.Cryptography;

namespace Portal.Classroom.Classes;

internal static class JoinCode
{
    // No characters that are easily mistaken for each other when a code is read aloud.
    private const string Alphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";

    // 40 bits: with the limit on attempts, guessing one takes years.
    private const int Length = 8;

    public static string New() => RandomNumberGenerator.GetString(Alphabet, Length);

    public static string Normalize(string typed) =>
        new([.. typed.ToUpperInvariant().Where(char.IsAsciiLetterOrDigit).Take(2 * Length)]);
}
