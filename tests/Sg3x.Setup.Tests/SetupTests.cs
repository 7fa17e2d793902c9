namespace Sg3x.Setup.Tests;

/// <summary>Which packages set-up takes from which feed, and what it does when a feed does not answer.</summary>
public class SetupTests
{
    private const string Torch = "0.107.0";

    [Fact]
    public void OnAFeedThatHasEverythingTheRealPackagesAreUsed()
    {
        using SetupSandbox sandbox = new("packages");
        AddAll(sandbox);
        // Any library that loads here; its own would need a libtorch.
        sandbox.AddPackage("TorchSharp", Torch, "runtimes/linux-x64/native/libLibTorchSharp.so", LoadableLibrary());
        Assert.Equal(0, sandbox.Run().Code);
        Assert.Equal("nuget nuget nuget nuget", Choices(sandbox));
        Assert.Equal("libtorch-cpu-linux-x64", sandbox.Found("Sg3xTorchNative"));
        Assert.Equal("31.12.9", sandbox.Found("Sg3xVerifyVersion"));
    }

    [Fact]
    public void WithAnNvidiaDriverTheCudaPackageIsNeeded()
    {
        using SetupSandbox sandbox = new("packages");
        AddAll(sandbox);
        sandbox.AddPackage("TorchSharp", Torch, "runtimes/linux-x64/native/libLibTorchSharp.so", LoadableLibrary());
        Assert.Equal(0, sandbox.Run(("SG3X_CUDA", "yes")).Code);
        Assert.Equal("local local nuget nuget", Choices(sandbox));
        Assert.Contains("TorchSharp-cuda-linux", sandbox.Found("Sg3xTorchSharpReason"));
        sandbox.AddPackage("TorchSharp-cuda-linux", Torch);
        Assert.Equal(0, sandbox.Run(("SG3X_CUDA", "yes")).Code);
        Assert.Equal("nuget nuget nuget nuget", Choices(sandbox));
        Assert.Equal("TorchSharp-cuda-linux", sandbox.Found("Sg3xTorchNative"));
    }

    [Fact]
    public void APackageThatThisSystemCannotLoadIsStoodInFor()
    {
        using SetupSandbox sandbox = new("packages");
        AddAll(sandbox);
        string library = NeedsWhatNoSystemHas();
        sandbox.AddPackage("TorchSharp", Torch, "runtimes/linux-x64/native/libLibTorchSharp.so", library);
        File.Delete(library);
        Assert.Equal(0, sandbox.Run().Code);
        Assert.Equal("local", sandbox.Found("Sg3xTorchSharp"));
        Assert.Contains("its native library needs", sandbox.Found("Sg3xTorchSharpReason"));
    }

    [Fact]
    public void WhatTheFeedLacksIsStoodInForPackageByPackage()
    {
        using StubFeed feed = new StubFeed()
            .With("FsCheck.Xunit", "3.4.0", "3.6.0").With("Verify.Xunit", "31.11.9", "31.13.0").With("TorchVision", "0.106.0");
        using SetupSandbox sandbox = new(feed.Index);
        (int code, string said) = sandbox.Run();
        Assert.True(code == 0, said);
        Assert.Equal("local local nuget local", Choices(sandbox));
        Assert.Contains("is not on the feed (test feed)", sandbox.Found("Sg3xVerifyXunitReason"));
        Assert.All(feed.Asked, path => Assert.EndsWith("/index.json", path));
    }

    [Fact]
    public void AFeedThatFailsStopsSetUpWhereThereIsNoAnswerYet()
    {
        using StubFeed feed = new() { Instead = r => (r.StatusCode = 500) > 0 };
        using SetupSandbox sandbox = new(feed.Index);
        (int code, string said) = sandbox.Run();
        Assert.Equal(1, code);
        Assert.Contains("the package feed did not say whether it has TorchSharp 0.107.0", said);
        Assert.Contains("500", said);
        Assert.False(sandbox.HasAnswer);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(403)]
    [InlineData(200)]
    public void AFeedThatFailsLeavesTheLastAnswer(int status)
    {
        using StubFeed feed = new StubFeed().With("FsCheck.Xunit", "3.6.0");
        using SetupSandbox sandbox = new(feed.Index);
        Assert.Equal(0, sandbox.Run().Code);
        feed.Instead = response =>
        {
            response.StatusCode = status;
            StubFeed.Write(response, "{\"versions\": [");
            return true;
        };
        (int code, string said) = sandbox.Run();
        Assert.True(code == 0, said);
        Assert.Equal("local local nuget local", Choices(sandbox));
        Assert.Contains("kept from the last set-up", said);
    }

    [Fact]
    public void AnUnreachableFeedStopsSetUp()
    {
        using SetupSandbox sandbox = new(StubFeed.Unreachable);
        (int code, string said) = sandbox.Run();
        Assert.Equal(1, code);
        Assert.Contains("did not say whether", said);
        Assert.Contains("SG3X_TORCHSHARP=local", said);
    }

    [Fact]
    public void AMissingFolderIsNotAnEmptyFeed()
    {
        using SetupSandbox sandbox = new("no-such-folder");
        Assert.Equal(1, sandbox.Run().Code);
    }

    [Fact]
    public void AChoiceOfOnesOwnAsksNobody()
    {
        using SetupSandbox sandbox = new(StubFeed.Unreachable);
        (int code, string said) = sandbox.Run(("SG3X_TORCHSHARP", "local"), ("SG3X_TORCHVISION", "local"),
            ("SG3X_FSCHECK_XUNIT", "nuget"), ("SG3X_VERIFY_XUNIT", "local"));
        Assert.True(code == 0, said);
        Assert.Equal("local local nuget local", Choices(sandbox));
    }

    [Fact]
    public void AChoiceThatIsNoneIsRefused()
    {
        using SetupSandbox sandbox = new("packages");
        (int code, string said) = sandbox.Run(("SG3X_TORCHSHARP", "yes"));
        Assert.Equal(1, code);
        Assert.Contains("SG3X_TORCHSHARP is nuget or local, not 'yes'", said);
    }

    private static void AddAll(SetupSandbox sandbox)
    {
        sandbox.AddPackage("TorchSharp-cpu", Torch);
        sandbox.AddPackage("libtorch-cpu-linux-x64", "2.10.0");
        sandbox.AddPackage("TorchVision", Torch);
        sandbox.AddPackage("FsCheck.Xunit", "3.6.0");
        sandbox.AddPackage("Verify.Xunit", "31.12.9");
    }

    /// <summary>For TorchSharp, TorchVision, FsCheck.Xunit and Verify.Xunit.</summary>
    private static string Choices(SetupSandbox sandbox) => string.Join(' ',
        new[] { "Sg3xTorchSharp", "Sg3xTorchVision", "Sg3xFsCheckXunit", "Sg3xVerifyXunit" }.Select(sandbox.Found));

    private static string LoadableLibrary() => Path.Combine(
        Path.GetDirectoryName(typeof(object).Assembly.Location)!, "libSystem.Native.so");

    /// <summary>That library, with the C library's version it asks for replaced by one that there is not.</summary>
    private static string NeedsWhatNoSystemHas()
    {
        byte[] bytes = File.ReadAllBytes(LoadableLibrary());
        ElfVersions.ReplaceOneNeeded(bytes, "GLIBC_9.99");
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
