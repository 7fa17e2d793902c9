"""Writes scipy.json: what scipy says about the functions and filters that the spec derives by itself.

Run with scipy 1.10.1 and numpy 1.24.2 (Debian 12's python3-scipy):  python3 scipy_constants.py > scipy.json
"""
import json
import numpy as np
import scipy
import scipy.signal
import scipy.special

x = [0.0, 1e-3, 0.5, 1.0, 2.5, 3.8317, 7.25, 12.0, 31.4, 80.0]
filters = []
# taps, cutoff, half-width, rate: the layers of T at 256, of the 11-layer T at 128, and odd cases on each branch of beta
for n, fc, fh, s in [(12, 2.0, 6.0, 32.0), (12, 2 * 64 ** (1 / 12), 16 * 2 ** 0 - 2 * 64 ** (1 / 12), 64.0),
                     (24, 4.0, 12.0, 128.0), (12, 101.593667, 61.25, 512.0), (12, 128.0, 29.5892, 512.0),
                     (9, 3.0, 1.0, 64.0), (31, 10.0, 2.0, 100.0), (64, 20.0, 4.0, 256.0), (48, 5.0, 3.0, 64.0)]:
    h = scipy.signal.firwin(numtaps=n, cutoff=fc, width=2 * fh, fs=s)
    a = scipy.signal.kaiser_atten(n, 2 * fh / (s / 2))
    b = scipy.signal.kaiser_beta(a)
    f = [0.0, fc / 2, fc, fc + fh / 2, s / 3]
    _, response = scipy.signal.freqz(h, worN=[2 * np.pi * v / s for v in f])
    entry = dict(n=n, fc=fc, fh=fh, s=s, attenuation=a, beta=b, window=list(scipy.signal.windows.kaiser(n, b, sym=True)),
                 taps=list(h), f=f, magnitude=list(np.abs(response)))
    if n in (12, 24):
        p = (np.arange(n) - (n - 1) / 2) / s
        r = np.hypot(*np.meshgrid(p, p))
        g = scipy.special.j1(2 * np.pi * fc * r) / (np.pi * r)
        g *= np.outer(np.kaiser(n, b), np.kaiser(n, b))
        entry["radial_first_rows"] = [list(row) for row in (g / g.sum())[:4]]
    filters.append(entry)

rng = np.random.default_rng(1)
v = rng.standard_normal((7, 6))
k = rng.standard_normal((3, 2))
print(json.dumps(dict(
    versions=dict(scipy=scipy.__version__, numpy=np.__version__),
    bessel=dict(x=x, i0=list(scipy.special.i0(x)), j1=list(scipy.special.j1(x))),
    filters=filters,
    convolve2d=dict(x=v.tolist(), h=k.tolist(), y=scipy.signal.convolve2d(v, k, mode="valid").tolist()),
    upfirdn=dict(x=v[0].tolist(), h=v[1].tolist(), up=3, down=2, y=scipy.signal.upfirdn(v[1], v[0], 3, 2).tolist()),
    erfinv=dict(x=[-0.6, 0.4, 0.9], y=list(scipy.special.erfinv([-0.6, 0.4, 0.9]))),
    softplus=dict(x=[-40.0, -1.0, 0.0, 0.3, 50.0], y=list(np.logaddexp(0, [-40.0, -1.0, 0.0, 0.3, 50.0]))),
), indent=1))
