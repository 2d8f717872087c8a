namespace Portal.Web.Components.Editor;

/// <summary>What the editor is to open: a file of the workspace, or text that is none yet.</summary>
/// <param name="Path">Of the file, or of what it would be.</param>
/// <param name="Text">Null for what the file holds.</param>
public sealed record EditorRequest(string Path, string? Text = null);
