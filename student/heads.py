"""What turns feature maps into an answer: rotations, shape and the crop's camera."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn

from hmr.joints import SMPLX_BODY_22

TURNS = len(SMPLX_BODY_22)
SHAPE = 10
REST = SHAPE + 1 + 3
"""Numbers beside rotations: shape, kid weight, camera."""


@dataclass(frozen=True)
class Found:
    """Joints looked for in the crop."""

    log_heat: Float[Tensor, "*batch points rows columns"]
    """Log-likelihood of each cell of the crop; a joint's cells sum to one in likelihood."""
    depth: Float[Tensor, "*batch points"]
    """How much further away than the pelvis (`student.ray.spots_of`)."""


@dataclass(frozen=True)
class Answer:
    """What a head says about each crop, in the crop's own view."""

    turns: Float[Tensor, "*batch 22 6"]
    """Rotations of pelvis (seen from the crop) and body joints, in 6D."""
    betas: Float[Tensor, "*batch 10"]
    kid_weight: Float[Tensor, "*batch"]
    camera: Float[Tensor, "*batch 3"]
    """log s, tx, ty (`student.ray`)."""
    found: Found | None = None
    """The joints, where a head looks for them."""


class Head(nn.Module):
    """What all heads share: a mean answer to start from."""

    mean_turns: Tensor
    mean_rest: Tensor

    def __init__(self):
        super().__init__()
        self.register_buffer("mean_turns", torch.zeros(TURNS, 6))
        self.register_buffer("mean_rest", torch.zeros(REST))

    def start_at(self, mean: Answer) -> None:
        """Start at an answer without leading axes."""
        self.mean_turns.copy_(mean.turns)
        self.mean_rest.copy_(torch.cat([mean.betas, mean.kid_weight.view(1), mean.camera]))

    def parts(
        self, told: Float[Tensor, "batch numbers"]
    ) -> tuple[Float[Tensor, "batch 22 6"], Float[Tensor, "batch 14"]]:
        """Part what layers told into turns and the rest."""
        return told[:, : TURNS * 6].unflatten(1, (TURNS, 6)), told[:, TURNS * 6 :]

    def answer(
        self,
        turns: Float[Tensor, "batch 22 6"],
        rest: Float[Tensor, "batch 14"],
        found: Found | None = None,
    ) -> Answer:
        """Name the numbers."""
        return Answer(turns, rest[:, :SHAPE], rest[:, SHAPE], rest[:, SHAPE + 1 :], found)


class IterativeHead(Head):
    """Corrects its answer a few times, seeing features, place and its last answer (SPIN)."""

    def __init__(self, channels: Sequence[int], crop: int, width: int, corrections: int):
        """Build a head over the last stage's mean features."""
        super().__init__()
        self.corrections = corrections
        size = TURNS * 6 + REST
        self.layers = nn.Sequential(
            nn.Linear(channels[-1] + 3 + size, 4 * width),
            nn.GELU(),
            nn.Dropout(0.2),
            nn.Linear(4 * width, 4 * width),
            nn.GELU(),
            nn.Dropout(0.2),
            nn.Linear(4 * width, size),
        )
        start_small(self.layers[-1])

    def forward(
        self, stages: list[Float[Tensor, "batch _ _ _"]], place: Float[Tensor, "batch 3"]
    ) -> Answer:
        """Answer for each crop from the feature maps of all stages."""
        features = torch.cat([stages[-1].mean((2, 3)), place], 1)
        answer = torch.cat([self.mean_turns.flatten(), self.mean_rest]).expand(len(place), -1)
        for _ in range(self.corrections):
            answer = answer + self.layers(torch.cat([features, answer], 1))
        return self.answer(*self.parts(answer))


class DecoderHead(Head):
    """Each joint, and the shape with the camera, asks the feature maps for its evidence."""

    def __init__(self, channels: Sequence[int], crop: int, width: int, layers: int):
        """Build a decoder over the feature maps of the last two stages."""
        super().__init__()
        cells = [math.ceil(crop / 16), math.ceil(crop / 32)]
        self.enter = nn.ModuleList(nn.Conv2d(c, width, 1) for c in channels[-2:])
        self.where = nn.ParameterList(nn.Parameter(0.02 * torch.randn(width, n, n)) for n in cells)
        self.queries = nn.Parameter(0.02 * torch.randn(TURNS + 1, width))
        self.place = nn.Linear(3, width)
        block = nn.TransformerDecoderLayer(
            width, 4, 2 * width, 0.0, "gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerDecoder(block, layers, nn.LayerNorm(width))
        self.turn = nn.Linear(width, 6)
        self.rest = nn.Linear(width, REST)
        start_small(self.turn, self.rest)

    def forward(
        self, stages: list[Float[Tensor, "batch _ _ _"]], place: Float[Tensor, "batch 3"]
    ) -> Answer:
        """Answer for each crop from the feature maps of all stages."""
        maps = [
            (enter(stage) + where).flatten(2).mT
            for stage, enter, where in zip(stages[-2:], self.enter, self.where, strict=True)
        ]
        asked = self.queries + self.place(place).unsqueeze(1)
        told = self.blocks(asked, torch.cat(maps, 1))
        turns = self.mean_turns + self.turn(told[:, :TURNS])
        return self.answer(turns, self.mean_rest + self.rest(told[:, TURNS]))


class GridHead(Head):
    """Keeps the last feature maps' grid, so that where something is seen is told by which input.

    One pass, as in the first regressors of joints from grids; from scratch it learns faster than
    the decoder and the iterative head, which must first learn where to look.
    """

    def __init__(self, channels: Sequence[int], crop: int, width: int, layers: int):
        """Build a head over the grids of the last two stages, narrowed to `width / 4` channels."""
        super().__init__()
        cells = [math.ceil(crop / 16), math.ceil(crop / 32)]
        self.enter = nn.ModuleList(nn.Conv2d(c, width // 4, 1) for c in channels[-2:])
        grids = sum(width // 4 * n * n for n in cells)
        self.layers = perceptron(grids + 3, [4 * width] * layers, TURNS * 6 + REST)

    def forward(
        self, stages: list[Float[Tensor, "batch _ _ _"]], place: Float[Tensor, "batch 3"]
    ) -> Answer:
        """Answer for each crop from the feature maps of all stages."""
        grids = [enter(x).flatten(1) for enter, x in zip(self.enter, stages[-2:], strict=True)]
        turns, rest = self.parts(self.layers(torch.cat([*grids, place], 1)))
        return self.answer(self.mean_turns + turns, self.mean_rest + rest)


def start_small(*layers: nn.Module) -> None:
    """Let last layers say next to nothing at first."""
    for layer in layers:
        assert isinstance(layer, nn.Linear)
        nn.init.xavier_uniform_(layer.weight, 0.01)
        nn.init.zeros_(layer.bias)


def perceptron(inputs: int, hidden: Sequence[int], outputs: int) -> nn.Sequential:
    """Build linear layers with norms between them; the last one says next to nothing at first."""
    layers = [
        part
        for before, after in pairwise([inputs, *hidden])
        for part in (nn.Linear(before, after), nn.LayerNorm(after), nn.GELU())
    ]
    last = nn.Linear(hidden[-1], outputs)
    start_small(last)
    return nn.Sequential(*layers, last)
