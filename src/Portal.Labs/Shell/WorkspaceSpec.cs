namespace Portal.Labs.Shell;

/// <summary>What a workspace is made of.</summary>
/// <param name="Directory">Its own directory; made when missing, and kept when the workspace is disposed.</param>
/// <param name="LessonId">Names the directory in the home where the shell starts.</param>
/// <param name="LessonDirectory">Source of <c>manifests/</c>; null for a workspace without a lesson.</param>
/// <param name="Kubeconfig">Text of the kubeconfig file.</param>
/// <param name="ToolsDirectory">First on the PATH; null for none.</param>
/// <param name="Template">Directory whose content is copied beside the manifests; null for none.</param>
public sealed record WorkspaceSpec(string Directory, string LessonId, string? LessonDirectory, string Kubeconfig, string? ToolsDirectory, string? Template);
