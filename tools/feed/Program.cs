// Asks the configured package sources which versions of a package they have, and downloads none.
//
//   feed FOLDER PROBE ID VERSION [ID VERSION …]
//
// FOLDER: where the search for NuGet.Config starts. One line per package on standard output, separated by tabs:
//
//   ID   found    VERSION   the source's name, or "already restored"
//   ID   absent   -         the sources that were asked
//   ID   unknown  -         the error
//
// VERSION may end in ".*": the highest with that beginning. "absent" needs a clear answer from every source; any source that
// fails leaves the matter unknown, and is not asked again. A native library of a found package that already lies on this machine (in the package
// folder or in a folder feed) is put into PROBE, for the caller to ask the loader about.

using System.IO.Compression;
using NuGet.Common;
using NuGet.Configuration;
using NuGet.Packaging;
using NuGet.Protocol;
using NuGet.Protocol.Core.Types;
using NuGet.Versioning;

const int TimeoutSeconds = 60;

if (args.Length < 4 || args.Length % 2 != 0)
{
    Console.Error.WriteLine("usage: feed FOLDER PROBE ID VERSION [ID VERSION …]");
    return 2;
}

ISettings settings = Settings.LoadDefaultSettings(args[0]);
string packageFolder = SettingsUtility.GetGlobalPackagesFolder(settings);
string probe = args[1];
List<PackageSource> sources = [.. SettingsUtility.GetEnabledSources(settings)];
PackageSourceMapping mapping = PackageSourceMapping.GetPackageSourceMapping(settings);
Dictionary<string, FindPackageByIdResource> indexes = [];
Dictionary<string, string> failures = [];
using SourceCacheContext cache = new() { NoCache = true, DirectDownload = true };

for (int i = 2; i < args.Length; i += 2)
{
    string id = args[i];
    (string state, string version, string detail) = await Ask(id, args[i + 1]);
    Console.WriteLine($"{id}\t{state}\t{version}\t{detail.ReplaceLineEndings(" ")}");
}

return 0;

async Task<(string State, string Version, string Detail)> Ask(string id, string wanted)
{
    if (NuGetVersion.TryParse(wanted, out NuGetVersion? exact)
        && File.Exists(Path.Combine(Installed(id, exact), $"{id}.nuspec".ToLowerInvariant())))
    {
        CopyNative(Path.Combine(Installed(id, exact), "runtimes/linux-x64/native"));
        return ("found", wanted, "already restored");
    }

    List<PackageSource> asked = sources;
    if (mapping.IsEnabled)
    {
        IReadOnlyList<string> names = mapping.GetConfiguredPackageSources(id);
        asked = [.. sources.Where(s => names.Contains(s.Name, StringComparer.OrdinalIgnoreCase))];
    }

    string? failure = asked.Count == 0 ? "no package source is configured" : null;
    foreach (PackageSource source in asked)
    {
        if (failures.TryGetValue(source.Name, out string? before))
        {
            failure ??= before;
            continue;
        }

        try
        {
            NuGetVersion? found = await Find(source, id, wanted);
            if (found is not null)
            {
                return ("found", found.ToNormalizedString(), source.Name);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            failures[source.Name] = $"{source.Name}: {Innermost(e)}";
            failure ??= failures[source.Name];
        }
    }

    return failure is null
        ? ("absent", "-", string.Join(", ", asked.Select(s => s.Name)))
        : ("unknown", "-", failure);
}

async Task<NuGetVersion?> Find(PackageSource source, string id, string wanted)
{
    if (source.IsLocal && !Directory.Exists(source.Source))
    {
        throw new DirectoryNotFoundException($"there is no folder {source.Source}");
    }

    using CancellationTokenSource timeout = new(TimeSpan.FromSeconds(TimeoutSeconds));
    try
    {
        if (!indexes.TryGetValue(source.Name, out FindPackageByIdResource? byId))
        {
            indexes[source.Name] = byId = await Open(source, timeout.Token);
        }

        IEnumerable<NuGetVersion> versions =
            await byId.GetAllVersionsAsync(id, cache, NullLogger.Instance, timeout.Token) ?? [];
        // To NuGet both wishes are lower bounds as well; here they are not.
        NuGetVersion? found = wanted.EndsWith('*')
            ? versions.Where(FloatRange.Parse(wanted)!.Satisfies).Max()
            : versions.FirstOrDefault(NuGetVersion.Parse(wanted).Equals);
        if (found is not null && source.IsLocal)
        {
            await CopyNativeFromPackage(byId, id, found, timeout.Token);
        }

        return found;
    }
    catch (OperationCanceledException) when (timeout.IsCancellationRequested)
    {
        throw new TimeoutException($"no answer within {TimeoutSeconds} s");
    }
}

static async Task<FindPackageByIdResource> Open(PackageSource source, CancellationToken cancel) =>
    await Repository.Factory.GetCoreV3(source).GetResourceAsync<FindPackageByIdResource>(cancel)
        ?? throw new InvalidDataException("the source has no package index");

string Installed(string id, NuGetVersion version) =>
    Path.Combine(packageFolder, id.ToLowerInvariant(), version.ToNormalizedString().ToLowerInvariant());

void CopyNative(string folder)
{
    string library = Path.Combine(folder, "libLibTorchSharp.so");
    if (File.Exists(library))
    {
        Directory.CreateDirectory(probe);
        File.Copy(library, Path.Combine(probe, "libLibTorchSharp.so"), overwrite: true);
    }
}

async Task CopyNativeFromPackage(FindPackageByIdResource byId, string id, NuGetVersion version, CancellationToken cancel)
{
    if (id != "TorchSharp")
    {
        return;
    }

    using MemoryStream package = new();
    if (await byId.CopyNupkgToStreamAsync(id, version, package, cache, NullLogger.Instance, cancel))
    {
        package.Position = 0;
        using ZipArchive zip = new(package);
        if (zip.GetEntry("runtimes/linux-x64/native/libLibTorchSharp.so") is { } library)
        {
            Directory.CreateDirectory(probe);
            await library.ExtractToFileAsync(Path.Combine(probe, "libLibTorchSharp.so"), overwrite: true, cancel);
        }
    }
}

static string Innermost(Exception e)
{
    while (e.InnerException is not null)
    {
        e = e.InnerException;
    }

    return e.Message;
}
