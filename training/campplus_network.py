"""CAM++, the speaker embedding network, written after its paper and the reference implementation.

Wang et al. 2023, "CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware Masking",
https://arxiv.org/abs/2303.00332. Reference: https://github.com/modelscope/3D-Speaker, speakerlab/models/campplus,
Copyright 3D-Speaker contributors, Apache License 2.0. The names of the parts are the checkpoint's and must stay; training
code was left out.

Preread runs the network as ONNX (``ingest.diarizers.embedding``); this module is for writing that file
(``training.export_campplus``) and for comparing it with the original.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional

EMBEDDING = 192  # of the zh_en "common" checkpoint
MELS = 80
GROWTH = 32
BLOCKS = ((12, 3, 1), (24, 3, 2), (16, 3, 2))  # layers, kernel size, dilation


def normalised(channels: int, affine: bool = True) -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(batchnorm=nn.BatchNorm1d(channels, affine=affine), relu=nn.ReLU(inplace=False))
    )


class BasicResBlock(nn.Module):
    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, stride=(stride, 1), padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = nn.Sequential()
        if stride != 1:
            conv = nn.Conv2d(channels, channels, 1, stride=(stride, 1), bias=False)
            self.shortcut = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        out = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(out)) + self.shortcut(x))


class FCM(nn.Module):
    """The two-dimensional front end over time and frequency."""

    def __init__(self, channels: int = 32) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.layer1 = nn.Sequential(BasicResBlock(channels, 2), BasicResBlock(channels, 1))
        self.layer2 = nn.Sequential(BasicResBlock(channels, 2), BasicResBlock(channels, 1))
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=(2, 1), padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.out_channels = channels * (MELS // 8)

    def forward(self, x: Tensor) -> Tensor:
        out = functional.relu(self.bn1(self.conv1(x.unsqueeze(1))))
        out = functional.relu(self.bn2(self.conv2(self.layer2(self.layer1(out)))))
        return out.reshape(out.shape[0], out.shape[1] * out.shape[2], out.shape[3])


class TDNNLayer(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.linear = nn.Conv1d(inputs, outputs, kernel, stride, (kernel - 1) // 2, bias=False)
        self.nonlinear = normalised(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.nonlinear(self.linear(x))


class CAMLayer(nn.Module):
    """A convolution masked by what the whole utterance and its 100-frame stretches look like."""

    def __init__(self, inputs: int, outputs: int, kernel: int, dilation: int) -> None:
        super().__init__()
        padding = (kernel - 1) // 2 * dilation
        self.linear_local = nn.Conv1d(inputs, outputs, kernel, padding=padding, dilation=dilation, bias=False)
        self.linear1 = nn.Conv1d(inputs, inputs // 2, 1)
        self.linear2 = nn.Conv1d(inputs // 2, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        context = x.mean(-1, keepdim=True) + self.stretches(x)
        mask = torch.sigmoid(self.linear2(functional.relu(self.linear1(context))))
        return self.linear_local(x) * mask

    @staticmethod
    def stretches(x: Tensor, length: int = 100) -> Tensor:
        means = functional.avg_pool1d(x, kernel_size=length, stride=length, ceil_mode=True)
        # The reference repeats each mean and cuts the row; picking by frame is the same and one step in ONNX.
        return means[..., torch.arange(x.shape[-1]) // length]


class CAMDenseTDNNLayer(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int, dilation: int) -> None:
        super().__init__()
        inner = 4 * GROWTH
        self.nonlinear1 = normalised(inputs)
        self.linear1 = nn.Conv1d(inputs, inner, 1, bias=False)
        self.nonlinear2 = normalised(inner)
        self.cam_layer = CAMLayer(inner, outputs, kernel, dilation)

    def forward(self, x: Tensor) -> Tensor:
        return self.cam_layer(self.nonlinear2(self.linear1(self.nonlinear1(x))))


class CAMDenseTDNNBlock(nn.Module):
    def __init__(self, layers: int, inputs: int, kernel: int, dilation: int) -> None:
        super().__init__()
        for number in range(layers):
            layer = CAMDenseTDNNLayer(inputs + number * GROWTH, GROWTH, kernel, dilation)
            self.add_module(f"tdnnd{number + 1}", layer)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.children():
            x = torch.cat([x, layer(x)], dim=1)
        return x


class TransitLayer(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.nonlinear = normalised(inputs)
        self.linear = nn.Conv1d(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(self.nonlinear(x))


class StatsPool(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x.mean(dim=-1), x.std(dim=-1, unbiased=True)], dim=-1)


class DenseLayer(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Conv1d(inputs, outputs, 1, bias=False)
        batchnorm = nn.BatchNorm1d(outputs, affine=False)
        self.nonlinear = nn.Sequential(OrderedDict(batchnorm=batchnorm))

    def forward(self, x: Tensor) -> Tensor:
        return self.nonlinear(self.linear(x.unsqueeze(-1)).squeeze(-1))


class CAMPlusPlus(nn.Module):
    """Features, shape (batch, frames, 80), to embeddings, shape (batch, 192), not normalised."""

    def __init__(self) -> None:
        super().__init__()
        self.head = FCM()
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        channels = 128
        parts["tdnn"] = TDNNLayer(self.head.out_channels, channels, 5, stride=2)
        for number, (layers, kernel, dilation) in enumerate(BLOCKS, start=1):
            parts[f"block{number}"] = CAMDenseTDNNBlock(layers, channels, kernel, dilation)
            channels += layers * GROWTH
            parts[f"transit{number}"] = TransitLayer(channels, channels // 2)
            channels //= 2
        parts["out_nonlinear"] = normalised(channels)
        parts["stats"] = StatsPool()
        parts["dense"] = DenseLayer(channels * 2, EMBEDDING)
        self.xvector = nn.Sequential(parts)

    def forward(self, x: Tensor) -> Tensor:
        return self.xvector(self.head(x.permute(0, 2, 1)))
