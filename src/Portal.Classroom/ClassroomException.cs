namespace Portal.Classroom;

/// <summary>A request that cannot be carried out; the message is for the person who made it.</summary>
public sealed class ClassroomException(string message) : Exception(message);
