using System.Text.Json;
using Sg3x.Spec.Networks;

namespace Sg3x.Spec.Tests.Support;

/// <summary>Constants/classes.json, written by classes_constants.py beside it.</summary>
internal static class ClassConstants
{
    private static readonly JsonElement s_all = Repository.ReadJson(
        Path.Combine(Repository.Root, "tests", "Sg3x.Spec.Tests", "Constants", "classes.json"));

    /// <summary>A network's arrays.</summary>
    /// <param name="network"><c>generator</c> or <c>discriminator</c>.</param>
    /// <param name="prefix">What stands before the names of its state.</param>
    public static NetworkState State(string network, string prefix = "") => new(s_all.GetProperty(network).GetProperty("state")
        .EnumerateObject().Select(entry => (prefix + entry.Name, entry.Value))
        .Concat(s_all.GetProperty(network).EnumerateObject().Where(entry => entry.Name != "state")
            .Select(entry => ($"io.{entry.Name}", entry.Value)))
        .ToDictionary(entry => entry.Item1, entry => new NamedArray(
            [.. entry.Value.GetProperty("shape").EnumerateArray().Select(side => side.GetInt32())],
            Scipy.Row(entry.Value.GetProperty("values")))));

    /// <summary>The rows of a matrix.</summary>
    public static double[][] Rows(this NetworkState state, string name) => [.. state[name].Values.Chunk(state[name].Shape[1])];
}
