using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace TorchSharp.Utils;

/// <summary>A dictionary that remembers the order of insertion.</summary>
public class OrderedDict<TKey, TValue> : IEnumerable<(TKey, TValue)> where TKey : notnull
{
    private readonly List<(TKey, TValue)> list = [];
    private readonly Dictionary<TKey, TValue> dict = [];

    public int Count => dict.Count;

    public TValue this[TKey key]
    {
        get => dict[key];
        set
        {
            dict[key] = value;
            var index = list.FindIndex(pair => pair.Item1.Equals(key));
            if (index >= 0)
                list[index] = (key, value);
            else
                list.Add((key, value));
        }
    }

    public void Add(TKey key, TValue value)
    {
        dict.Add(key, value);
        list.Add((key, value));
    }

    public bool ContainsKey(TKey key) => dict.ContainsKey(key);

    public bool Remove(TKey key)
    {
        list.RemoveAll(pair => pair.Item1.Equals(key));
        return dict.Remove(key);
    }

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => dict.TryGetValue(key, out value);

    public IEnumerator<(TKey, TValue)> GetEnumerator() => list.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal bool TryAdd(TKey key, TValue value)
    {
        if (!dict.TryAdd(key, value))
            return false;
        list.Add((key, value));
        return true;
    }
}
