using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sg3x.Setup.Tests;

/// <summary>A package feed on this machine that has an index of versions and nothing to download.</summary>
internal sealed class StubFeed : IDisposable
{
    private readonly HttpListener _listener;
    private readonly Dictionary<string, string[]> _versions = new(StringComparer.OrdinalIgnoreCase);

    public StubFeed()
    {
        (_listener, Address) = Listen();
        _ = Task.Run(Serve);
    }

    /// <summary>Where nothing listens.</summary>
    public static string Unreachable => $"http://127.0.0.1:{FreePort()}/v3/index.json";

    public string Address { get; }

    public string Index => Address + "/v3/index.json";

    /// <summary>What it does in place of answering for packages.</summary>
    public Func<HttpListenerResponse, bool> Instead { get; set; } = _ => false;

    /// <summary>What was asked for.</summary>
    public List<string> Asked { get; } = [];

    public StubFeed With(string id, params string[] versions)
    {
        _versions[id] = versions;
        return this;
    }

    public void Dispose() => _listener.Close();

    // A listener cannot ask for any port that is free, and one that was may be taken the moment after: then another is tried.
    private static (HttpListener Listener, string Address) Listen()
    {
        for (int attempt = 1; ; attempt++)
        {
            string address = $"http://127.0.0.1:{FreePort()}";
            HttpListener listener = new();
            listener.Prefixes.Add(address + "/");
            try
            {
                listener.Start();
                return (listener, address);
            }
            catch (HttpListenerException) when (attempt < 100)
            {
                listener.Close();
            }
        }
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                Answer(context.Request.Url!.AbsolutePath, context.Response);
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void Answer(string path, HttpListenerResponse response)
    {
        if (path == "/v3/index.json")
        {
            Write(response, $$"""
                {"version":"3.0.0","resources":[{"@id":"{{Address}}/flat/","@type":"PackageBaseAddress/3.0.0"}]}
                """);
            return;
        }

        lock (Asked)
        {
            Asked.Add(path);
        }

        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (Instead(response))
        {
            return;
        }

        if (parts is ["flat", string id, "index.json"] && _versions.TryGetValue(id, out string[]? versions))
        {
            Write(response, $$"""{"versions":[{{string.Join(',', versions.Select(v => $"\"{v}\""))}}]}""");
        }
        else
        {
            response.StatusCode = 404;
        }
    }

    public static void Write(HttpListenerResponse response, string json)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        response.ContentType = "application/json";
        response.OutputStream.Write(bytes);
    }
}
