"""How far lifted skeletons are from the truth, beside the baseline that knows no depth.

Truth is read here and nowhere else; nothing of this file is called while a teacher learns.
Every figure is over the joints of H36M 17 that the truth has, so that figures of networks which
learned other joints compare. Millimetres; nothing may be mirrored, unless a name says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from hmr.body import Body
from hmr.joints import H36M_17
from hmr.metrics import MM, similarity
from hmr.motion.clip import Clip, resample
from teacher.aiming import aim_along, seen_from
from teacher.detector import Detector, detected
from teacher.lifter import LifterNetwork
from teacher.parametric.network import ParametricNetwork, both_ways
from teacher.poses_2d import DISTANCE, NAMES, ROOT, SETS, normalise
from teacher.projection import Cameras, known_joints, seen_by
from teacher.size import to_adult
from teacher.spread import lift_both_ways

ROWS = {
    "flat": "all joints at one depth",
    "teacher_before_tuning": "teacher, before joint tuning",
    "parametric_before_tuning": "parametric network, before",
    "teacher": "teacher",
    "parametric": "parametric network",
}
"""What rows of errors are called in tables."""
FPS = 30.0
FRAMES = 40
"""Of a window."""
MOST = 9000
"""Poses measured on, in windows that are evenly spread over what there is. Each has one camera:
from seed to seed the flat baseline's PA-MPJPE on CMU 02 strays by 0.5 mm with 225, 4 with 75."""
SPELL = 30
"""Frames for which a joint that is hidden on purpose stays so, on average."""
LIMBS = (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))


@dataclass(frozen=True)
class Condition:
    """What of a pose a network is shown."""

    joint_set: str = "h36m_17"
    """One of `teacher.poses_2d.SETS`."""
    detector: Detector | None = None
    """What finds the joints; none: they are where they truly are."""
    hidden: float = 0.0
    """Share of the joints that are hidden, in spells of about `SPELL` frames."""


@dataclass(frozen=True)
class Trials:
    """Windows of 2D poses at `FPS`, each of one person and one camera, whose truth is known."""

    joints: Float[Tensor, "tracks frames joints 2"]
    """On the teacher's plane, as seen by a camera that is aimed at the person."""
    visible: Float[Tensor, "tracks frames joints"]
    """What is shown of them."""
    known: Bool[Tensor, "tracks joints"]
    """Joints that are measured: those of H36M 17 that the truth has, shown or not."""
    truth: Float[Tensor, "tracks frames joints 3"]
    """In the camera's axes, centred at the pelvis, in metres; NaN where not known."""
    aim: Float[Tensor, "tracks frames 3 3"]
    """Turns the camera to the one that is aimed at the person."""

    def __len__(self) -> int:
        """Count the poses."""
        return self.visible.shape[0] * self.visible.shape[1]


def trials_of(
    clips: Sequence[Clip],
    cameras: Cameras,
    seed: int,
    condition: Condition | None = None,
    frames: int = FRAMES,
    most: int = MOST,
) -> Trials:
    """Film windows of clips, each with a camera of its own that is aimed at its middle frame.

    Whatever the condition, windows and cameras of a seed are the same.

    Args:
        clips: The motions; those shorter than a window are left out, if there are longer ones.
        cameras: Where they stand.
        seed: Of cameras, noise and hiding.
        condition: What is shown.
        frames: Of a window, at most.
        most: Poses in all, about.
    """
    how, rng = condition or Condition(), np.random.default_rng([seed, 7])
    points, given = _windows(
        [resample(replace(clip, params=None), FPS) for clip in clips], frames, most
    )
    in_camera = _filmed(points, cameras, rng)
    plane = (in_camera[..., :2] / in_camera[..., 2:].clamp_min(0.5)).float()
    visible = (given * _named(SETS[how.joint_set])).unsqueeze(1).repeat(1, plane.shape[1], 1)
    if how.detector:
        plane, visible = _found(plane, visible, how.detector, np.random.default_rng([seed, 13]))
    visible = visible * in_spells(plane.shape[:3], how.hidden, [seed, 11])
    rays = torch.nn.functional.pad(plane, (0, 1), value=1)
    turn = aim_along(rays, visible)
    known = (given > 0) & _named(H36M_17)
    truth = (in_camera - in_camera[:, :, ROOT : ROOT + 1]).float()
    truth = torch.where(known[:, None, :, None], truth, torch.nan)
    joints = normalise(seen_from(turn, rays), visible).joints
    return Trials(joints, visible, known, truth, turn)


def _windows(
    clips: Sequence[Clip], frames: int, most: int
) -> tuple[Float[np.ndarray, "tracks frames joints 3"], Float[Tensor, "tracks joints"]]:
    """Cut windows of one length; longer clips give more of them."""
    frames = min(frames, max(map(len, clips)))
    clips = [clip for clip in clips if len(clip) >= frames]
    windows = most / frames / sum(map(len, clips))
    cut, given = [], []
    for clip in clips:
        points, known = known_joints(clip)
        last = len(clip) - frames
        starts = np.linspace(0, last, min(last + 1, max(1, round(len(clip) * windows))))
        cut += [points[start : start + frames] for start in starts.round().astype(int)]
        given += [known[0]] * len(starts)
    return np.stack(cut), torch.from_numpy(np.stack(given)).float()


def _filmed(
    points: Float[np.ndarray, "tracks frames joints 3"], cameras: Cameras, rng: np.random.Generator
) -> Float[Tensor, "tracks frames joints 3"]:
    """Take windows to cameras that are aimed at the middle frame."""
    middle = points.shape[1] // 2
    led = np.concatenate([points[:, middle : middle + 1], points], 1).astype(np.float64)
    return torch.from_numpy(seen_by(led, cameras, rng)[:, 1:])


def _found(
    plane: Float[Tensor, "tracks frames joints 2"],
    visible: Float[Tensor, "tracks frames joints"],
    detector: Detector,
    rng: np.random.Generator,
) -> tuple[Float[Tensor, "tracks frames joints 2"], Float[Tensor, "tracks frames joints"]]:
    """Put a detector between what there is and what is seen of it."""
    true = normalise(plane, visible)
    joints = (true.joints * DISTANCE).numpy()
    found = detected(joints, visible.numpy(), detector, rng, 1 / FPS)
    place = torch.from_numpy(found.joints) / DISTANCE * true.unit[..., None, None]
    seen = torch.from_numpy(found.scores >= detector.least_score).float()
    return place + true.root.unsqueeze(-2), seen


def _named(names: Sequence[str]) -> Bool[Tensor, " joints"]:
    return torch.tensor([name in names for name in NAMES])


def in_spells(
    size: Sequence[int], hidden: float, seed: Sequence[int]
) -> Float[Tensor, "tracks frames joints"]:
    """Hide (0) a share of the joints, each for `SPELL` frames on average before it is seen (1)."""
    draws = np.random.default_rng(list(seed)).random((size[1], size[0], size[2]))
    away = draws[0] < hidden
    frames = [away]
    for draw in draws[1:]:
        away = np.where(away, draw >= 1 / SPELL, draw < hidden / (1 - hidden) / SPELL)
        frames.append(away)
    return torch.from_numpy(1.0 - np.stack(frames, 1)).float()


@torch.no_grad()
def lifted(network: LifterNetwork, trials: Trials) -> Float[Tensor, "tracks frames joints 3"]:
    """Lift the poses, as `teacher.lift.Lifter` does; in the camera's axes, an adult's size."""
    return placed(lift_both_ways(network.eval(), trials.joints, trials.visible)[0], trials)


@torch.no_grad()
def read(
    network: ParametricNetwork, body: Body, trials: Trials
) -> Float[Tensor, "tracks frames joints 3"]:
    """Joints of the people that a parametric network reads, as `lifted` gives them."""
    people = both_ways(network.eval(), trials.joints, trials.visible)
    return placed(network.skeletons(people, body).points, trials)


def placed(
    points: Float[Tensor, "tracks frames joints 3"], trials: Trials
) -> Float[Tensor, "tracks frames joints 3"]:
    """Size skeletons that were found on the teacher's plane, and turn them to the camera."""
    size = to_adult(points, trials.visible, torch.ones(len(NAMES), dtype=torch.bool))
    return points @ trials.aim * size[..., None, None]


def flat(trials: Trials) -> Float[Tensor, "tracks frames joints 3"]:
    """Put all joints of a pose at one depth; hidden ones on the line between where they were seen.

    Where a window never shows a joint, it is put at the pelvis.
    """
    plane = trials.joints.clone().numpy()
    frames = np.arange(plane.shape[1])
    for track, joint in np.ndindex(plane.shape[0], plane.shape[2]):
        seen = trials.visible[track, :, joint].numpy() > 0
        if seen.any() and not seen.all():
            path = plane[track, :, joint]
            path[:] = np.stack([np.interp(frames, frames[seen], x[seen]) for x in path.T], 1)
    return torch.nn.functional.pad(torch.from_numpy(plane), (0, 1)) @ trials.aim


def errors(points: Float[Tensor, "tracks frames joints 3"], trials: Trials) -> dict[str, float]:
    """Mean errors over the joints that the truth has, hidden ones included.

    `mpjpe_mm` is after the best scale of each pose with the pelvises together; `pa_mpjpe_mm`
    after the best similarity, which cannot mirror: a skeleton whose depth has the wrong sign is
    simply wrong. `hidden_*`: the same, of the joints that were not shown. `acceleration_mm`: of
    the difference of accelerations, in mm per frame^2, after one similarity a window.
    `bone_spread_percent`: how much limbs change their length along a window, needs no truth.
    `flip_by_truth_pa_mm`: PA-MPJPE of the better of a pose and its mirror image in depth, which
    takes truth to tell.
    """
    patterns, which = torch.unique(trials.known, dim=0, return_inverse=True)
    parts = [_distances(points, trials, which == i, known) for i, known in enumerate(patterns)]
    found = {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
    means = {name: float(values.double().mean()) for name, values in found.items()}
    return {name: value for name, value in means.items() if len(found[name])}


def _distances(
    points: Float[Tensor, "tracks frames joints 3"],
    trials: Trials,
    rows: Bool[Tensor, " tracks"],
    known: Bool[Tensor, " joints"],
) -> dict[str, Float[Tensor, " _"]]:
    """Errors of the windows in which the same joints are known, each as one list of numbers."""
    points, aim = points[rows], trials.aim[rows]
    guess, truth = points[:, :, known], trials.truth[rows][:, :, known]
    away = trials.visible[rows][:, :, known] == 0
    over = (points @ aim.mT * points.new_tensor([1, 1, -1]) @ aim)[:, :, known]
    scaled = _distance(*_scaled(guess, truth, int(known[:ROOT].sum())))
    aligned, other = (_distance(similarity(p, truth), truth) for p in (guess, over))
    whole = similarity(guess.flatten(1, 2), truth.flatten(1, 2)).view_as(truth)
    return {
        "mpjpe_mm": scaled.flatten(),
        "pa_mpjpe_mm": aligned.flatten(),
        "hidden_mpjpe_mm": scaled[away],
        "hidden_pa_mpjpe_mm": aligned[away],
        "bone_spread_percent": 100 * bone_spread(points, known).flatten(),
        "acceleration_mm": _distance(_acceleration(whole), _acceleration(truth)).flatten(),
        "flip_by_truth_pa_mm": torch.minimum(aligned.mean(-1), other.mean(-1)).flatten(),
    }


def _distance(
    points: Float[Tensor, "*batch 3"], truth: Float[Tensor, "*batch 3"]
) -> Float[Tensor, "*batch"]:
    return (points - truth).norm(dim=-1) * MM


def _scaled(
    points: Float[Tensor, "*batch joints 3"], truth: Float[Tensor, "*batch joints 3"], root: int
) -> tuple[Float[Tensor, "*batch joints 3"], Float[Tensor, "*batch joints 3"]]:
    """Bring the roots together and the points to the best scale (Rhodin et al., CVPR 2018)."""
    a, b = (p - p[..., root : root + 1, :] for p in (points, truth))
    scale = (a * b).sum((-2, -1)) / (a * a).sum((-2, -1)).clamp_min(1e-12)
    return scale[..., None, None] * a, b


def _acceleration(
    points: Float[Tensor, "tracks frames joints 3"],
) -> Float[Tensor, "tracks frames_between joints 3"]:
    return points[:, 2:] - 2 * points[:, 1:-1] + points[:, :-2]


def bone_spread(
    points: Float[Tensor, "tracks frames joints 3"], known: Bool[Tensor, " joints"]
) -> Float[Tensor, "tracks bones"]:
    """Standard deviation of the lengths of arms and legs along a window, over their means."""
    pairs = [[NAMES.index(f"{s}_{e}") for e in limb] for s in ("left", "right") for limb in LIMBS]
    first, second = torch.tensor([pair for pair in pairs if known[pair].all()]).view(-1, 2).T
    lengths = (points[:, :, first] - points[:, :, second]).norm(dim=-1)
    return lengths.std(1, correction=0) / lengths.mean(1).clamp_min(1e-9)


def table(rows: Mapping[str, Mapping[str, float]], poses: int) -> str:
    """Set the errors out for reading."""
    head = f"{f'{poses} test poses':<34}{'MPJPE after scale':>20}{'PA-MPJPE':>12}"
    lines = [
        f"{ROWS.get(key, key):<34}{row['mpjpe_mm']:>17.1f} mm{row['pa_mpjpe_mm']:>9.1f} mm"
        for key, row in rows.items()
    ]
    return "\n".join([head, *lines])
