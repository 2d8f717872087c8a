using System.Text;

namespace Portal.Sandbox.Tests.Server;

/// <summary>
/// Makes texts that nobody would write from texts that somebody did: cut, doubled, mixed, nested and with foreign
/// pieces. The same for the same number.
/// </summary>
internal sealed class TextMutator(IReadOnlyList<string> seeds, IReadOnlyList<string> pieces)
{
    private const int MaxLength = 20_000;

    public string Make(int number)
    {
        var random = new Random(number);
        var text = new StringBuilder(seeds[random.Next(seeds.Count)]);
        for (var changes = random.Next(1, 6); changes > 0 && text.Length < MaxLength; changes--)
        {
            var at = random.Next(text.Length + 1);
            switch (random.Next(7))
            {
                case 0:
                    text.Length = at;
                    break;
                case 1:
                    text.Insert(at, pieces[random.Next(pieces.Count)]);
                    break;
                case 2:
                    text.Insert(
                        at,
                        string.Concat(Enumerable.Repeat(pieces[random.Next(pieces.Count)], random.Next(1, 600)))
                    );
                    break;
                case 3:
                    text.Insert(at, seeds[random.Next(seeds.Count)]);
                    break;
                case 4 when text.Length > 0:
                    text.Remove(
                        Math.Min(at, text.Length - 1),
                        Math.Min(random.Next(1, 8), text.Length - Math.Min(at, text.Length - 1))
                    );
                    break;
                case 5:
                    text.Insert(at, text.ToString(0, Math.Min(text.Length, 2000)));
                    break;
                default:
                    text.Insert(at, (char)random.Next(1, 0x2FF));
                    break;
            }
        }
        return text.ToString();
    }
}
