using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using Sg3x.Cli.Output;
using Sg3x.Configuration;
using Sg3x.Data;
using Sg3x.Ops;
using Sg3x.Schedule;
using Spectre.Console;
using TorchSharp;

namespace Sg3x.Cli.Commands;

/// <summary><c>sg3x doctor</c> and <c>sg3x --version</c>: what this program runs on, and what is wrong with it.</summary>
internal static class DoctorCommand
{
    /// <summary>One thing the doctor looked at.</summary>
    private sealed record Finding(string Check, bool Ok, string? Advice);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the same as JSON" };
        var command = new Command("doctor",
            "Shows what the program runs on (TorchSharp, libtorch, BLAS, threads, SIMD, CUDA) and what to mend.")
        {
            json,
        };
        command.SetAction(result => Run(result.GetValue(json)));
        Examples.For(command,
            ("sg3x doctor", "a table of versions, files and findings; exit code 1 where something must be mended"),
            ("sg3x doctor --json", "the same for programs"));
        return command;
    }

    /// <summary>The option <c>--version</c> of the root command.</summary>
    public static Option VersionOption() => new Option<bool>("--version")
    {
        Description = "Show version, provider, libtorch, BLAS, threads, SIMD width and CUDA",
        Action = new PrintVersion(),
        Arity = ArgumentArity.Zero,
    };

    private static int Run(bool json)
    {
        EnvironmentInfo info = EnvironmentInfo.Collect(threads: 0);
        Finding[] findings = [.. Examine(info)];
        if (json)
        {
            Json.Print(new { Environment = info, Findings = findings });
        }
        else
        {
            Print(info, findings);
        }

        return findings.All(f => f.Ok) ? ExitCode.Done : ExitCode.CheckFailed;
    }

    private static IEnumerable<Finding> Examine(EnvironmentInfo info)
    {
        yield return new("libtorch loads", info.LibTorchError is null, info.LibTorchError is null ? null
            : $"{info.LibTorchError} Run tools/setup, which chooses a TorchSharp that works here.");
        if (info.LibTorchError is not null)
        {
            yield break;
        }

        bool fast = info.Blas != NativeLibraries.ReferenceBlas;
        yield return new("a fast BLAS", fast, fast ? null
            : "Matrix products run ten times slower than they could: install libopenblas0 (apt-get install libopenblas0).");
        string? images = ImageProblem();
        yield return new("images can be written", images is null, images);
        yield return new("threads wait without spinning", Passive(info), Passive(info) ? null
            : $"OMP_WAIT_POLICY is {info.OmpWaitPolicy}: waiting threads take the cores from working ones."
                + " Unset it, or set it to passive.");
        if (info.Cuda)
        {
            string? absence = KernelAbsence();
            bool missing = absence is not null && FilteredLeakyRelu.KernelWanted(torch.CUDA);
            yield return new(
                absence is null || missing ? "the GPU has its kernel" : "the GPU does without its kernel", !missing,
                absence is null ? null
                    : $"The filtered nonlinearity runs step by step, which takes longer and more memory: {absence}.");
        }
    }

    // Known once it has been compiled.
    private static string? KernelAbsence()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.zeros(1, 1, 8, 8, device: torch.CUDA), filter = torch.ones(12, device: torch.CUDA);
        FilteredLeakyRelu.Select(x, filter, filter, new(2, 2, new ImagePadding(9, 8, 9, 8), 1, 0.2, 256));
        return FilteredLeakyRelu.KernelAbsence(torch.CUDA);
    }

    private static string? ImageProblem()
    {
        try
        {
            using torch.Tensor pixels = torch.zeros([3, 2, 2], dtype: torch.ScalarType.Byte);
            using var file = new MemoryStream();
            ImageFiles.WritePng(file, pixels);
            return null;
        }
        catch (Exception e)
        {
            // Whatever keeps the image library from working is the finding itself.
            return $"{(e.InnerException ?? e).Message.Trim()} Run tools/setup, which installs what is missing.";
        }
    }

    private static bool Passive(EnvironmentInfo info) =>
        string.Equals(info.OmpWaitPolicy, "passive", StringComparison.OrdinalIgnoreCase);

    private static void Print(EnvironmentInfo info, Finding[] findings)
    {
        Terminal terminal = Terminal.Out();
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn();
        foreach ((string name, string value) in Rows(info))
        {
            grid.AddRow(new Text(name, new Style(decoration: Decoration.Bold)), new Text(value));
        }

        terminal.Write(grid);
        terminal.Line();
        foreach (Finding finding in findings)
        {
            terminal.Verdict(finding.Ok ? Verdict.Ok : Verdict.Failed, finding.Check, finding.Advice);
        }
    }

    private static IEnumerable<(string Name, string Value)> Rows(EnvironmentInfo info)
    {
        yield return ("sg3x", info.Version);
        yield return (".NET", info.DotNet);
        yield return ("system", info.OperatingSystem);
        yield return ("processor", string.Create(CultureInfo.InvariantCulture, $"{info.Processor}, {info.Processors} usable"));
        yield return ("SIMD", info.Simd);
        yield return ("TorchSharp", Provider(info));
        yield return ("libtorch", info.LibTorch is null ? "not loaded" : $"{info.LibTorch}  {info.LibTorchPath}".TrimEnd());
        yield return ("BLAS", info.Blas is null ? "unknown" : $"{info.Blas}  {info.BlasPath}".TrimEnd());
        yield return ("threads", string.Create(CultureInfo.InvariantCulture,
            $"{info.Threads} of one tensor operation (--threads changes it), OMP_WAIT_POLICY={info.OmpWaitPolicy ?? "not set"}"));
        yield return ("CUDA", info.Cuda ? string.Create(CultureInfo.InvariantCulture, $"{info.CudaDevices} device(s)") : "none");
        yield return ("images", info.Images);
    }

    private static string Provider(EnvironmentInfo info)
    {
        string name = info.TorchSharpProvider == "package"
            ? $"{info.TorchSharp}, the package"
            : $"the stand-in TorchSharp.Local, with the interface of {info.TorchSharp}";
        return info.TorchSharpReason is null ? name : $"{name} ({info.TorchSharpReason})";
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            EnvironmentInfo info = EnvironmentInfo.Collect(threads: 0);
            Console.Out.WriteLine($"sg3x {info.Version}");
            foreach ((string name, string value) in Rows(info).Skip(1))
            {
                Console.Out.WriteLine($"{name}: {value}");
            }

            return ExitCode.Done;
        }
    }
}
