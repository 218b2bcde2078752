"""Gives a motion capture skeleton's motion to SMPL-X's body.

Joints turn as the source's do, so twist is kept; then limbs swing by what is left until they
point exactly as the source's. The way over the ground is scaled by the ratio of leg
lengths, and the ankles are put where the source's are on that scale (two-bone inverse
kinematics): feet that stand still stand still. Hands without fingers in the source are
relaxed. The body has mean shape.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Bool, Float

from hmr.body import Body
from hmr.joints import PARENTS, SMPLX_55
from hmr.motion.alignment import LIMBS, SIDES, alignments
from hmr.motion.anatomy import NEUTRAL, from_full_pose, joint_rotations
from hmr.motion.clip import Clip
from hmr.motion.figure import Figure, stands, swing, times, unit
from hmr.motion.ground import SOLES, put_on_ground
from hmr.params import Params

STANDING = 0.02
"""How far over their lowest places, in metres, ankle and toes of a foot that stands may be."""
FLOOR = 0.05
"""Share of the frames in which a joint may be lower than where it stands."""
STRAIGHT = 0.9999
"""Most that a leg is stretched, as a share of its length."""
Places = dict[str, Float[np.ndarray, "frames 3"]]
Turns = dict[str, Float[np.ndarray, "frames 3 3"]]


def retarget(figure: Figure, body: Body) -> Params:
    """Find SMPL-X parameters of the same motion for the body's mean shape."""
    tpose = _tpose(body)
    places = places_of(figure.clip)
    turns = _turns(figure, tpose, places)
    scale = leg_scale(figure.clip, body)
    ankle = float(np.mean([tpose[f"{s}_ankle"][1] for s in SIDES]) - _sole(body))
    ground = floor_of(places)
    # On the source's scale an ankle that stands is as high as the body's over its sole.
    shift = np.array([0.0, ankle - scale * ground, 0.0])
    pelvis = _pelvis(turns, tpose, scale * _hips(places) + shift)
    for side in SIDES:
        _step(side, turns, tpose, pelvis, scale * places[f"{side}_ankle"] + shift)
    return _settled(_params(turns, pelvis - tpose["pelvis"]), body, scale, places)


def _settled(params: Params, body: Body, scale: float, places: Places) -> Params:
    """Put the soles that stand on the ground, all in all; a single pose rests on its lowest part.

    How high ankles are over soles differs from one source to the next.
    """
    frames = len(params.transl)
    if frames == 1:
        return put_on_ground(params, body)
    low = np.stack([stands_on_ground(side, places, STANDING / scale) for side in SIDES], 1)
    with torch.no_grad():
        soles = body.keypoints(params, SOLES)[..., 1].double().cpu().numpy()
    lower = soles.reshape(frames, 2, -1).min(-1)
    down = np.median(lower[low]) if low.any() else np.quantile(lower.min(1), FLOOR)
    shift = torch.tensor([0.0, float(down), 0.0])
    return replace(params, transl=params.transl - shift)


def places_of(clip: Clip) -> Places:
    """Joints' positions by name."""
    return {n: clip.positions[:, i].astype(float) for i, n in enumerate(clip.joint_names)}


def leg_scale(clip: Clip, body: Body) -> float:
    """Length of the body's legs over that of the source's."""
    places = places_of(clip)
    return _leg({n: p[None] for n, p in _tpose(body).items()}) / _leg(places)


def floor_of(places: Mapping[str, Float[np.ndarray, "frames 3"]], joint: str = "ankle") -> float:
    """Height of an ankle or the toes (`foot`) of a foot that stands on the ground."""
    return float(np.quantile([places[f"{s}_{joint}"][:, 1] for s in SIDES], FLOOR))


def stands_on_ground(
    side: str, places: Mapping[str, Float[np.ndarray, "frames 3"]], near: float = STANDING
) -> Bool[np.ndarray, " frames"]:
    """Tell when ankle and toes (where the source has them) of a foot are down."""
    joints = [j for j in ("ankle", "foot") if {f"{s}_{j}" for s in SIDES} <= set(places)]
    return np.all([places[f"{side}_{j}"][:, 1] < floor_of(places, j) + near for j in joints], 0)


def _turns(figure: Figure, tpose: Mapping[str, Float[np.ndarray, "3"]], places: Places) -> Turns:
    """World rotations of all 55 joints."""
    aligned = alignments(figure, tpose)
    if not stands(figure.rest):
        aligned |= _flat_feet(figure, aligned, places)
    turns: Turns = {}
    for name in SMPLX_55:
        parent = PARENTS[name]
        if name in figure.turns:
            turns[name] = figure.turns[name] @ aligned[name]
        elif parent is None:
            turns[name] = np.tile(np.eye(3), (len(figure.clip), 1, 1))
        else:
            turns[name] = turns[parent]
        if name in LIMBS and {name, LIMBS[name]} <= set(places):
            along = times(turns[name], tpose[LIMBS[name]] - tpose[name])
            bone = places[LIMBS[name]] - places[name]
            turns[name] = swing(along, bone) @ turns[name]
    return _relaxed(_shared_twist(turns, tpose), figure)


def _flat_feet(
    figure: Figure, aligned: Mapping[str, Float[np.ndarray, "3 3"]], places: Places
) -> dict[str, Float[np.ndarray, "3 3"]]:
    """Pitch the feet of a figure without a rest pose such that those that stand are flat."""
    found = {}
    for side in SIDES:
        name = f"{side}_ankle"
        if name not in figure.turns:
            continue
        rows = stands_on_ground(side, places)
        up = (figure.turns[name][rows] @ aligned[name])[:, 1].mean(0) if rows.any() else [0, 1, 0]
        # Seen from the foot, up should be its own y.
        found[name] = aligned[name] @ swing(np.array([0.0, 1, 0]), np.array([0.0, up[1], up[2]]))
    return found


def _shared_twist(turns: Turns, tpose: Mapping[str, Float[np.ndarray, "3"]]) -> Turns:
    """Let the forearm take half of the hand's twist about it, as forearms do."""
    shared = dict(turns)
    for side in SIDES:
        elbow, wrist = f"{side}_elbow", f"{side}_wrist"
        axis = unit(tpose[wrist] - tpose[elbow])
        local = turns[elbow].mT @ turns[wrist]
        straight = swing(times(local, np.broadcast_to(axis, (len(local), 3))), axis) @ local
        across = unit(np.cross(axis, [0.0, 0.0, 1.0]))
        turned = straight @ across
        angle = np.unwrap(np.arctan2(np.cross(across, turned) @ axis, turned @ across)) / 2
        shared[elbow] = turns[elbow] @ _about(axis, angle)
    return shared


def _about(
    axis: Float[np.ndarray, "3"], angle: Float[np.ndarray, " frames"]
) -> Float[np.ndarray, "frames 3 3"]:
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    sine, cosine = np.sin(angle)[:, None, None], np.cos(angle)[:, None, None]
    return np.eye(3) + sine * cross + (1 - cosine) * (cross @ cross)


def _relaxed(turns: Turns, figure: Figure) -> Turns:
    """Curl the fingers a little where the source has none."""
    local = joint_rotations(torch.from_numpy(NEUTRAL[None]).float())
    for name in SMPLX_55[25:]:
        side = name.partition("_")[0]
        if f"{side}_index1" not in figure.turns:
            turns[name] = turns[PARENTS[name] or ""] @ local[name][0].double().numpy()
    return turns


def _pelvis(
    turns: Turns, tpose: Mapping[str, Float[np.ndarray, "3"]], hips: Float[np.ndarray, "frames 3"]
) -> Float[np.ndarray, "frames 3"]:
    """Put the pelvis where the middle of the hip joints is to be."""
    middle = (tpose["left_hip"] + tpose["right_hip"]) / 2 - tpose["pelvis"]
    return hips - turns["pelvis"] @ middle


def _step(
    side: str,
    turns: Turns,
    tpose: Mapping[str, Float[np.ndarray, "3"]],
    pelvis: Float[np.ndarray, "frames 3"],
    ankle: Float[np.ndarray, "frames 3"],
) -> None:
    """Bend a leg so that its ankle is where it should be; its knee keeps its side."""
    names = [f"{side}_{n}" for n in ("hip", "knee", "ankle")]
    thigh, shank = tpose[names[1]] - tpose[names[0]], tpose[names[2]] - tpose[names[1]]
    long, short = float(np.linalg.norm(thigh)), float(np.linalg.norm(shank))
    hip = pelvis + turns["pelvis"] @ (tpose[names[0]] - tpose["pelvis"])
    way, far = unit(ankle - hip), np.linalg.norm(ankle - hip, axis=-1)
    reach = np.clip(far, 0.3 * long, STRAIGHT * (long + short))
    upper = turns[names[0]] @ thigh
    # A straight knee shows no side; there it is the leg's front.
    front = upper / long + 0.01 * turns[names[0]][..., 2]
    side_way = unit(front - (front * way).sum(-1, keepdims=True) * way)
    along = (long**2 + reach**2 - short**2) / (2 * long * reach)
    away = np.sqrt(np.clip(1 - along**2, 0, 1))
    new_upper = long * (along[:, None] * way + away[:, None] * side_way)
    new_lower = reach[:, None] * way - new_upper
    turns[names[0]] = swing(upper, new_upper) @ turns[names[0]]
    turns[names[1]] = swing(turns[names[1]] @ shank, new_lower) @ turns[names[1]]


def _params(turns: Turns, transl: Float[np.ndarray, "frames 3"]) -> Params:
    local = [
        turns[name] if (parent := PARENTS[name]) is None else turns[parent].mT @ turns[name]
        for name in SMPLX_55
    ]
    full = torch.from_numpy(np.stack(local, 1)).float()
    return from_full_pose(full, torch.from_numpy(transl).float())


def _tpose(body: Body) -> dict[str, Float[np.ndarray, "3"]]:
    joints = body.joints(Params.rest(1))[0].double().cpu().numpy()
    return dict(zip(SMPLX_55, joints, strict=True))


def _sole(body: Body) -> float:
    """Height of the lowest vertex of the body at rest."""
    return float(body(Params.rest(1)).vertices[..., 1].min())


def _hips(places: Places) -> Float[np.ndarray, "frames 3"]:
    return (places["left_hip"] + places["right_hip"]) / 2


def _leg(places: Mapping[str, Float[np.ndarray, "frames 3"]]) -> float:
    pairs = (("hip", "knee"), ("knee", "ankle"))
    lengths = [
        np.linalg.norm(places[f"{s}_{a}"] - places[f"{s}_{b}"], axis=-1)
        for s in SIDES
        for a, b in pairs
    ]
    return float(np.median(sum(lengths)) / 2)
