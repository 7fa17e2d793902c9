#!/usr/bin/env python3
"""Writes script-network.pt, a small TorchScript module, and prints what it makes of an image. With Debian's python3-torch 1.13."""
import sys

import torch


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 4, 3, stride=2)
        self.drop = torch.nn.Dropout(0.5)
        with torch.no_grad():
            self.conv.weight.copy_(torch.arange(108.0).reshape(4, 3, 3, 3).sub(50).div(500))
            self.conv.bias.copy_(torch.tensor([0.0, 0.1, -0.1, 0.2]))

    def forward(self, img: torch.Tensor, return_features: bool = False) -> torch.Tensor:
        x = self.drop(torch.relu(self.conv(img.to(torch.float32) / 127.5 - 1)))
        features = torch.cat([x.mean(dim=[2, 3]), x.amax(dim=[2, 3])], dim=1)
        return features if return_features else features.sum(dim=1, keepdim=True)


network = torch.jit.script(Network())
network.save(sys.argv[1])
network.eval()
image = (torch.arange(2 * 3 * 8 * 8) * 37 % 256).to(torch.uint8).reshape(2, 3, 8, 8)
print(network(image, True).tolist())
print(network(image).tolist())
