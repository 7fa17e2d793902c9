using System.Runtime.CompilerServices;

namespace VerifyTests;

/// <summary>A verification that has settings said of it before it is awaited.</summary>
public class SettingsTask(VerifySettings? settings, Func<VerifySettings, Task<VerifyResult>> buildTask)
{
    private readonly VerifySettings _settings = new(settings);
    private Task<VerifyResult>? _task;

    /// <summary>The settings so far.</summary>
    public VerifySettings CurrentSettings => _settings;

    /// <inheritdoc cref="VerifySettings.UseDirectory"/>
    public SettingsTask UseDirectory(string directory) => With(s => s.UseDirectory(directory));

    /// <inheritdoc cref="VerifySettings.UseFileName"/>
    public SettingsTask UseFileName(string fileName) => With(s => s.UseFileName(fileName));

    /// <inheritdoc cref="VerifySettings.UseTypeName"/>
    public SettingsTask UseTypeName(string name) => With(s => s.UseTypeName(name));

    /// <inheritdoc cref="VerifySettings.UseMethodName"/>
    public SettingsTask UseMethodName(string name) => With(s => s.UseMethodName(name));

    /// <inheritdoc cref="VerifySettings.UseParameters"/>
    public SettingsTask UseParameters(params object?[] parameters) => With(s => s.UseParameters(parameters));

    /// <inheritdoc cref="VerifySettings.UseTextForParameters"/>
    public SettingsTask UseTextForParameters(string parametersText) => With(s => s.UseTextForParameters(parametersText));

    /// <inheritdoc cref="VerifySettings.DisableDiff"/>
    public SettingsTask DisableDiff() => With(s => s.DisableDiff());

    /// <summary>Starts the verification, once.</summary>
    public Task<VerifyResult> ToTask() => _task ??= buildTask(_settings);

    /// <inheritdoc cref="Task{T}.ConfigureAwait(bool)"/>
    public ConfiguredTaskAwaitable<VerifyResult> ConfigureAwait(bool continueOnCapturedContext) =>
        ToTask().ConfigureAwait(continueOnCapturedContext);

    /// <inheritdoc cref="Task{T}.GetAwaiter"/>
    public TaskAwaiter<VerifyResult> GetAwaiter() => ToTask().GetAwaiter();

    /// <summary>So that a test method can return it.</summary>
    public static implicit operator Task(SettingsTask settingsTask) => settingsTask.ToTask();

    /// <summary>So that a test method can return it.</summary>
    public static implicit operator Task<VerifyResult>(SettingsTask settingsTask) => settingsTask.ToTask();

    private SettingsTask With(Action<VerifySettings> change)
    {
        change(_settings);
        return this;
    }
}
