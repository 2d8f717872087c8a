namespace Portal.Classroom.Data;

/// <summary>The database cannot be used; the message names the configuration to look at and is fit for an operator to read.</summary>
public sealed class DatabaseUnavailableException(string message, Exception inner) : Exception(message, inner);
