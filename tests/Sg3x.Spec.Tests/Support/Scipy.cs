using System.Text.Json;

namespace Sg3x.Spec.Tests.Support;

/// <summary>Constants/scipy.json, written by scipy_constants.py beside it.</summary>
internal static class Scipy
{
    public static JsonElement All { get; } = Repository.ReadJson(
        Path.Combine(Repository.Root, "tests", "Sg3x.Spec.Tests", "Constants", "scipy.json"));

    public static double[] Row(string group, string name) => Row(All.GetProperty(group).GetProperty(name));

    public static double[] Row(JsonElement element) => [.. element.EnumerateArray().Select(value => value.GetDouble())];

    public static double[,] Matrix(string group, string name)
    {
        double[][] rows = [.. All.GetProperty(group).GetProperty(name).EnumerateArray().Select(Row)];
        var matrix = new double[rows.Length, rows[0].Length];
        for (int i = 0; i < rows.Length; i++)
            for (int j = 0; j < rows[0].Length; j++)
                matrix[i, j] = rows[i][j];
        return matrix;
    }
}
