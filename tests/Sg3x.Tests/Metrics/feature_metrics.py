#!/usr/bin/env python3
"""Prints what numpy and scipy make of the features in FeatureMetricsTests: FID, KID (one subset), precision, recall."""
import numpy
import scipy.linalg


def features(count, phase, size=5):
    i, j = numpy.mgrid[:count, :size].astype(float)
    return numpy.sin(1.3 * i + 0.7 * j * j + 0.11 * i * j + phase) * (1 + 0.2 * j) + 0.3 * phase * j


def fid(a, b):
    ca, cb = numpy.cov(a, rowvar=False), numpy.cov(b, rowvar=False)
    root = scipy.linalg.sqrtm(ca @ cb).real
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + numpy.trace(ca + cb - 2 * root)


def kid(a, b):
    def kernel(x, y):
        return (x @ y.T / x.shape[1] + 1) ** 3

    m = len(a)
    aa, bb, ab = kernel(a, a), kernel(b, b), kernel(a, b)
    return (aa.sum() - numpy.trace(aa) + bb.sum() - numpy.trace(bb)) / (m * (m - 1)) - 2 * ab.sum() / m**2


def covered(points, manifold, k=3):
    def distances(x, y):
        return numpy.sqrt(((x[:, None] - y[None]) ** 2).sum(2))

    radii = numpy.sort(distances(manifold, manifold), axis=1)[:, k]
    return (distances(points, manifold) <= radii).any(1).mean()


a, b = features(40, 0.0), features(40, 0.9)
print("FID", repr(fid(a, b)), repr(fid(a, features(23, 0.9))), repr(fid(features(4, 0.0), features(4, 0.9))))
print("KID", repr(kid(a, b)))
print("precision, recall", covered(b, a), covered(a, b))
