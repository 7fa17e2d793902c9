"""Writes classes.json: a mapping and a discriminator with classes, by definition in torch's float64, with its own autograd.

Run with torch 1.13 and numpy 1.24 (Debian 12's python3-torch):  python3 classes_constants.py > classes.json
"""
import json
import numpy as np
import torch
import torch.nn.functional as F

rng = np.random.default_rng(5)
state = {}


def draw(name, *shape, scale=1.0):
    state[name] = np.round(rng.standard_normal(shape) * scale, 3)
    return torch.tensor(state[name])


def normal(x):
    return x / torch.sqrt((x * x).mean(dim=1, keepdim=True) + 1e-8)


def dense(x, w, b, lr=1.0, activate=False):
    y = x @ w.t() * (lr / w.shape[1] ** 0.5) + b * lr
    return F.leaky_relu(y, 0.2) * 2 ** 0.5 if activate else y


def mapping(prefix, x, classes, width, layers, c, first):
    e = normal(dense(c, draw(f"{prefix}embed.weight", width, classes), draw(f"{prefix}embed.bias", width, scale=0.3)))
    x = e if x is None else torch.cat([normal(x), e], dim=1)
    for i in range(layers):
        x = dense(x, draw(f"{prefix}fc{i}.weight", width, first if i == 0 else width, scale=100),
                  draw(f"{prefix}fc{i}.bias", width, scale=30), lr=0.01, activate=True)
    return x


def taken():
    global state
    arrays = {name: dict(shape=list(a.shape), values=a.ravel().tolist()) for name, a in state.items()}
    state = {}
    return arrays


def listed(x):
    return dict(shape=list(x.shape), values=x.detach().reshape(-1).tolist())


# A label is one-hot, or any other vector.
labels = torch.tensor([[1.0, 0, 0], [0, 0, 1], [0, 1, 0], [0.5, -1.25, 2]], dtype=torch.float64)
z = torch.tensor(np.round(rng.standard_normal((4, 4)), 3))
w = mapping("", z, 3, 5, 2, labels, 4 + 5)
average = draw("w_avg", 5, scale=0.5)
generator = dict(state=taken(), z=listed(z), c=listed(labels), w=listed(w),
                 w_half=listed(average + 0.5 * (w - average)), w_avg_after=listed(0.998 * average + 0.002 * w.mean(dim=0)))


def conv(name, x, cin, cout, k, activate=True, gain=1.0, down=False):
    weight = draw(f"{name}.weight", cout, cin, k, k) / (cin * k * k) ** 0.5
    if down:
        taps = torch.tensor([1.0, 3, 3, 1], dtype=torch.float64) / 8
        low = torch.outer(taps, taps).expand(cin, 1, 4, 4)
        x = F.conv2d(F.pad(x, [k // 2 + 1] * 4), low, groups=cin)
        y = F.conv2d(x, weight, stride=2)
    else:
        y = F.conv2d(x, weight, padding=k // 2)
    if not activate:
        return y * gain
    y = y + draw(f"{name}.bias", cout, scale=0.2).reshape(1, -1, 1, 1)
    return (F.leaky_relu(y, 0.2) * 2 ** 0.5 * gain).clamp(-256 * gain, 256 * gain)


n, channels, half = 4, 4, 0.5 ** 0.5
image = torch.tensor(np.round(rng.standard_normal((n, 3, 8, 8)), 2)).requires_grad_(True)
x = conv("b8.fromrgb", image, 3, channels, 1)
x = conv("b8.skip", x, channels, channels, 1, activate=False, gain=half, down=True) + conv(
    "b8.conv1", conv("b8.conv0", x, channels, channels, 3), channels, channels, 3, gain=half, down=True)
deviation = torch.sqrt(x.var(dim=0, unbiased=False) + 1e-8).mean().expand(n, 1, 4, 4)
x = conv("b4.conv", torch.cat([x, deviation], dim=1), channels + 1, channels, 3)
x = dense(x.reshape(n, -1), draw("b4.fc.weight", channels, 16 * channels), draw("b4.fc.bias", channels, scale=0.2), activate=True)
x = dense(x, draw("b4.out.weight", channels, channels), draw("b4.out.bias", channels, scale=0.2))
direction = mapping("mapping.", None, 3, channels, 8, labels, channels)
logits = (x * direction).sum(dim=1, keepdim=True) / channels ** 0.5
gradient, = torch.autograd.grad(logits.sum(), image)
discriminator = dict(state=taken(), image=listed(image), c=listed(labels), logits=listed(logits),
                     r1_penalty=listed((gradient ** 2).sum(dim=[1, 2, 3])))

print(json.dumps(dict(versions=dict(torch=torch.__version__, numpy=np.__version__), generator=generator,
                      discriminator=discriminator)))
