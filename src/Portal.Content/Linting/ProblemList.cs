using Portal.Content.Model;

namespace Portal.Content.Linting;

/// <summary>Collects what is wrong in one file, so that its author can mend all of it in one pass.</summary>
internal sealed class ProblemList(string file)
{
    private readonly List<ContentProblem> _items = [];

    public IReadOnlyList<ContentProblem> Items => _items;

    public void Error(int line, string message, string remedy) => _items.Add(new(file, line, ProblemSeverity.Error, message, remedy));

    public void Warning(int line, string message, string remedy) => _items.Add(new(file, line, ProblemSeverity.Warning, message, remedy));
}
