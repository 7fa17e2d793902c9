using System.CommandLine;
using Sg3x.Cli.Output;

namespace Sg3x.Cli.Commands;

/// <summary><c>sg3x dataset</c>: makes and checks data sets.</summary>
internal static class DatasetCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("dataset", "Brings images to one size in a zip file or a folder, and checks what is there.")
        {
            DatasetConvertCommand.Create(), DatasetCheckCommand.Create(),
        };
        Examples.For(command,
            ("sg3x dataset check photos/", "counts, sizes, damaged files"),
            ("sg3x dataset convert photos/ cats-128.zip --resolution 128", "square images of 128², cropped and resized once"));
        return command;
    }

    /// <summary>The folder or zip file to read.</summary>
    public static Argument<string> Source() => new("source")
    {
        Description = "A folder, with its subfolders, or a zip file of PNG and JPEG images; labels in its dataset.json",
        HelpName = "SOURCE",
    };
}
