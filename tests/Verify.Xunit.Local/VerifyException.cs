namespace VerifyTests;

internal sealed class VerifyException(string message) : Exception(message);
