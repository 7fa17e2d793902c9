using Sg3x.Data;
using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>The training as AFG and SG2 describe it.</summary>
public static class TrainingLoop
{
    /// <summary>Trains until the configured number of images has been shown, or until a stop is asked for; an iteration that has
    /// begun is finished.</summary>
    /// <param name="state">What is trained.</param>
    /// <param name="phases">The steps of an iteration, on that state.</param>
    /// <param name="reals">Batches of real images, the first of them that of the state's iteration.</param>
    /// <param name="afterIteration">Called after each iteration, with the state at the iteration's end.</param>
    /// <param name="stop">Asks for a stop.</param>
    /// <returns>Whether all images have been shown.</returns>
    /// <exception cref="TrainingStoppedException">A loss or gradient was not finite: found at the end, or where
    /// <paramref name="afterIteration"/> looked (<see cref="TrainingState.DemandFinite"/>). The state is the one from before that
    /// step.</exception>
    public static bool Run(
        TrainingState state, TrainingPhases phases, ImageBatches reals, Action afterIteration, CancellationToken stop)
    {
        double totalImages = state.Config.Training.Kimg * 1000;
        state.IsWithinIteration = false;
        while (state.Images < totalImages)
        {
            if (stop.IsCancellationRequested)
            {
                state.DemandFinite();
                return false;
            }

            using (NewDisposeScope())
            {
                Tensor real = phases.ToDevice(reals.Next());
                Tensor? labels = phases.ToLabels(reals.Classes);

                state.IsWithinIteration = true;
                phases.GeneratorStep();
                phases.DiscriminatorStep(real, labels);
                if (state.Iteration % state.Config.Training.R1Interval == 0)
                {
                    phases.R1Step(real, labels);
                }

                phases.AverageWeights();
                phases.AdaptAugmentation();
            }

            state.Iteration++;
            state.IsWithinIteration = false;
            afterIteration();
        }

        state.DemandFinite();
        return true;
    }
}
