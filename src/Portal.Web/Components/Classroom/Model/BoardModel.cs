using Portal.Classroom.Board;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Classroom.Model;

/// <summary>
/// All that a board shows of its class, as it is shown: two that are equal look the same, and a page that has one need
/// not render the other.
/// </summary>
public sealed record BoardModel(
    string Name,
    string JoinCode,
    int Learners,
    int Online,
    EquatableArray<BoardColumn> Columns,
    EquatableArray<BoardRowModel> Rows,
    EquatableArray<StuckModel> Stuck
);

public sealed record BoardColumn(string SectionId, string Label, string Title, SectionDistribution Distribution);

/// <param name="Name">As shown: names may be hidden.</param>
/// <param name="Trouble">How the last command failed, in a word or two; else empty.</param>
/// <param name="Command">The command that failed, with its last line.</param>
/// <param name="Company">Who else is in the session, and on how many pages it is open if on several.</param>
/// <param name="Until">When the session ends, by the clock of who looks; empty without a limit.</param>
/// <param name="EndsSoon">It is a few minutes until then, or it has ended.</param>
/// <param name="Idle">How long nothing came from the learner; empty when that is not long.</param>
public sealed record BoardRowModel(
    string LearnerId,
    string Name,
    bool Online,
    bool Pinned,
    bool Selected,
    bool Asks,
    int Sessions,
    string Company,
    string Trouble,
    string Command,
    string Idle,
    string Until,
    bool EndsSoon,
    int Points,
    EquatableArray<BoardCellModel> Cells
);

/// <param name="Css">The look: ok, active, warn, bad or idle.</param>
public sealed record BoardCellModel(
    string SectionId,
    string Status,
    string Css,
    bool Current,
    bool Failed,
    string Time,
    string Title
);

/// <param name="Message">What most of them see.</param>
/// <param name="Others">What the others see, a line each.</param>
public sealed record StuckModel(
    string Title,
    string Message,
    string Others,
    string Since,
    EquatableArray<(string LearnerId, string Name)> Learners
);
