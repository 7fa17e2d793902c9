return Sg3x.Departures.Application.Run(args, Console.Out, Console.Error);
