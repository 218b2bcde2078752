"""From a crop and its place in the image to a body.

A ResNet (transformers) reads the crop; a head turns its features into the rotations of the pelvis
and 21 body joints (6D, Zhou et al., CVPR 2019), shape, kid weight and the crop's camera. The crop's
place in the image is an input of the head (CLIFF, Li et al., ECCV 2022). All heads start at the
mean person: one that finds joints by heat maps first, which learns fastest from scratch
(`student.joint_head`); one that keeps the grid of the feature maps; SPIN's,
which corrects its answer several times (Kanazawa et al., CVPR 2018; Kolotouros et al., ICCV 2019);
and a transformer decoder, in which each joint looks for its evidence in the feature map (after
HMR2, Goel et al., ICCV 2023). Hands and face are those of the mean person.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from transformers import ResNetConfig, ResNetModel

from hmr.errors import InputError
from hmr.params import ROTATIONS, Params
from hmr.rotations import matrix_from_6d, matrix_to_6d
from student.heads import Answer, DecoderHead, Found, GridHead, IterativeHead
from student.joint_head import JointHead
from student.ray import pelvis_from_crop, turn_to_ray

PIXEL_MEAN, PIXEL_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet, which pre-trained backbones expect."""
FIXED = ("expression", *(name for name in ROTATIONS if name not in ("global_orient", "body_pose")))
"""Parameters that are those of the mean person."""
FACING = (1.0, 0.0, 0.0, 0.0, -1.0, 0.0)
"""Upright and facing the camera, in 6D."""
HEADS = {
    "joints": JointHead,
    "grid": GridHead,
    "decoder": DecoderHead,
    "iterative": IterativeHead,
}
LOG_SCALES = (-3.0, 3.0)
"""Bounds of log s. At its mean, 0, a crop spans two metres: a person with the usual margin."""


@dataclass(frozen=True)
class Design:
    """What a network looks like; kept in its checkpoint."""

    crop: int = 96
    """Side of the crops, in pixels."""
    stem: int = 32
    """Channels of the first convolution; 64 in every published ResNet."""
    channels: Sequence[int] = (32, 64, 128, 256)
    """Channels of each stage: 64 to 512 in ResNet-18 and 34, 256 to 2048 in ResNet-50."""
    depths: Sequence[int] = (2, 2, 2, 2)
    """Blocks of each stage: 2, 2, 2, 2 in ResNet-18; 3, 4, 6, 3 in ResNet-34 and 50."""
    layer: str = "basic"
    """"basic" (ResNet-18, 34) or "bottleneck" (ResNet-50 and up)."""
    head: str = "joints"
    """"joints", "grid", "decoder" or "iterative"."""
    head_width: int = 128
    head_layers: int = 2
    """Decoder layers, or corrections."""


@dataclass(frozen=True)
class Seen:
    """People in the camera frame, but for where the body stands, which needs its shape."""

    params: Params
    """Their `transl` is zero."""
    pelvis: Float[Tensor, "batch 3"]
    found: Found | None = None
    """The joints, where the head looks for them."""


class Network(nn.Module):
    """The student's network."""

    pixel_mean: Tensor
    pixel_std: Tensor

    def __init__(self, design: Design):
        """Build a network with random weights."""
        super().__init__()
        self.design = design
        self.backbone = _backbone(design)
        head = HEADS[design.head]
        self.head = head(design.channels, design.crop, design.head_width, design.head_layers)
        self.register_buffer("pixel_mean", 255 * torch.tensor(PIXEL_MEAN).view(3, 1, 1))
        self.register_buffer("pixel_std", 255 * torch.tensor(PIXEL_STD).view(3, 1, 1))
        for name in FIXED:
            self.register_buffer(f"mean_{name}", getattr(Params.rest(1), name)[0])

    def start_at(self, mean: Params) -> None:
        """Start at a mean person (no leading axes) who faces the camera."""
        for name in FIXED:
            getattr(self, f"mean_{name}").copy_(getattr(mean, name))
        turns = torch.cat([torch.tensor([FACING]), matrix_to_6d(mean.body_pose)])
        camera = torch.zeros(3)
        self.head.start_at(Answer(turns, mean.betas, mean.kid_weight, camera))

    def forward(
        self,
        crops: UInt8[Tensor, "batch 3 size size"] | Float[Tensor, "batch 3 size size"],
        place: Float[Tensor, "batch 3"],
    ) -> Seen:
        """Recover one person a crop.

        Args:
            crops: RGB from 0 to 255.
            place: Where each crop lies in its image.
        """
        pixels = (crops.float() - self.pixel_mean) / self.pixel_std
        pixels = pixels.contiguous(memory_format=torch.channels_last)
        device = pixels.device.type
        with torch.autocast(device, torch.bfloat16, enabled=half_pays(device)):
            stages = self.backbone(pixels, output_hidden_states=True).hidden_states
        answer: Answer = self.head([stage.float() for stage in stages[1:]], place)
        return self._seen(answer, place)

    def _seen(self, answer: Answer, place: Float[Tensor, "batch 3"]) -> Seen:
        turns = matrix_from_6d(answer.turns)
        scale = answer.camera[:, :1].clamp(*LOG_SCALES).exp()
        weak = torch.cat([scale, answer.camera[:, 1:]], 1)
        n = len(place)
        fixed = {name: getattr(self, f"mean_{name}") for name in FIXED}
        params = Params(
            betas=answer.betas,
            global_orient=turn_to_ray(place) @ turns[:, 0],
            body_pose=turns[:, 1:],
            transl=torch.zeros_like(place),
            kid_weight=answer.kid_weight.clamp(0, 1),
            **{name: value.expand(n, *value.shape) for name, value in fixed.items()},
        )
        return Seen(params, pelvis_from_crop(weak, place), answer.found)


def _backbone(design: Design) -> ResNetModel:
    config = ResNetConfig(
        embedding_size=design.stem,
        hidden_sizes=list(design.channels),
        depths=list(design.depths),
        layer_type=design.layer,
    )
    return ResNetModel(config)


def start_from(path: str, design: Design) -> Network:
    """Build a network on the pre-trained ResNet in a folder, whose size overrules the design's.

    Raises:
        InputError: There is none, or transformers cannot read it.
    """
    if not (Path(path) / "config.json").is_file():
        raise InputError(f"{path}: no config.json there; student.pretrained names a saved ResNet")
    try:
        backbone = ResNetModel.from_pretrained(path, local_files_only=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(f"{path}: not a ResNet saved by transformers ({error})") from None
    shape = backbone.config.to_dict()
    names = {"stem": "embedding_size", "channels": "hidden_sizes", "layer": "layer_type"}
    size = {ours: shape[theirs] for ours, theirs in names.items()}
    network = Network(replace(design, depths=shape["depths"], **size))
    network.backbone.load_state_dict(backbone.state_dict())
    return network


@cache
def half_pays(device: str) -> bool:
    """Tell whether convolutions in bfloat16 are faster on this machine."""
    if device == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device == "cpu" and torch.cpu._is_avx512_bf16_supported()
