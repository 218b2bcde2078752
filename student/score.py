"""Errors on people held out, of the student and of one who always answers the mean person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import roma
import torch
from jaxtyping import Float
from torch import Tensor

from hmr.body import Body
from hmr.metrics import mpjpe_mm, pa_mpjpe_mm
from hmr.params import ROTATIONS, Params
from student.batch import still
from student.both_ways import look_both_ways
from student.network import Network
from student.points import MEASURED, around_pelvis
from student.source import Source

CHUNK = 128


@dataclass(frozen=True)
class Errors:
    """One number a person, in millimetres."""

    mpjpe_mm: Float[Tensor, " n"]
    pa_mpjpe_mm: Float[Tensor, " n"]

    def means(self) -> dict[str, float]:
        """Mean over people."""
        return {name: float(value.double().mean()) for name, value in self.__dict__.items()}


def mean_person(sources: Sequence[Source], ratio: Sequence[float]) -> Params:
    """The mean person (no leading axes) of a mixture.

    Rotations are averaged as matrices, then brought back to the nearest rotation.
    """
    people = Params.cat([source.params for source in sources])
    parts = [
        source.trust * (share / len(source)) for source, share in zip(sources, ratio, strict=True)
    ]
    weight = torch.cat(parts)
    weight = weight / weight.sum()
    mean = people.map(lambda value: torch.tensordot(weight, value, 1))
    turns = {name: roma.special_procrustes(getattr(mean, name)) for name in ROTATIONS}
    return replace(mean, **turns, transl=torch.zeros(3))


@torch.no_grad()
def errors_of(network: Network, body: Body, source: Source) -> Errors:
    """Errors of a network on all people of a source, as prediction recovers them.

    The network is left as it was.
    """
    training, device = network.training, network.pixel_mean.device
    network.eval()
    found = []
    for chosen in np.array_split(np.arange(len(source)), -(-len(source) // CHUNK)):
        batch = still(source, chosen, network.design.crop).to(device)
        seen = look_both_ways(network, batch.crops.permute(0, 3, 1, 2), batch.place)
        points, _ = around_pelvis(body, seen.params)
        found.append(_errors(points.cpu(), batch.points.cpu()))
    network.train(training)
    return Errors(*(torch.cat(parts) for parts in zip(*found, strict=True)))


@torch.no_grad()
def errors_of_mean(mean: Params, body: Body, source: Source) -> Errors:
    """Errors of always answering the mean person, turned as the mean person is."""
    device = body.layer.v_template.device
    points, _ = around_pelvis(body, mean.map(lambda value: value.unsqueeze(0)).to(device))
    return Errors(*_errors(points.cpu().expand(len(source), -1, -1), source.points))


def _errors(
    points: Float[Tensor, "n points 3"], true: Float[Tensor, "n points 3"]
) -> tuple[Float[Tensor, " n"], Float[Tensor, " n"]]:
    points, true = points[:, :MEASURED], true[:, :MEASURED]
    root = torch.zeros(len(true), 3)
    return mpjpe_mm(points, true, root, root), pa_mpjpe_mm(points, true)


def table(rows: dict[str, dict[str, float]], people: int) -> str:
    """Both errors side by side, each row set against the last, as text."""
    lines = [f"held-out errors over {people} people, mm", f"{'':14}{'MPJPE':>16}{'PA-MPJPE':>16}"]
    last = list(rows.values())[-1]
    for name, row in rows.items():
        cells = [f"{row[key]:.1f} ({row[key] / last[key] - 1:+.0%})" for key in last]
        lines.append(f"{name:14}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines)
