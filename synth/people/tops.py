"""Tops: shirts, pullovers, jackets, and the upper part of dresses."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from synth.people.anatomy import HEAD, Anatomy
from synth.people.charts import Charts
from synth.people.cuttings import Cutting
from synth.people.folds import on_arms, relief_of
from synth.people.places import arm_share, extended, height_on_leg, ramp
from synth.people.shell import Cut, Shell, make_shell
from synth.people.tubes import AROUND, Around, Tailored, between, position, slices

Field = Float[np.ndarray, " v"]
FREE = 0.1
"""Length, in metres, over which cloth leaves the body below the armpits."""
STANDS = {"collar": (0.026, 0.024), "stand": (0.034, 0.012), "hood": (0.03, 0.05)}
"""How far collars reach up the neck, and stand off at the garment's edge, in metres."""


def top(anatomy: Anatomy, charts: Charts, cutting: Cutting) -> Shell:
    """Cut something with arm holes and a neck hole."""
    sleeve = sleeve_end(anatomy, cutting.sleeve)
    hem = anatomy.y - height_on_leg(anatomy, cutting.hem)
    field = np.minimum(hem, neck_hole(anatomy, cutting))
    on_arm = on_arms(anatomy) | (arm_share(anatomy) > 0.5)
    field = np.where(on_arm, np.minimum(neck_hole(anatomy, cutting), sleeve), field)
    field = np.minimum(field, _opening(anatomy, cutting))
    lift = _hanging(hem, 0.35, cutting)
    wide = sleeve < 0.3 * _arm(anatomy)
    lift = np.where(wide, np.maximum(lift, _sleeve(sleeve, cutting)), lift)
    if cutting.ease:
        lift = np.where(on_arm, lift, np.minimum(lift, cutting.close + 0.004))
    size = cutting.folds * ramp(neck_hole(anatomy, cutting), 0.02, 0.1)
    return make_shell(
        anatomy,
        field,
        lift,
        replace(charts, crotch=-np.inf),
        cutting.rounds,
        relief=relief_of(anatomy, size) if cutting.folds else None,
        tubes=lambda part: (_trunk(anatomy, cutting, part),) if cutting.ease else (),
    )


def bodice(anatomy: Anatomy, charts: Charts, cutting: Cutting) -> Shell:
    """Cut the upper part of a dress, down to a little below its waist."""
    return top(anatomy, charts, replace(cutting, hem=cutting.waist + 0.06, ease=0.0, folds=0.003))


def collar(anatomy: Anatomy, charts: Charts, cutting: Cutting) -> Shell:
    """Cut what stands around the neck."""
    up, off = STANDS[cutting.collar]
    hole = neck_hole(anatomy, replace(cutting, neck=cutting.neck * 0.97))
    below = 0.05 if cutting.collar == "hood" else 0.016
    field = np.minimum(hole + up, below - hole)
    behind = anatomy.at("neck")[2] - anatomy.z
    if cutting.collar == "hood":
        field = np.minimum(field, behind + 0.05)
    elif cutting.collar == "collar" or cutting.gap:
        field = np.minimum(field, np.where(behind < 0, anatomy.x - 0.014, 1.0))
    field = np.where(anatomy.y > anatomy.at("head")[1] - 0.01, -0.05, field)
    out = ramp(hole, -up, 0.01)
    lift = cutting.close * 0.6 + off * out
    if cutting.collar == "hood":
        lift = cutting.close + off * ramp(behind, -0.04, 0.03) * (1 - 0.5 * ramp(hole, 0.0, 0.05))
    on_trunk = replace(charts, crotch=-np.inf, shoulder=np.inf)
    return make_shell(anatomy, field, lift, on_trunk, 6, tucked=np.inf)


def sleeve_end(anatomy: Anatomy, share: float) -> Field:
    """Distance along the arm before a place on it: 0 shoulder, 1 elbow, 2 wrist."""
    marks = [float(anatomy.at(name)[0]) for name in ("shoulder", "elbow", "wrist")]
    return extended(share, marks) - anatomy.x


def _arm(anatomy: Anatomy) -> float:
    return float(anatomy.at("elbow")[0] - anatomy.at("shoulder")[0])


def _hanging(hem: Field, length: float, cutting: Cutting) -> Field:
    """Close at the top, loose towards the hem."""
    fall = 1 - np.clip(hem / length, 0, 1)
    return cutting.close + (cutting.loose - cutting.close) * fall


def _sleeve(sleeve: Field, cutting: Cutting) -> Field:
    """A sleeve widens a little towards its end."""
    end = 1 - np.clip(sleeve / 0.15, 0, 1)
    return cutting.close + (cutting.loose - cutting.close) * 0.7 * end


def _opening(anatomy: Anatomy, cutting: Cutting) -> Field:
    """Distance from the opening in front, wider at the top."""
    if not cutting.gap:
        return np.full(len(anatomy.y), 1.0)
    front = anatomy.z > anatomy.at("spine2")[2] + 0.02
    rise = ramp(anatomy.y, anatomy.at("spine2")[1], anatomy.at("neck")[1])
    return np.where(front, anatomy.x - cutting.gap * (1 + 0.5 * rise), 1.0)


def neck_hole(anatomy: Anatomy, cutting: Cutting) -> Field:
    """Distance from a bowl around the foot of the neck that stands open above."""
    neck, shoulder = anatomy.at("neck"), anatomy.at("shoulder")
    radius = 0.42 * shoulder[0] * cutting.neck
    front = np.clip((anatomy.z - neck[2]) / radius, 0, 1)
    sink = 0.03 * front + cutting.plunge * front * np.clip(1.3 - anatomy.x / radius, 0, 1)
    centre = neck + np.array([0, 0.02, 0.1 * radius])
    down = np.minimum(anatomy.y + sink - centre[1] + 0.6 * radius, 0)
    across = np.hypot(anatomy.x, (anatomy.z - centre[2]) * 0.9)
    distance = np.hypot(across, down * 1.2) - radius
    # Everything of the head is in the hole, however wide it is.
    return np.where(anatomy.share(*HEAD) > 0.5, -0.05, distance)


def _trunk(anatomy: Anatomy, cutting: Cutting, part: Cut) -> Around:
    """Hang the cloth from chest and shoulder blades."""
    shoulder = anatomy.at("shoulder")
    high, low = shoulder[1] - 0.1, height_on_leg(anatomy, cutting.hem)
    own = anatomy.skin & (arm_share(anatomy) < 0.5) & (anatomy.x < 1.02 * shoulder[0])
    rings = slices(anatomy, own, high, low, split=height_on_leg(anatomy, 0.2))
    points = part.source @ anatomy.vertices
    ring, turn = position(rings, anatomy.vertices, points)
    down = np.linspace(0, 1, len(rings.places))[:, None]
    ease = cutting.close + 0.006 + (cutting.ease - cutting.close - 0.006) * down + np.zeros(AROUND)
    share = ramp(high - points[:, 1], 0.0, FREE) * (part.source @ _off_arms(anatomy))
    return Around(
        rings,
        Tailored(np.maximum(ease, cutting.close), cutting.hang, cutting.slope),
        between(ring, turn, len(rings.places)),
        share[:, None].astype(np.float32),
    )


def _off_arms(anatomy: Anatomy) -> Field:
    inside = 1.0 * (anatomy.x < 1.02 * anatomy.at("shoulder")[0])
    return inside * (1 - ramp(arm_share(anatomy), 0.15, 0.5))
