using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>Looks for NaN and infinity before an optimiser steps.</summary>
internal static class FiniteCheck
{
    /// <summary>Reads the values of a step back to the host, and with them whether every gradient is finite.</summary>
    /// <param name="phase">Phase, for the message.</param>
    /// <param name="iteration">Iteration, for the message.</param>
    /// <param name="values">float32 [K], the terms of the loss.</param>
    /// <param name="kinds">What they are, K.</param>
    /// <param name="gradients">The gradients.</param>
    /// <param name="optimiser">Knows their names.</param>
    /// <returns>The values.</returns>
    /// <exception cref="TrainingStoppedException">Something is not finite.</exception>
    internal static float[] Require(
        string phase,
        long iteration,
        Tensor values,
        IReadOnlyList<Statistic> kinds,
        IReadOnlyList<Tensor> gradients,
        AdamOptimiser optimiser)
    {
        // A sum is finite when its terms are (short of 1e38); with the losses it makes one transfer from the device for a phase.
        Tensor sums = stack([.. gradients.Select(g => g.sum())]);
        using Tensor host = cat([values, sums]).cpu();
        float[] all = host.data<float>().ToArray();
        for (int i = 0; i < all.Length; i++)
        {
            if (!float.IsFinite(all[i]))
            {
                string name = i < kinds.Count
                    ? $"loss term {kinds[i]}"
                    : $"gradient of {optimiser.Names.ElementAt(i - kinds.Count)}";
                throw new TrainingStoppedException(iteration, phase, name, float.IsNaN(all[i]) ? "NaN" : "infinity");
            }
        }

        return all[..kinds.Count];
    }
}
