#!/usr/bin/env python3
"""Writes the export of a StyleGAN3-T implementation, for `sg3x verify --candidate` (docs/candidate.md).

    python3 candidate.py VECTORS OUT.json          VECTORS is the folder golden/vectors

The implementation is the one below: config T in numpy and nothing else. In its place, import your own and export what
it computes; leave out what it does not have.
"""
import hashlib, json, os, struct, sys
import numpy as np

# ---- the implementation: schedule and filters ---------------------------------------------------------------------

N, N_CRIT, RES, MARGIN, TAPS, M = 11, 2, 128, 10, 6, 2
CBASE, CMAX, FC0, FT0 = 32768, 512, 2.0, 2 ** 2.1


def entries(res=RES, n=N, crit=N_CRIT, cbase=CBASE, cmax=CMAX):
    fcn = res / 2
    ftn = fcn * 2 ** 0.3
    e = np.minimum(np.arange(n + 1) / (n - crit), 1)
    fc, ft = FC0 * (fcn / FC0) ** e, FT0 * (ftn / FT0) ** e
    rate = 2 ** np.ceil(np.log2(np.minimum(2 * ft, res)))
    size = rate + 2 * MARGIN
    size[-2:] = res
    channels = np.rint(np.minimum(cbase / 2 / fc, cmax))
    channels[-1] = 3
    return [dict(zip(("cutoff", "half_width", "sampling_rate", "size", "channels"), row))
            for row in zip(fc, np.maximum(ft, rate / 2) - fc, rate, size, channels)]


def low_pass(taps, cutoff, half_width, rate):
    x = (np.arange(taps) - (taps - 1) / 2) / rate
    a = 2.285 * (taps - 1) * np.pi * 2 * half_width / (rate / 2) + 7.95
    beta = 0.1102 * (a - 8.7) if a > 50 else 0.5842 * (a - 21) ** 0.4 + 0.07886 * (a - 21) if a >= 21 else 0.0
    h = np.sinc(2 * cutoff * x) * np.kaiser(taps, beta)
    return h / h.sum()


def layers(res=RES, n=N, crit=N_CRIT, cbase=CBASE, cmax=CMAX, kernel=3):
    table = entries(res, n, crit, cbase, cmax)
    for i in range(n + 1):
        rgb, a, b = i == n, table[max(i - 1, 0)], table[i]
        tmp = max(a["sampling_rate"], b["sampling_rate"]) * (1 if rgb else M)
        up, down = int(tmp / a["sampling_rate"]), int(tmp / b["sampling_rate"])
        up_taps, down_taps = (1 if rgb or f == 1 else TAPS * f for f in (up, down))
        k = 1 if rgb else kernel
        total = (b["size"] - 1) * down + 1 - (a["size"] + k - 1) * up + up_taps + down_taps - 2
        lo = int((total + up) // 2)
        yield {
            "name": f"L{i}_{b['size']:.0f}_{b['channels']:.0f}", "is_torgb": rgb, "is_critically_sampled": i >= n - crit,
            **{f"in_{key}": value for key, value in a.items()}, **{f"out_{key}": value for key, value in b.items()},
            "tmp_sampling_rate": tmp, "up_factor": up, "down_factor": down, "up_taps": up_taps, "down_taps": down_taps,
            "down_radial": False, "padding": [lo, int(total) - lo], "conv_kernel": k, "conv_padding": k - 1,
            "up_filter": None if up_taps == 1 else low_pass(up_taps, a["cutoff"], a["half_width"], tmp),
            "down_filter": None if down_taps == 1 else low_pass(down_taps, b["cutoff"], b["half_width"], tmp),
        }


# ---- the implementation: operations -------------------------------------------------------------------------------

def convolve(x, f):
    """True convolution of [N, C, H, W] with [n] per axis or [n, n], valid samples."""
    f = np.outer(f, f) if np.ndim(f) == 1 else f
    n = len(f)
    h, w = x.shape[2] - n + 1, x.shape[3] - n + 1
    return sum(f[j, k] * x[:, :, n - 1 - j:n - 1 - j + h, n - 1 - k:n - 1 - k + w] for j in range(n) for k in range(n))


def filtered_nonlinearity(x, b, fu, fd, up, down, padding, gain, slope, clamp):
    n, c, h, w = x.shape
    y = np.zeros((n, c, h * up, w * up))
    y[:, :, ::up, ::up] = x + b[:, None, None]
    x0, x1, y0, y1 = padding
    y = np.pad(y, [(0, 0), (0, 0), (max(y0, 0), max(y1, 0)), (max(x0, 0), max(x1, 0))])
    y = y[:, :, max(-y0, 0):y.shape[2] - max(-y1, 0), max(-x0, 0):y.shape[3] - max(-x1, 0)]
    y = convolve(y, [1.0] if fu is None else fu) * up ** 2
    y = gain * np.where(y >= 0, y, slope * y)
    y = y if clamp is None else np.clip(y, -clamp, clamp)
    return convolve(y, [1.0] if fd is None else fd)[:, :, ::down, ::down]


def modulated_convolution(x, w, s, demodulate, input_gain):
    if demodulate:
        w = w / np.sqrt((w ** 2).mean((1, 2, 3), keepdims=True))
        s = s / np.sqrt((s ** 2).mean())
    k = w.shape[2]
    w = w[None] * s[:, None, :, None, None]
    if demodulate:
        w = w / np.sqrt((w ** 2).sum((2, 3, 4), keepdims=True) + 1e-8)
    x = np.pad(x, [(0, 0), (0, 0), (k - 1, k - 1), (k - 1, k - 1)])
    h, v = x.shape[2] - k + 1, x.shape[3] - k + 1
    taps = [(w[..., j, l], x[:, :, j:j + h, l:l + v]) for j in range(k) for l in range(k)]
    return input_gain * sum(np.einsum("noi,nihw->nohw", tap, part) for tap, part in taps)


def dense(x, w, b, lr=1.0):
    return x @ (w * lr / np.sqrt(w.shape[1])).T + b * lr


def lrelu(x):
    return np.sqrt(2) * np.where(x >= 0, x, 0.2 * x)


def synthesis_layer(v):
    s = dense(v["w"], v["affine.weight"], v["affine.bias"])
    rgb = v["to_rgb"]
    s = s / np.sqrt(s.shape[1] * v["weight"].shape[2] ** 2) if rgb else s
    y = modulated_convolution(v["x"], v["weight"], s, not rgb, 1 / np.sqrt(v["magnitude_ema"]))
    y = filtered_nonlinearity(y, v["bias"], v["up_filter"], v["down_filter"], v["up"], v["down"], v["padding"],
                              1 if rgb else np.sqrt(2), 1 if rgb else 0.2, 256)
    return y * v.get("output_scale", 1)


def fourier_frequencies(v, bandwidth):
    r = np.sqrt((v ** 2).sum(1, keepdims=True))
    return bandwidth * v / (r * np.exp(r ** 2) ** 0.25)


def fourier_features(v):
    rc, rs, tx, ty = v["t"] / np.hypot(v["t"][0], v["t"][1])
    m = np.array([[rc, -rs, 0], [rs, rc, 0], [0, 0, 1]]) @ np.array([[1, 0, -tx], [0, 1, -ty], [0, 0, 1]]) @ v["user"]
    phases, f = v["phases"] + v["freqs"] @ m[:2, 2], v["freqs"] @ m[:2, :2]
    amplitude = np.clip(1 - (np.hypot(f[:, 0], f[:, 1]) - v["bandwidth"]) / (v["rate"] / 2 - v["bandwidth"]), 0, 1)
    x = (np.arange(v["size"]) + 0.5 - v["size"] / 2) / v["rate"]
    z = np.sin(2 * np.pi * (f[:, 0, None, None] * x + f[:, 1, None, None] * x[:, None] + phases[:, None, None]))
    return np.einsum("oc,chw->ohw", v["weight"], amplitude[:, None, None] * z) / np.sqrt(len(f))


def mapping(v):
    w = v["z"] / np.sqrt((v["z"] ** 2).mean(1, keepdims=True) + 1e-8)
    for fc in ("fc0", "fc1"):
        w = lrelu(dense(w, v[f"{fc}.weight"], v[f"{fc}.bias"], 0.01))
    return {"w": w, "truncated": v["w_avg"] + v["psi"] * (w - v["w_avg"])}


def magnitude_ema(v):
    s, out, beta = 1.0, [], 0.5 ** (v["batch"] / 20000)
    for x, training in zip(v["mean_square"], v["training"]):
        s = beta * s + (1 - beta) * x if training else s
        out.append(s)
    return {"sigma2": np.array(out), "gain": 1 / np.sqrt(out)}


def generator_beta(batch, images):
    life = np.minimum(10000 * batch / 32, 0.05 * np.asarray(images, float))
    return np.where(life > 0, 0.5 ** (batch / np.maximum(life, 1e-9)), 0)


def adam(v):
    x, m, s, path = v["start"], 0, 0, []
    for t, g in enumerate(v["gradients"], 1):
        m, s = v["beta1"] * m + (1 - v["beta1"]) * g, v["beta2"] * s + (1 - v["beta2"]) * g * g
        x = x - v["lr"] * (m / (1 - v["beta1"] ** t)) / (np.sqrt(s / (1 - v["beta2"] ** t)) + v["eps"])
        path.append(x)
    return np.array(path)


def lazy(lr, beta1, beta2, interval):
    c = 1 if interval is None else interval / (interval + 1)
    return np.array([lr * c, beta1 ** c, beta2 ** c])


def ada(v):
    p, ps = 0.0, []
    r = np.sign(v["logits"]).mean(1)
    for rt in r:
        p = max(0.0, p + np.sign(rt - v["target"]) * v["batch"] * v["interval"] / (v["kimg"] * 1000))
        ps.append(p)
    return {"r_t": r, "p": np.array(ps)}


def losses(v):
    softplus = lambda t: np.logaddexp(0, t).mean()
    r1 = v["gamma"] / 2 * (v["gradients"] ** 2).sum(1).mean() * v["interval"]
    return {"generator": softplus(-v["fake"]), "discriminator": softplus(v["fake"]) + softplus(-v["real"]), "r1": r1}


# ---- what it computes of the published vectors --------------------------------------------------------------------

def schedule_values(v):
    rows = list(layers(*(v[k] for k in (
        "img_resolution", "num_layers", "num_critical", "channel_base", "channel_max", "conv_kernel"))))
    names = {"cutoff": "out_cutoff", "half_width": "out_half_width", "rate": "out_sampling_rate", "size": "out_size",
             "channels": "out_channels", "up": "up_factor", "down": "down_factor", "up_taps": "up_taps", "down_taps": "down_taps",
             "padding": "padding"}
    return {name: np.array([row[key] for row in rows]) for name, key in names.items()}


OPERATIONS = {
    "layer-schedule": schedule_values,
    "low-pass-filter": lambda v: None if v["radial"] else {
        "h": low_pass(v["taps"], v["cutoff"], v["half_width"], v["rate"])},
    "filtered-nonlinearity": lambda v: {"y": filtered_nonlinearity(*(v[k] for k in (
        "x", "b", "up_filter", "down_filter", "up", "down", "padding", "gain", "slope", "clamp")))},
    "modulated-convolution": lambda v: {"y": modulated_convolution(*(v[k] for k in ("x", "w", "s", "demodulate", "input_gain")))},
    "synthesis-layer": lambda v: {"y": synthesis_layer(v)},
    "fourier-frequencies": lambda v: {"freqs": fourier_frequencies(v["v"], v["bandwidth"])},
    "fourier-features": lambda v: {"y": fourier_features(v)},
    "mapping": mapping,
    "magnitude-ema": magnitude_ema,
    "generator-ema": lambda v: {"beta": generator_beta(v["batch"], v["images"])},
    "adam": lambda v: {"path": adam(v)},
    "lazy-regularization": lambda v: {"constants": lazy(v["lr"], v["beta1"], v["beta2"], v["interval"])},
    "losses": losses,
    "ada-controller": ada,
}


def read_safetensors(path):
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    return {name: np.frombuffer(data[8 + size + t["data_offsets"][0]:8 + size + t["data_offsets"][1]], "<f8").reshape(t["shape"])
            for name, t in header.items() if name != "__metadata__"}


def write_safetensors(path, tensors):
    header, offset = {}, 0
    for name, t in tensors.items():
        header[name] = {"dtype": "F64", "shape": list(t.shape), "data_offsets": [offset, offset + t.nbytes]}
        offset += t.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for t in tensors.values():
            out.write(np.ascontiguousarray(t, "<f8").tobytes())


def results(folder, tensors):
    for group, operation in OPERATIONS.items():
        vectors = json.load(open(os.path.join(folder, f"{group}.json"), encoding="utf-8"))
        beside = os.path.join(folder, f"{group}.safetensors")
        arrays = read_safetensors(beside) if os.path.exists(beside) else {}
        for test in vectors["tests"]:
            values = dict(test["parameters"])
            for name, value in test["inputs"].items():
                values[name] = arrays[value["tensor"]] if isinstance(value, dict) else np.array(value, float)
            outputs = operation(values)
            if outputs is None:
                continue
            entry = {"group": group, "case": test["id"], "precision": "float64", "outputs": {}}
            for name, value in outputs.items():
                value = np.asarray(value, float)
                if value.size > 24:
                    tensors[f"{group}.{test['id']}.{name}"] = value
                    entry["outputs"][name] = {"tensor": f"{group}.{test['id']}.{name}"}
                else:
                    entry["outputs"][name] = value.tolist()
            yield entry


def main(vectors, out):
    rng = np.random.default_rng(1)
    first, c = entries()[0], 16 / 17
    tensors, batch = {}, 32
    freqs = fourier_frequencies(rng.standard_normal((int(first["channels"]), 2)), first["cutoff"])
    export = {
        "format": "sg3x-candidate", "version": 1,
        "implementation": {"name": "numpy example", "version": hashlib.sha256(open(__file__, "rb").read()).hexdigest()},
        "tensors": os.path.splitext(os.path.basename(out))[0] + ".safetensors",
        "config": {"img_resolution": RES, "num_layers": N, "num_critical": N_CRIT, "channel_base": CBASE, "channel_max": CMAX,
                   "margin_size": MARGIN, "filter_size": TAPS, "lrelu_upsampling": M, "conv_kernel": 3},
        "schedule": {
            "precision": "float64", "num_ws": N + 2, "layers": list(layers()),
            "input": {"channels": first["channels"], "size": first["size"], "sampling_rate": first["sampling_rate"],
                      "bandwidth": first["cutoff"]}},
        "fourier": {"freqs": freqs, "phases": rng.random(len(freqs)) - 0.5},
        "results": list(results(vectors, tensors)),
        "training": {
            "batch": batch,
            "generator": {"lr": 0.0025, "beta1": 0, "beta2": 0.99, "eps": 1e-8},
            "discriminator": {"lr": 0.002 * c, "beta1": 0, "beta2": 0.99 ** c, "eps": 1e-8},
            "r1": {"interval": 16, "weight": 16},
            "generator_ema": [{"images": n, "beta": float(generator_beta(batch, n))} for n in (0, 3200, 1000000)],
            "magnitude_beta": 0.5 ** (batch / 20000), "w_avg_beta": 0.998, "gradient_clip": None, "on_nonfinite": "stop",
        },
    }
    write_safetensors(os.path.join(os.path.dirname(os.path.abspath(out)), export["tensors"]), tensors)
    with open(out, "w", encoding="utf-8") as file:
        json.dump(export, file, indent=1, default=lambda a: a.tolist())
        file.write("\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
