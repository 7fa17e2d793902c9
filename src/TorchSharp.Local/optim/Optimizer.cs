using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace TorchSharp
{
    public static partial class torch
    {
        /// <summary>Optimizers.</summary>
        public static partial class optim
        {
            /// <summary>Changes parameters by their gradients.</summary>
            public abstract partial class Optimizer : IDisposable
            {
                protected IList<ParamGroup> _parameter_groups = [];

                private protected Optimizer()
                {
                }

                public virtual IEnumerable<ILearningRateController> ParamGroups => _parameter_groups;

                /// <summary>Sets the gradients to zero; they stay where they are.</summary>
                public virtual void zero_grad()
                {
                    foreach (var parameter in parameters())
                    {
                        using var grad = parameter.grad;
                        grad?.zero_();
                    }
                }

                public abstract Tensor? step(Func<Tensor>? closure = null);

                public virtual IEnumerable<Parameter> parameters() => _parameter_groups.SelectMany(g => g.Parameters);

                public virtual void add_param_group(ParamGroup param_group) => _parameter_groups.Add(param_group);

                public void Dispose()
                {
                    Dispose(true);
                    GC.SuppressFinalize(this);
                }

                protected virtual void Dispose(bool disposing)
                {
                }

                /// <summary>The options and the state of an optimizer: the objects themselves, not copies.</summary>
                public class StateDictionary
                {
                    internal StateDictionary()
                    {
                    }

                    public List<OptimizerOptions> Options { get; } = [];

                    public List<OptimizerState> State { get; } = [];

                    public List<List<int>> StateIndexRef { get; } = [];
                }
            }

            public interface ILearningRateController
            {
                double LearningRate { get; set; }

                double InitialLearningRate { get; set; }
            }

            public interface IBetas
            {
                (double, double) Betas { get; set; }
            }
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>What the optimizers have in common.</summary>
    public abstract class OptimizerHelper : Optimizer
    {
        private protected OptimizerOptions defaults = new();
        private protected readonly Dictionary<nint, OptimizerState> states = [];

        public OptimizerHelper()
        {
        }

        /// <summary>One state for each parameter, in the groups' order.</summary>
        public virtual StateDictionary state_dict()
        {
            var dict = new StateDictionary();
            foreach (var group in _parameter_groups)
            {
                dict.Options.Add(group.Options);
                var indices = new List<int>();
                foreach (var parameter in group.Parameters)
                {
                    indices.Add(dict.State.Count);
                    dict.State.Add(states[parameter.Handle]);
                }
                dict.StateIndexRef.Add(indices);
            }
            return dict;
        }

        public virtual void load_state_dict(StateDictionary state_dict)
        {
            var own = this.state_dict();
            if (state_dict.Options.Count != own.Options.Count)
                throw new ArgumentException("Invalid optimizer state -- different number of parameter groups.");
            if (state_dict.State.Count != own.State.Count)
                throw new ArgumentException("Invalid optimizer state -- different number of states.");
            for (var i = 0; i < own.Options.Count; i++)
            {
                if (own.Options[i] != state_dict.Options[i])
                    own.Options[i].LoadStateDict(state_dict.Options[i]);
            }
            for (var i = 0; i < own.State.Count; i++)
            {
                if (own.State[i] != state_dict.State[i])
                    own.State[i].LoadStateDict(state_dict.State[i]);
            }
        }

        /// <summary>Runs a step on each group, recording no gradients and leaving no tensors behind.</summary>
        private protected torch.Tensor? Step(Action<ParamGroup> body, Func<torch.Tensor>? closure)
        {
            torch.Tensor? loss = null;
            if (closure is not null)
            {
                using var recording = torch.enable_grad();
                loss = closure();
            }
            using var quiet = torch.no_grad();
            using var scope = torch.NewDisposeScope();
            foreach (var group in _parameter_groups)
                body(group);
            return loss;
        }
    }

    /// <summary>The options of a parameter group; null stands for the optimizer's.</summary>
    public class OptimizerOptions
    {
        public double? LearningRate { get; set; }

        public double InitialLearningRate { get; set; }

        public virtual void LoadStateDict(OptimizerOptions source)
        {
            InitialLearningRate = source.InitialLearningRate;
            LearningRate = source.LearningRate;
        }
    }

    /// <summary>What an optimizer remembers of a parameter.</summary>
    public abstract class OptimizerState
    {
        protected Parameter _parameter;

        protected OptimizerState(Parameter parameter) => _parameter = parameter;

        public abstract void LoadStateDict(OptimizerState source);

        public abstract void Initialize(OptimizerOptions options);

        public virtual void to(torch.Device device)
        {
        }
    }

    /// <summary>Parameters with options of their own.</summary>
    public class ParamGroup : ILearningRateController
    {
        public IEnumerable<Parameter> Parameters { get; set; } = [];

        public OptimizerOptions Options { get; set; } = null!;

        public double LearningRate
        {
            get => Options.LearningRate!.Value;
            set => Options.LearningRate = value;
        }

        public double InitialLearningRate
        {
            get => Options.InitialLearningRate;
            set => Options.InitialLearningRate = value;
        }
    }

    /// <summary>Parameters with options of an optimizer's own kind.</summary>
    public class ParamGroup<TOptions> : ParamGroup where TOptions : OptimizerOptions
    {
        public ParamGroup()
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, TOptions? options = null)
        {
            Parameters = parameters;
            base.Options = options!;
        }

        public new TOptions Options
        {
            get => (TOptions)base.Options;
            set => base.Options = value;
        }
    }
}
