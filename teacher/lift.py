"""Lifting 2D poses, of photos and along videos, with a trained teacher."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float
from scipy.ndimage import maximum_filter1d
from torch import Tensor

from hmr.joints import convert
from teacher.aiming import aim, aim_along, rays_of, seen_from
from teacher.checkpoint import networks, read_checkpoint, save
from teacher.lifter import LifterNetwork
from teacher.parametric.network import ParametricNetwork, both_ways
from teacher.parametric.people import People
from teacher.poses_2d import NAMES, normalise
from teacher.size import to_adult
from teacher.spread import RELIFTS, calibration, lift_both_ways, mean_and_spread

__all__ = ["Lifted", "Lifter", "aim", "lift_both_ways", "read_checkpoint", "save"]

CHUNK = 8192
"""Frames that are lifted at once."""
LEAST_SCORE = 0.05
"""Joints of a lower score count as hidden."""
DOUBT = 0.25
"""Standard deviation, in metres, that takes most of a joint's confidence."""
GUESSED = 0.5
"""Confidence of a joint that is hidden over that of a visible one, if their deviation is alike."""


@dataclass(frozen=True)
class Lifted:
    """Skeletons lifted from 2D: of people, or of the frames of one person's track."""

    joints_3d: Float[np.ndarray, "poses joints 3"]
    """Axes of the camera (OpenCV), centred at the pelvis; right up to scale: metres for a person
    with an adult's bones (`teacher.size`)."""
    confidence: Float[np.ndarray, "poses joints"]
    """From 0 (not to be believed) to 1."""
    uncertainty: Float[np.ndarray, "poses joints"]
    """Standard deviation of each joint about the pelvis, in metres (`teacher.spread`); infinite
    where confidence is 0."""
    names: tuple[str, ...] = NAMES

    def rows(self, which: slice) -> "Lifted":
        """Choose poses."""
        return replace(
            self,
            joints_3d=self.joints_3d[which],
            confidence=self.confidence[which],
            uncertainty=self.uncertainty[which],
        )


class Lifter:
    """A trained teacher."""

    def __init__(
        self,
        network: LifterNetwork,
        learned: Sequence[str] = NAMES,
        parametric: ParametricNetwork | None = None,
    ):
        """Use networks as they are; joints never seen in training are not `learned`."""
        self.network = network.eval().requires_grad_(False)
        self.parametric = parametric and parametric.eval().requires_grad_(False)
        self.learned = np.array([name in learned for name in NAMES])

    @property
    def learned_names(self) -> tuple[str, ...]:
        """Name the joints that were seen in training."""
        return tuple(name for name, ever in zip(NAMES, self.learned, strict=True) if ever)

    @property
    def looks_along(self) -> bool:
        """Tell whether the network sees the frames around each, so that it fills gaps."""
        return self.network.design.frames > 1

    @classmethod
    def load(cls, path: str | Path, device: str = "cpu") -> "Lifter":
        """Open a teacher's checkpoint.

        Raises:
            InputError: There is none, or it is no teacher's; names the file.
        """
        kept = read_checkpoint(Path(path))
        lifter, parametric = networks(kept)
        return cls(lifter.to(device), kept["learned_joints"], parametric and parametric.to(device))

    def lift(
        self,
        joints_2d: Float[np.ndarray, "people source 2"],
        scores: Float[np.ndarray, "people source"],
        K: Float[np.ndarray, "*each 3 3"],
        names: Sequence[str] = NAMES,
        relifts: int = RELIFTS,
    ) -> Lifted:
        """Lift people of one or many images, each on its own.

        A pose and its mirror image are lifted and averaged. Hidden joints are filled in.
        Confidence is 0 for a person without a visible joint, and for joints that were never seen
        in training. A network that looks along tracks sees each as a track of one frame.

        Args:
            joints_2d: Pixels.
            scores: Confidence of each joint; 0 where it is not known.
            K: Intrinsics in pixels, one for all or one a person.
            names: What the joints are; those of `NAMES` that are missing are hidden.
            relifts: Masked re-lifts that tell how sure each joint is; 0 is five times as fast
                and leaves that to the pose's mirror image.
        """
        joints, sure = self._known(joints_2d, scores, names)
        found = _in_parts(partial(self._lift, relifts=relifts), joints, sure, K, None)
        return self._judged(found, sure, sure.max(-1, keepdims=True) > 0)

    def lift_track(
        self,
        joints_2d: Float[np.ndarray, "frames source 2"],
        scores: Float[np.ndarray, "frames source"],
        K: Float[np.ndarray, "*each 3 3"],
        names: Sequence[str] = NAMES,
        relifts: int = RELIFTS,
    ) -> Lifted:
        """Lift one person through the frames of a video.

        A network that looks along tracks fills the frames in which nobody is seen from those
        around them, as far as it sees; long tracks pass by in windows that overlap by that much,
        so the windows show in nothing but memory. Other networks take each frame on its own.

        Args:
            joints_2d: Pixels of consecutive frames.
            scores: Confidence of each joint; all 0 in frames that lack the person.
            K: Intrinsics in pixels, one for all frames or one each.
            names: What the joints are; those of `NAMES` that are missing are hidden.
            relifts: As in `lift`.
        """
        if not self.looks_along:
            return self.lift(joints_2d, scores, K, names, relifts)
        joints, sure = self._known(joints_2d, scores, names)
        reach = self.network.design.frames // 2
        found = _in_parts(partial(self._lift, relifts=relifts), joints, sure, K, reach)
        return self._judged(found, sure, _near(sure.max(-1) > 0, reach)[:, None])

    def people(
        self,
        joints_2d: Float[np.ndarray, "poses source 2"],
        scores: Float[np.ndarray, "poses source"],
        K: Float[np.ndarray, "*each 3 3"],
        names: Sequence[str] = NAMES,
        along: bool = False,
    ) -> People:
        """Read SMPL-X people before the camera, their place included, with the parametric network.

        Args:
            joints_2d: Pixels.
            scores: As in `lift`.
            K: Intrinsics in pixels.
            names: What the joints are.
            along: The poses are the frames of one person, who keeps their shape.

        Raises:
            ValueError: The teacher has no parametric network.
        """
        if self.parametric is None:
            raise ValueError("this teacher has no parametric network")
        joints, sure = self._known(joints_2d, scores, names)
        reach = self.parametric.design.frames // 2 if along else None
        parts = _in_parts(self._read, joints, sure, K, reach)
        people = People(*(torch.from_numpy(part) for part in parts))
        if not along:
            return people
        counts = torch.from_numpy((sure > 0).sum(-1, keepdims=True)).to(people.betas)
        shape = (people.betas * counts).sum(0) / counts.sum().clamp_min(1)
        return replace(people, betas=shape.expand_as(people.betas))

    def _judged(
        self,
        found: Sequence[np.ndarray],
        sure: Float[np.ndarray, "poses joints"],
        there: Bool[np.ndarray, "poses 1"],
    ) -> Lifted:
        """Say how far each joint is to be believed."""
        points, deviation = found
        trust = np.where(sure > 0, sure, GUESSED) * np.exp(-np.square(deviation / DOUBT))
        trust = trust * self.learned * there
        spread = np.where(trust > 0, deviation, np.inf)
        return Lifted(points, trust.astype(np.float32), spread.astype(np.float32))

    def _known(
        self,
        joints: Float[np.ndarray, "poses source 2"],
        scores: Float[np.ndarray, "poses source"],
        names: Sequence[str],
    ) -> tuple[Float[np.ndarray, "poses joints 2"], Float[np.ndarray, "poses joints"]]:
        """The teacher's joints; score 0 where they are not given, or were never learned."""
        given = np.isfinite(joints).all(-1) & (np.nan_to_num(scores) >= LEAST_SCORE)
        clean = np.where(given, np.clip(np.nan_to_num(scores), 0, 1), 0).astype(np.float32)
        places = np.nan_to_num(joints).astype(np.float32)
        places, sure = convert(places, clean, names, NAMES)
        return places, np.where(self.learned, sure, 0).astype(np.float32)

    @torch.no_grad()
    def _lift(
        self,
        rays: Float[Tensor, "tracks frames joints 3"],
        visible: Float[Tensor, "tracks frames joints"],
        relifts: int,
    ) -> tuple[Float[Tensor, "tracks frames joints 3"], Float[Tensor, "tracks frames joints"]]:
        """Lift in virtual cameras that are aimed at the person, size, and turn back."""
        rays, visible = self._here(rays, visible)
        turns = aim_along(rays, visible)
        plane = normalise(seen_from(turns, rays), visible).joints
        points, spread = mean_and_spread(self.network, plane, visible, relifts)
        size = to_adult(points, visible, torch.from_numpy(self.learned))[..., None]
        deviation = calibration(relifts).deviation(spread * size)
        return points @ turns * size.unsqueeze(-1), deviation

    @torch.no_grad()
    def _read(
        self,
        rays: Float[Tensor, "tracks frames joints 3"],
        visible: Float[Tensor, "tracks frames joints"],
    ) -> tuple[Tensor, ...]:
        """Read people in virtual cameras that are aimed at them, and turn them back."""
        assert self.parametric is not None
        rays, visible = self._here(rays, visible)
        turns = aim_along(rays, visible)
        people = both_ways(self.parametric, seen_from(turns, rays), visible)
        x, y, distance = (people.pelvis().unsqueeze(-2) @ turns).squeeze(-2).unbind(-1)
        place = torch.stack([x / distance, y / distance], -1)
        return people.angles, turns.mT @ people.orient, people.betas, place, distance

    def _here(self, *tensors: Tensor) -> list[Tensor]:
        device = next(self.network.parameters()).device
        return [tensor.to(device) for tensor in tensors]


def _in_parts(
    work: Callable[[Tensor, Tensor], tuple[Tensor, ...]],
    joints: Float[np.ndarray, "poses joints 2"],
    sure: Float[np.ndarray, "poses joints"],
    K: Float[np.ndarray, "*each 3 3"],
    reach: int | None,
) -> list[np.ndarray]:
    """Do some work on so many poses at a time that memory suffices.

    Args:
        work: Takes rays and visibility with axes tracks and frames; gives tensors with the same.
        joints: Pixels.
        sure: Above 0 where visible.
        K: Intrinsics.
        reach: Frames to either side that a frame depends on; None where the poses are no track.
    """
    rays = rays_of(joints, np.broadcast_to(K, (len(joints), 3, 3)))
    visible = torch.from_numpy((sure > 0).astype(np.float32))
    done = []
    for window, kept in _windows(len(joints), reach or 0):
        part = (rays[window], visible[window])
        # Nobody is no track either.
        axis = 0 if len(joints) and reach is not None else 1
        found = work(*(tensor.unsqueeze(axis) for tensor in part))
        done.append([tensor.squeeze(axis)[kept].cpu().numpy() for tensor in found])
    return [np.concatenate(column) for column in zip(*done, strict=True)]


def _windows(frames: int, reach: int) -> Iterator[tuple[slice, slice]]:
    """Frames that are looked at together, and those of them whose answer is kept."""
    for start in range(0, max(frames, 1), CHUNK):
        first, last = max(0, start - reach), min(frames, start + CHUNK + reach)
        yield slice(first, last), slice(start - first, min(start + CHUNK, frames) - first)


def _near(there: Bool[np.ndarray, " frames"], reach: int) -> Bool[np.ndarray, " frames"]:
    """Tell the frames that have a frame with the person within reach."""
    return maximum_filter1d(there, 2 * reach + 1, mode="constant", cval=False)
