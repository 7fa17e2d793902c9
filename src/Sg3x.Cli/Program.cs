return Sg3x.Cli.Application.Run(args);
