"""Lifting 2D poses with a trained teacher."""

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import roma
import torch
from jaxtyping import Float
from torch import Tensor

from hmr.errors import InputError
from hmr.joints import convert
from hmr.record import write_atomically
from teacher.lifter import Design, LifterNetwork
from teacher.poses_2d import FLIP, HEAD_ROOT, NAMES, mirrored, normalise, root_of

FORMAT = "throng-teacher-1"
CHUNK = 8192
LEAST_SCORE = 0.05
"""Joints of a lower score count as hidden."""
DOUBT = 0.25
"""Disagreement, in head-root lengths, that takes most of a joint's confidence."""
GUESSED = 0.3
"""Confidence of a joint that is hidden, where that of a visible one is 1."""


@dataclass(frozen=True)
class Lifted:
    """Skeletons lifted from 2D."""

    joints_3d: Float[np.ndarray, "people joints 3"]
    """Axes of the camera (OpenCV), centred at the pelvis; right up to scale: metres for a person
    with an adult's bones."""
    confidence: Float[np.ndarray, "people joints"]
    """From 0 (not to be believed) to 1."""
    names: tuple[str, ...] = NAMES


class Lifter:
    """A trained teacher."""

    def __init__(self, network: LifterNetwork, learned: Sequence[str] = NAMES):
        """Use a network as it is; joints that it never saw in training are not `learned`."""
        self.network = network.eval().requires_grad_(False)
        self.learned = np.array([name in learned for name in NAMES])

    @property
    def learned_names(self) -> tuple[str, ...]:
        """Name the joints that were seen in training."""
        return tuple(name for name, ever in zip(NAMES, self.learned, strict=True) if ever)

    @classmethod
    def load(cls, path: str | Path, device: str = "cpu") -> "Lifter":
        """Open a teacher's checkpoint.

        Raises:
            InputError: There is none, or it is no teacher's; names the file.
        """
        kept = read_checkpoint(Path(path))
        network = LifterNetwork(Design(**kept["design"]))
        network.load_state_dict(kept["weights"])
        return cls(network.to(device), kept["learned_joints"])

    def lift(
        self,
        joints_2d: Float[np.ndarray, "people source 2"],
        scores: Float[np.ndarray, "people source"],
        K: Float[np.ndarray, "*each 3 3"],
        names: Sequence[str] = NAMES,
    ) -> Lifted:
        """Lift people of one or many images.

        A pose and its mirror image are lifted and averaged; where the two disagree, confidence
        falls. Hidden joints are filled in. Confidence is 0 for a person without a visible joint,
        and for joints that were never seen in training.

        Args:
            joints_2d: Pixels.
            scores: Confidence of each joint; 0 where it is not known.
            K: Intrinsics in pixels, one for all or one a person.
            names: What the joints are; those of `hmr.joints.H36M_17` that are missing are hidden.
        """
        joints, sure = self._known(joints_2d, scores, names)
        rays = _rays(joints, np.broadcast_to(K, (len(joints), 3, 3)))
        device = next(self.network.parameters()).device
        visible = torch.from_numpy((sure > 0).astype(np.float32)).to(device)
        parts = zip(rays.to(device).split(CHUNK), visible.split(CHUNK), strict=True)
        done = zip(*(self._lift(*part) for part in parts), strict=True)
        points, doubt = (torch.cat(part).cpu().numpy() for part in done)
        trust = np.where(sure > 0, sure, GUESSED * self.learned) * np.exp(-np.square(doubt / DOUBT))
        trust *= (sure > 0).any(-1, keepdims=True)
        return Lifted(points, trust.astype(np.float32))

    def _known(
        self,
        joints: Float[np.ndarray, "people source 2"],
        scores: Float[np.ndarray, "people source"],
        names: Sequence[str],
    ) -> tuple[Float[np.ndarray, "people joints 2"], Float[np.ndarray, "people joints"]]:
        """The teacher's joints; score 0 where they are not given, or were never learned."""
        given = np.isfinite(joints).all(-1) & (np.nan_to_num(scores) >= LEAST_SCORE)
        clean = np.where(given, np.clip(np.nan_to_num(scores), 0, 1), 0).astype(np.float32)
        places = np.nan_to_num(joints).astype(np.float32)
        places, sure = convert(places, clean, names, NAMES)
        return places, np.where(self.learned, sure, 0).astype(np.float32)

    @torch.no_grad()
    def _lift(
        self, rays: Float[Tensor, "people joints 3"], visible: Float[Tensor, "people joints"]
    ) -> tuple[Float[Tensor, "people joints 3"], Float[Tensor, "people joints"]]:
        """Lift in a virtual camera that is aimed at the person, then turn back."""
        turn = aim(rays, visible)
        aimed = rays @ turn.mT
        plane = normalise(aimed[..., :2] / aimed[..., 2:].clamp_min(1e-2), visible).joints
        points, doubt = lift_both_ways(self.network, plane, visible)
        return points @ turn * HEAD_ROOT, doubt


def lift_both_ways(
    network: LifterNetwork,
    plane: Float[Tensor, "*people joints 2"],
    visible: Float[Tensor, "*people joints"],
) -> tuple[Float[Tensor, "*people joints 3"], Float[Tensor, "*people joints"]]:
    """Lift poses on the teacher's plane and their mirror images: the mean, and how far apart."""
    straight = network(plane, visible).points(plane, visible)
    other, there = mirrored(plane), visible[..., FLIP.to(visible.device)]
    back = mirrored(network(other, there).points(other, there))
    return (straight + back) / 2, (straight - back).norm(dim=-1)


def save(path: Path, network: LifterNetwork, learned: Sequence[str], notes: dict) -> None:
    """Write a teacher's checkpoint; `notes` says how it was trained."""
    kept = {
        "format": FORMAT,
        "joint_names": list(NAMES),
        "learned_joints": list(learned),
        "design": asdict(network.design),
        "weights": {name: tensor.cpu() for name, tensor in network.state_dict().items()},
        "notes": notes,
    }
    buffer = io.BytesIO()
    torch.save(kept, buffer)
    write_atomically(path, buffer.getvalue())


def read_checkpoint(path: Path) -> dict:
    """Read what `save` wrote.

    Raises:
        InputError: There is none, or it is no teacher's; names the file.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such checkpoint; train one with stage=teacher")
    try:
        kept = torch.load(path, map_location="cpu", weights_only=True)
    except Exception:
        raise InputError(f"{path}: cut short or not a checkpoint; train one anew") from None
    whole = {"joint_names", "learned_joints", "design", "weights", "notes"}
    if not isinstance(kept, dict) or kept.get("format") != FORMAT or not whole <= set(kept):
        raise InputError(f"{path}: not a teacher's checkpoint; train one with stage=teacher")
    if tuple(kept["joint_names"]) != NAMES:
        raise InputError(f"{path}: lifts other joints than {', '.join(NAMES)}; train one anew")
    return kept


def _rays(
    joints: Float[np.ndarray, "people joints 2"], K: Float[np.ndarray, "people 3 3"]
) -> Float[Tensor, "people joints 3"]:
    ones = np.ones_like(joints[..., :1])
    pixels = np.concatenate([joints, ones], -1).astype(np.float64)
    rays = np.linalg.solve(K.astype(np.float64), pixels.swapaxes(-1, -2)).swapaxes(-1, -2)
    return torch.from_numpy(rays.astype(np.float32))


def aim(
    rays: Float[Tensor, "*people joints 3"], visible: Float[Tensor, "*people joints"]
) -> Float[Tensor, "*people 3 3"]:
    """Smallest rotation that brings the person's root onto the optical axis."""
    root = root_of(rays[..., :2] / rays[..., 2:], visible)
    ray = torch.nn.functional.normalize(
        torch.cat([root, torch.ones_like(root[..., :1])], -1), dim=-1
    )
    axis = torch.linalg.cross(ray, torch.tensor([0.0, 0.0, 1.0], device=ray.device).expand_as(ray))
    sine = axis.norm(dim=-1, keepdim=True)
    angle = torch.atan2(sine, ray[..., 2:])
    return roma.rotvec_to_rotmat(axis / sine.clamp_min(1e-9) * angle)
