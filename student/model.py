"""The student as others meet it: network and body together, and its file."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from hmr.body import Body
from hmr.errors import InputError
from hmr.params import Params
from student.both_ways import look_both_ways
from student.losses import Truth, Weights, terms, truth_of, weighted
from student.network import Design, Network
from student.points import around_pelvis

LAYOUT = "throng student 1"


class Student(nn.Module):
    """A network and the body it speaks of. It implements `hmr.target.Target`."""

    def __init__(self, network: Network, body: Body, weights: Weights | None = None):
        """Join a network to a body."""
        super().__init__()
        self.network = network
        self.weights = weights or Weights()
        # The body is the caller's: it is no part of the weights that are trained or saved.
        self._body = (body,)

    @property
    def body(self) -> Body:
        """The body; its owner puts it where the network is."""
        return self._body[0]

    def forward(
        self, crops: UInt8[Tensor, "batch 3 size size"], place: Float[Tensor, "batch 3"]
    ) -> Params:
        """Recover one person a crop, in the camera frame, looked at both ways."""
        seen = look_both_ways(self.network, crops, place)
        _, unmoved = around_pelvis(self.body, seen.params)
        return replace(seen.params, transl=seen.pelvis - unmoved)

    def terms(
        self,
        crops: UInt8[Tensor, "batch 3 size size"] | Float[Tensor, "batch 3 size size"],
        place: Float[Tensor, "batch 3"],
        truth: Truth,
    ) -> dict[str, Float[Tensor, " batch"]]:
        """Loss terms of each crop (RGB from 0 to 255)."""
        return terms(self.body, self.network(crops, place), truth, place)

    def loss(
        self,
        crops: Float[Tensor, "batch 3 size size"],
        place: Float[Tensor, "batch 3"],
        truth: Params,
    ) -> Float[Tensor, " batch"]:
        """Loss of each crop (RGB from 0 to 1) against parameters in the camera frame."""
        true = truth_of(self.body, truth)
        return weighted(self.terms(255 * crops, place, true), true.trust, self.weights)


def save(path: Path, network: Network, about: Mapping[str, object]) -> None:
    """Write a checkpoint: design, weights, and plain facts about how they came to be."""
    state = {name: tensor.detach().cpu() for name, tensor in network.state_dict().items()}
    design = asdict(network.design)
    content = {"layout": LAYOUT, "design": design, "weights": state, "about": dict(about)}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    torch.save(content, temporary)
    temporary.replace(path)


def load_student(path: str | Path | None, body: Body) -> Student:
    """Read a checkpoint for use.

    Raises:
        InputError: There is none, or it is no student's.
    """
    if not path:
        raise InputError("predictor is empty; set predictor=CKPT to a student.ckpt")
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file; name a student.ckpt made by stage=student")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        assert content["layout"] == LAYOUT
        network = Network(Design(**content["design"]))
        network.load_state_dict(content["weights"])
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0] or type(error).__name__
        raise InputError(f"{path}: not a student's checkpoint ({reason[:120]})") from None
    return Student(network, body).eval()
