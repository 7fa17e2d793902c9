return Sg3x.GoldenDiff.Application.Run(args, Console.Out, Console.Error, Directory.GetCurrentDirectory());
