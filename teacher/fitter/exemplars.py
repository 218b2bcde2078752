"""A library of generated people, seen from all sides, that fits begin from.

For each person the library's views are laid over the 2D joints by the best shift,
turn and scale in the image (Chen and Ramanan, "3D human pose estimation = 2D pose
estimation + matching", CVPR 2017). The best view of each facing becomes a start,
so that no person ends back to front for want of having been tried the other way.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Complex, Float
from torch import Tensor

from hmr.body import Body
from hmr.joints import SMPLX_ALL
from hmr.motion.anatomy import column
from hmr.rotations import about
from teacher.fitter.bank import draw
from teacher.fitter.posing import COLUMNS
from teacher.fitter.prior import stance_energy
from teacher.fitter.state import State, posed
from teacher.fitter.targets import EXTRA, Targets

POSES = 900
YAWS = 24
PITCHES = (-0.15, 0.1, 0.4)
"""Angles, in radians, by which the camera looks down."""
FACINGS = 6
"""Starts a person: the circle of yaws is cut into so many parts."""
MISMATCH = 0.04
"""Standard deviation of a joint's distance from the best exemplar's, over the person's size."""
FACING = torch.diag(torch.tensor([1.0, -1.0, -1.0]))
"""Upright and facing the camera: the body's up is the camera's -Y, its front the camera's -Z."""
AT_ONCE = 32


@dataclass(frozen=True)
class Library:
    """Views of posed people; view v shows pose v // (pitches * yaws)."""

    angles: Float[Tensor, "poses angles"]
    orient: Float[Tensor, "pitches yaws poses 3 3"]
    flat: Complex[Tensor, "pitches yaws poses joints"]
    """Joints in metres as x + iy, seen from far away."""


def draw_library(body: Body, names: tuple[str, ...], seed: int) -> Library:
    """Take people from the bank and look at their named joints from all sides."""
    poses = torch.from_numpy(draw(POSES, seed)).float()
    tumble = about("x", poses[:, column("root_pitch")])
    tumble = tumble @ about("z", -poses[:, column("root_roll")])
    angles = poses[:, COLUMNS]
    still = torch.eye(3).expand(POSES, 3, 3)
    rest = State(still, torch.zeros(POSES, 3), angles, torch.zeros(POSES, 10))
    with torch.no_grad():
        joints = body.keypoints(posed(rest), ("pelvis", *names))
    yaws = about("y", torch.arange(YAWS) * (2 * math.pi / YAWS))
    views = FACING @ about("x", torch.tensor(PITCHES))[:, None] @ yaws
    orient = views.unsqueeze(2) @ tumble
    seen = orient @ (joints[:, 1:] - joints[:, :1]).mT
    return Library(angles, orient, torch.complex(seen[..., 0, :], seen[..., 1, :]))


def starts(body: Body, targets: Targets, seed: int = 0) -> State:
    """Begin `FACINGS` times with every person; start s of person n is row s * people + n."""
    known = tuple(name for name in (*SMPLX_ALL, *EXTRA) if name in targets.names)
    library = draw_library(body, known, seed)
    groups = torch.arange(len(targets.joints)).split(AT_ONCE)
    found = [_matched(library, targets.index(group)) for group in groups]
    parts = zip(*((s.orient, s.place, s.angles, s.betas) for s in found), strict=True)
    return State(*(torch.cat(part, 1).flatten(0, 1) for part in parts))


def _matched(library: Library, targets: Targets) -> State:
    """Best view of each facing for a few people; axes: facings, people."""
    goal = torch.complex(*(targets.joints / targets.size[:, None, None]).unbind(-1))
    weights = targets.weights / targets.looseness**2
    weights = weights / weights.sum(1, keepdim=True)
    views = library.flat.flatten(0, 2)
    mean = (weights * goal).sum(1)
    middle = views @ weights.to(views.dtype).mT
    spread = views.abs().square() @ weights.mT - middle.abs().square()
    across = views.conj() @ (weights * goal).mT - middle.conj() * mean
    # The turn and scale, as one complex number, that bring a view onto the goal.
    turn = across / spread.clamp(min=1e-6)
    power = (weights * goal.abs().square()).sum(1) - mean.abs().square()
    missed = power - across.abs().square() / spread.clamp(min=1e-6)
    count = (targets.weights > 0).sum(1)
    orient = library.orient.flatten(0, 2)
    lean = _lean(orient, turn)
    cost = count * missed / (2 * MISMATCH**2) + lean
    return _best(library, targets, cost, turn, mean - turn * middle)


def _lean(
    orient: Float[Tensor, "views 3 3"], turn: Complex[Tensor, "views people"]
) -> Float[Tensor, "views people"]:
    """Stance energy of each view, turned in the image as it must be for each person."""
    unit = turn / turn.abs().clamp(min=1e-9)
    up = unit * torch.complex(orient[:, 0, 1], orient[:, 1, 1])[:, None]
    turned = torch.zeros(*up.shape, 3, 3)
    turned[..., 1, 1] = up.imag
    return stance_energy(turned.flatten(0, 1)).view(up.shape)


def _best(
    library: Library,
    targets: Targets,
    cost: Float[Tensor, "views people"],
    turn: Complex[Tensor, "views people"],
    shift: Complex[Tensor, "views people"],
) -> State:
    pitches, yaws, poses = library.orient.shape[:3]
    people = torch.arange(cost.shape[1])
    table = cost.view(pitches, FACINGS, yaws // FACINGS, poses, -1)
    table = table.transpose(0, 1).flatten(1, 3)
    best = table.argmin(1)
    pitch, yaw, pose = (torch.from_numpy(i) for i in _unravel(best, pitches, yaws, poses))
    yaw = yaw + torch.arange(FACINGS)[:, None] * (yaws // FACINGS)
    view = (pitch * yaws + yaw) * poses + pose
    turned, moved = turn[view, people], shift[view, people]
    rolled = about("z", turned.angle()) @ library.orient[pitch, yaw, pose]
    scale = turned.abs().clamp(min=1e-3) * targets.size
    centre = torch.view_as_real(moved) - (targets.K[:, :2, 2] / targets.size[:, None])
    depth = (targets.K[:, 0, 0] / scale).log()
    place = torch.cat([centre, depth.unsqueeze(-1)], -1)
    return State(rolled, place, library.angles[pose], torch.zeros(*view.shape, 10))


def _unravel(index: Tensor, pitches: int, yaws: int, poses: int) -> tuple[np.ndarray, ...]:
    return np.unravel_index(index.numpy(), (pitches, yaws // FACINGS, poses))
