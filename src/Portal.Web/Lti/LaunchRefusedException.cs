namespace Portal.Web.Lti;

/// <summary>The message says what was expected and found, to whoever launched and whoever set it up.</summary>
internal sealed class LaunchRefusedException(string message, Exception? inner = null) : Exception(message, inner);
