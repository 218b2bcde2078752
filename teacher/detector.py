"""What a 2D detector makes of true joints: jitter, strays, swaps, misses and scores.

Lengths are head-root lengths, as the person appears (`teacher.poses_2d`). Sources:

- *Relative size of the jitter*: the spread of annotators by joint, COCO's sigmas (Ronchi and
  Perona, ICCV 2017; https://cocodataset.org/#keypoints-eval), CrowdPose's for head and neck,
  COCO-WholeBody's for feet. They are shares of the root of a person's area, which for an
  adult seen upright is about one head-root length.
- *Its level*: a detector hits 34.0 % of MPII's joints within a tenth of a head, 88.5 % within
  half of one (Xiao et al., ECCV 2018, ResNet-50). With a head of 0.21 m that is a spread of
  0.034 head-root lengths an axis, against COCO's mean sigma of 0.083 over the same joints. Half
  of its variance we leave to MPII's annotators (our assumption): 0.29 sigmas.
- *How often a joint is plainly wrong*: what the same detector misses at half a head, by joint.
- *Left-right swaps*: the shares with which PoseFix (Moon et al., CVPR 2019) imitates the
  statistics of Ronchi and Perona: face 1 %, arms 3 %, legs 6 %.

What is wrong but not swapped is by halves gone and astray. How long errors last is published
nowhere: jitter is forgotten in a tenth of a second, other faults in a quarter (our decision).
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float

from teacher.poses_2d import DISTANCE, FLIP, NAMES, Poses2D, normalise

SIGMAS = {
    **{"nose": 0.026, "eye": 0.025, "ear": 0.035, "shoulder": 0.079, "elbow": 0.072},
    **{"wrist": 0.062, "hip": 0.107, "knee": 0.087, "ankle": 0.089},
    **{"head_top": 0.079, "neck": 0.079, "foot": 0.068},
    # Points inside the body that nobody annotates: as hard to tell as the nearest that are.
    **{"pelvis": 0.107, "spine1": 0.107, "spine2": 0.107, "spine3": 0.079},
    **{"collar": 0.079, "head": 0.079},
}
"""Spread of annotators by joint (either side), in roots of a person's area."""
WRONG = {
    **{"nose": 0.036, "eye": 0.036, "ear": 0.036, "head": 0.036, "head_top": 0.036},
    **{"shoulder": 0.047, "collar": 0.047, "neck": 0.047, "spine3": 0.047},
    **{"elbow": 0.110, "wrist": 0.168, "hip": 0.116, "pelvis": 0.116, "spine1": 0.116},
    **{"spine2": 0.116, "knee": 0.160, "ankle": 0.204, "foot": 0.204},
}
"""Share of a joint's detections that lie more than half a head away."""
SWAPPED = {
    ("eye", "ear"): 0.01,
    ("shoulder", "elbow", "wrist"): 0.03,
    ("hip", "knee", "ankle", "foot"): 0.06,
}
"""Share of time in which the joints of two sides are taken for each other."""

SURE = 3.0
"""Log odds of the mean score of a joint without error: a score of 0.95."""


@dataclass(frozen=True)
class Detector:
    """How well a detector works."""

    scale: float = 1.0
    """Level of all faults: sizes and shares grow with it; 0 detects the truth."""
    jitter: float = 0.29
    """Spread of detected joints an axis, in the joint's sigmas."""
    stray: float = 0.2
    """Spread an axis of joints found in the wrong place, in head-root lengths."""
    jitter_seconds: float = 0.1
    """Time in which the jitter is forgotten."""
    spell_seconds: float = 0.25
    """How long a joint is gone, astray or swapped."""
    score_error: float = 0.2
    """Error at which the mean score is one half, in head-root lengths."""
    score_spread: float = 1.0
    """How far scores stray from what the error says, in log odds."""
    least_score: float = 0.3
    """Joints below it count as hidden where scores are not kept."""


@dataclass(frozen=True)
class Detections:
    """What a detector found along tracks."""

    joints: Float[np.ndarray, "tracks frames joints 2"]
    scores: Float[np.ndarray, "tracks frames joints"]
    """From 0 (gone) to 1."""


def detected(
    joints: Float[np.ndarray, "tracks frames joints 2"],
    visible: Float[np.ndarray, "tracks frames joints"],
    detector: Detector,
    rng: np.random.Generator,
    seconds: float | Float[np.ndarray, "tracks steps"] = 1 / 30,
) -> Detections:
    """Detect the joints of `NAMES` along tracks.

    Args:
        joints: Where they truly are, in head-root lengths.
        visible: 1 where a joint is there to be found, else 0.
        detector: How well it works.
        rng: Source of all randomness.
        seconds: Time from each frame to the next.
    """
    tracks, frames, count = visible.shape
    steps = np.broadcast_to(np.asarray(seconds, np.float32), (tracks, frames - 1))
    shares = np.minimum(wrong_shares() * detector.scale / 2, 0.5)
    astray, gone = (_spells(shares, steps / detector.spell_seconds, rng) for _ in range(2))
    offset = jitter_sizes(detector)[:, None] * _remembering(
        steps / detector.jitter_seconds, (count, 2), rng
    )
    far = detector.stray * _remembering(steps / detector.spell_seconds, (count, 2), rng)
    offset += astray[..., None] * far
    scores = _scores(detector.scale * np.linalg.norm(offset, axis=-1), detector, rng)
    scores[gone | (visible <= 0)] = 0
    found = joints + detector.scale * offset
    found, scores = _swap(found, scores, steps / detector.spell_seconds, detector.scale, rng)
    return Detections(found.astype(joints.dtype), scores.astype(joints.dtype))


def as_detected(
    poses: Poses2D,
    detector: Detector,
    rng: np.random.Generator,
    seconds: float | Float[np.ndarray, "tracks steps"] = 1 / 30,
) -> Poses2D:
    """Replace true 2D poses by what a detector finds, on the teacher's plane again."""
    size = normalise(poses.joints, poses.visible)
    found = detected(
        (size.joints * DISTANCE).numpy(), poses.visible.numpy(), detector, rng, seconds
    )
    visible = torch.from_numpy(found.scores >= detector.least_score).float()
    joints = torch.from_numpy(found.joints) / DISTANCE
    return Poses2D(normalise(joints, visible).joints, visible)


def wrong_shares() -> Float[np.ndarray, " joints"]:
    """Share of time in which each of `NAMES` is wrong for other reasons than a swap."""
    swapped = {kind: share for kinds, share in SWAPPED.items() for kind in kinds}
    kinds = [_either_side(name) for name in NAMES]
    return np.array([WRONG[kind] - swapped.get(kind, 0.0) for kind in kinds])


def jitter_sizes(detector: Detector) -> Float[np.ndarray, " joints"]:
    """Spread of each of `NAMES` an axis at scale 1, in head-root lengths."""
    sizes = [detector.jitter * SIGMAS[_either_side(name)] for name in NAMES]
    return np.array(sizes, np.float32)


def _scores(
    error: Float[np.ndarray, "tracks frames joints"], detector: Detector, rng: np.random.Generator
) -> Float[np.ndarray, "tracks frames joints"]:
    """Fall with the error, without telling it."""
    spread = detector.score_spread * min(1.0, detector.scale)
    doubt = spread * rng.standard_normal(error.shape, np.float32)
    odds = SURE * (1 - error / detector.score_error) + doubt
    return 1 / (1 + np.exp(-odds))


def _swap(
    joints: Float[np.ndarray, "tracks frames joints 2"],
    scores: Float[np.ndarray, "tracks frames joints"],
    ages: Float[np.ndarray, "tracks steps"],
    scale: float,
    rng: np.random.Generator,
) -> tuple[Float[np.ndarray, "tracks frames joints 2"], Float[np.ndarray, "tracks frames joints"]]:
    """Exchange limbs for a while; a detector that does is as sure of itself as ever."""
    spells = _spells(np.minimum(np.array(list(SWAPPED.values())) * scale, 0.5), ages, rng)
    member = np.array([[_either_side(n) in kinds for n in NAMES] for kinds in SWAPPED])
    track, frame, joint = np.nonzero(spells @ member)
    from_, to = (track, frame, FLIP.numpy()[joint]), (track, frame, joint)
    moved, told = joints.copy(), scores.copy()
    moved[to], told[to] = joints[from_], scores[from_]
    return moved, told


def _spells(
    shares: Float[np.ndarray, " kinds"],
    ages: Float[np.ndarray, "tracks steps"],
    rng: np.random.Generator,
) -> Bool[np.ndarray, "tracks frames kinds"]:
    """Draw states that come and go, each there for its share of the time.

    Args:
        shares: Of the time.
        ages: Time from frame to frame, in lengths of a spell.
        rng: Source of all randomness.
    """
    draws = rng.random((len(ages), ages.shape[1] + 1, len(shares)), np.float32)
    states = np.empty(draws.shape, bool)
    states[:, 0] = draws[:, 0] < shares
    # A chain of two states in continuous time: the shares hold whatever lies between frames.
    for i, kept in enumerate(np.exp(-ages).T[..., None]):
        states[:, i + 1] = draws[:, i + 1] < shares * (1 - kept) + kept * states[:, i]
    return states


def _remembering(
    ages: Float[np.ndarray, "tracks steps"], shape: tuple[int, int], rng: np.random.Generator
) -> Float[np.ndarray, "tracks frames joints 2"]:
    """Draw unit noise that keeps exp(-age) of itself from one frame to the next."""
    noise = rng.standard_normal((len(ages), ages.shape[1] + 1, *shape), np.float32)
    for i, kept in enumerate(np.exp(-ages).T[..., None, None]):
        noise[:, i + 1] = kept * noise[:, i] + np.sqrt(1 - kept**2) * noise[:, i + 1]
    return noise


def _either_side(name: str) -> str:
    return name.removeprefix("left_").removeprefix("right_")
