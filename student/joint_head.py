"""A head that first finds the joints, then looks at each where it was found.

Every point has a map over the crop. Its mean is where the point is seen (integral regression, Sun
et al., ECCV 2018); the features it gathers tell the point's depth (Pose2Pose, Moon et al., 2020;
PARE, Kocabas et al., ICCV 2021). Rotations, shape and camera follow from positions and features.
Maps learn from scratch many times faster than a regression from pooled features: a joint looks
alike wherever it is.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import interpolate

from student.heads import REST, TURNS, Answer, Head, start_small
from student.points import POINTS

GATHERED = 16
"""Features kept of each point."""


class JointHead(Head):
    """Finds points on maps of the last three stages; rotations follow."""

    cells: Tensor

    def __init__(self, channels: Sequence[int], crop: int, width: int, layers: int):
        """Build a head; maps have a cell for 8 pixels of the crop."""
        super().__init__()
        n, count = -(-crop // 8), len(POINTS)
        self.enter = nn.ModuleList(nn.Conv2d(c, width // 2, 1) for c in channels[-3:])
        self.mix = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(width // 2, width // 2, 3, padding=1, bias=False),
            nn.BatchNorm2d(width // 2),
            nn.ReLU(),
        )
        self.maps = nn.Conv2d(width // 2, count, 1)
        self.gather = nn.Linear(width // 2, GATHERED)
        self.depth = nn.Parameter(torch.zeros(count, GATHERED))
        middle = (torch.arange(n) + 0.5) / n * 2 - 1
        cells = torch.stack(torch.meshgrid(middle, middle, indexing="xy"), -1)
        self.register_buffer("cells", cells.flatten(0, 1))
        sizes = [count * (3 + GATHERED) + 3 + channels[-1], *(4 * width for _ in range(layers))]
        self.layers = nn.Sequential(
            *(part for i in range(layers) for part in _layer(sizes[i], sizes[i + 1]))
        )
        self.last = nn.Linear(sizes[-1], TURNS * 6 + REST)
        start_small(self.last)

    def forward(
        self, stages: list[Float[Tensor, "batch _ _ _"]], place: Float[Tensor, "batch 3"]
    ) -> Answer:
        """Answer for each crop from the feature maps of the last stages."""
        entered = [enter(x) for enter, x in zip(self.enter, stages[-3:], strict=True)]
        size = entered[0].shape[-2:]
        wide = [interpolate(x, size, mode="bilinear", align_corners=False) for x in entered[1:]]
        features = self.mix(entered[0] + wide[0] + wide[1])
        maps = self.maps(features).flatten(2).softmax(-1)
        seen = torch.relu(self.gather(maps @ features.flatten(2).mT))
        marks = torch.cat([maps @ self.cells, (seen * self.depth).sum(-1, keepdim=True)], -1)
        told = torch.cat([marks.flatten(1), seen.flatten(1), place, stages[-1].mean((2, 3))], 1)
        found = self.last(self.layers(told))
        turns = self.mean_turns + found[:, : TURNS * 6].unflatten(1, (TURNS, 6))
        return self.answer(turns, self.mean_rest + found[:, TURNS * 6 :], marks)


def _layer(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    return nn.Linear(inputs, outputs), nn.LayerNorm(outputs), nn.GELU()
