"""Lifting 2D poses, of photos and along videos, with a trained teacher."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float
from scipy.ndimage import maximum_filter1d
from torch import Tensor

from hmr.errors import InputError
from hmr.joints import convert
from hmr.record import write_atomically
from teacher.aiming import aim, aim_along, rays_of, seen_along
from teacher.lifter import Design, LifterNetwork
from teacher.poses_2d import NAMES
from teacher.size import to_adult
from teacher.spread import RELIFTS, calibration, lift_both_ways, mean_and_spread

__all__ = ["Lifted", "Lifter", "aim", "lift_both_ways", "read_checkpoint", "save"]

FORMAT = "throng-teacher-1"
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
        network = LifterNetwork(Design(**kept["design"]))
        network.load_state_dict(kept["weights"])
        return cls(network.to(device), kept["learned_joints"])

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
        rays = rays_of(joints, np.broadcast_to(K, (len(joints), 3, 3)))
        parts = (slice(i, i + CHUNK) for i in range(0, len(joints), CHUNK))
        done = [self._lift(rays[p, None], _visible(sure[p, None]), relifts) for p in parts]
        there = sure.max(-1, keepdims=True) > 0
        return self._judged(_joined(done, len(NAMES)), sure, there)

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
        rays = rays_of(joints, np.broadcast_to(K, (len(joints), 3, 3)))
        reach = self.network.design.frames // 2
        there = _near(sure.max(-1) > 0, reach)
        done = []
        for window, kept in _windows(len(joints), reach):
            points, deviation = self._lift(
                rays[None, window], _visible(sure[None, window]), relifts
            )
            done.append((points[kept], deviation[kept]))
        return self._judged(_joined(done, len(NAMES)), sure, there[:, None])

    def _judged(
        self,
        found: tuple[Float[np.ndarray, "poses joints 3"], Float[np.ndarray, "poses joints"]],
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
    ) -> tuple[Float[np.ndarray, "poses joints 3"], Float[np.ndarray, "poses joints"]]:
        """Lift in virtual cameras that are aimed at the person, size, and turn back."""
        device = next(self.network.parameters()).device
        rays, visible = rays.to(device), visible.to(device)
        turns = aim_along(rays, visible)
        plane = seen_along(rays, turns, visible)
        points, spread = mean_and_spread(self.network, plane, visible, relifts)
        learned = torch.from_numpy(self.learned).to(device)
        size = to_adult(points, visible, learned)[..., None]
        deviation = calibration(relifts).deviation(spread * size)
        turned = points @ turns * size.unsqueeze(-1)
        return turned.flatten(0, 1).cpu().numpy(), deviation.flatten(0, 1).cpu().numpy()


def _visible(
    sure: Float[np.ndarray, "tracks frames joints"],
) -> Float[Tensor, "tracks frames joints"]:
    return torch.from_numpy((sure > 0).astype(np.float32))


def _windows(frames: int, reach: int) -> Iterator[tuple[slice, slice]]:
    """Frames that are looked at together, and those of them whose answer is kept."""
    for start in range(0, frames, CHUNK):
        first, last = max(0, start - reach), min(frames, start + CHUNK + reach)
        yield slice(first, last), slice(start - first, min(start + CHUNK, frames) - first)


def _near(there: Bool[np.ndarray, " frames"], reach: int) -> Bool[np.ndarray, " frames"]:
    """Tell the frames that have a frame with the person within reach."""
    return maximum_filter1d(there, 2 * reach + 1, mode="constant", cval=False)


def _joined(
    parts: Sequence[tuple[np.ndarray, np.ndarray]], joints: int
) -> tuple[Float[np.ndarray, "poses joints 3"], Float[np.ndarray, "poses joints"]]:
    nothing = np.zeros((0, joints, 3), np.float32), np.zeros((0, joints), np.float32)
    points, deviations = zip(nothing, *parts, strict=True)
    return np.concatenate(points), np.concatenate(deviations)


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
