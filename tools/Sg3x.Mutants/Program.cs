return Sg3x.Mutants.Application.Run(args);
