using BenchmarkDotNet.Running;
using TorchSharp;

torch.set_num_threads(Environment.ProcessorCount);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
