"""Garments: which part of the body each covers, and how loosely.

Heights and lengths come from joints in rest pose, so a garment is cut once for
a body file and then follows every body of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from synth.people.anatomy import HEAD, Anatomy
from synth.people.charts import Charts
from synth.people.shell import Shell, make_shell

Field = Float[np.ndarray, " v"]


@dataclass(frozen=True)
class Cutting:
    """Measures of a garment, as shares of limbs where not metres."""

    sleeve: float = 0.45
    """Where sleeves end: 0 shoulder, 1 elbow, 2 wrist."""
    hem: float = 0.0
    """Where a top or trouser leg ends: 0 hip, 1 knee, 2 ankle; above the hip below 0."""
    waist: float = -0.25
    """Where trousers begin, on the scale of the hem."""
    neck: float = 1.0
    """Width of the hole for the neck; 1 fits closely."""
    plunge: float = 0.0
    """How deep the neckline falls in front, in metres."""
    loose: float = 0.012
    """Distance from the skin, in metres, where it hangs free."""
    close: float = 0.006
    """Distance from the skin where it is held: shoulders, waist."""
    rounds: int = 8
    """Rounds of smoothing."""


TOPS = {
    "t_shirt": Cutting(sleeve=0.5, hem=0.06, loose=0.03, close=0.011, rounds=12),
    "tank_top": Cutting(sleeve=-0.12, hem=0.02, neck=1.25, plunge=0.05, loose=0.022, close=0.008),
    "long_sleeve": Cutting(sleeve=1.92, hem=0.03, loose=0.024, close=0.011, rounds=12),
    "v_neck": Cutting(sleeve=0.42, hem=0.04, neck=1.05, plunge=0.08, loose=0.024, close=0.01),
    "pullover": Cutting(sleeve=1.95, hem=0.0, neck=0.95, loose=0.03, close=0.018, rounds=18),
    "polo": Cutting(sleeve=0.6, hem=0.04, neck=0.92, loose=0.026, close=0.011, rounds=12),
    "jacket": Cutting(sleeve=1.98, hem=0.07, neck=0.95, loose=0.042, close=0.024, rounds=20),
}
BOTTOMS = {
    "trousers": Cutting(hem=2.06, loose=0.028, close=0.007, rounds=12),
    "slim_trousers": Cutting(hem=1.97, loose=0.015, close=0.006),
    "shorts": Cutting(hem=0.75, loose=0.03, close=0.007, rounds=10),
    "long_shorts": Cutting(hem=1.12, loose=0.034, close=0.007, rounds=12),
    "leggings": Cutting(hem=1.86, loose=0.004, close=0.004, rounds=2),
}


def top(anatomy: Anatomy, charts: Charts, cutting: Cutting) -> Shell:
    """Cut something with arm holes and a neck hole."""
    sleeve = _along(anatomy.x, anatomy, ("shoulder", "elbow", "wrist"), 0, cutting.sleeve)
    on_arm = anatomy.y > (anatomy.at("shoulder")[1] + anatomy.at("hip")[1]) / 2
    hem = anatomy.y - height_on_leg(anatomy, cutting.hem)
    field = np.minimum(hem, _neck_hole(anatomy, cutting))
    field = np.where(on_arm, np.minimum(field, sleeve), field)
    lift = _hanging(field, hem, 0.35, cutting)
    lift = np.where(sleeve < 0.3 * _arm(anatomy), np.maximum(lift, _sleeve(sleeve, cutting)), lift)
    return make_shell(anatomy, field, lift, replace(charts, crotch=-np.inf), cutting.rounds)


def bottom(anatomy: Anatomy, charts: Charts, cutting: Cutting) -> Shell:
    """Cut trousers or shorts."""
    waist = height_on_leg(anatomy, cutting.waist) - anatomy.y
    hem = anatomy.y - height_on_leg(anatomy, cutting.hem)
    fall = np.clip(waist / 0.5, 0, 1)
    lift = cutting.close + (cutting.loose - cutting.close) * fall
    on_legs = replace(charts, crotch=np.inf, shoulder=np.inf)
    return make_shell(anatomy, np.minimum(waist, hem), lift, on_legs, cutting.rounds)


def height_on_leg(anatomy: Anatomy, share: float) -> float:
    """Height of a place on the leg: 0 hip, 1 knee, 2 ankle."""
    marks = [anatomy.at(name)[1] for name in ("hip", "knee", "ankle")]
    return _extended(share, marks)


def _extended(share: float, marks: list) -> float:
    step = int(np.clip(np.floor(share), 0, len(marks) - 2))
    return float(marks[step] + (share - step) * (marks[step + 1] - marks[step]))


def _along(
    values: Field, anatomy: Anatomy, joints: tuple[str, ...], axis: int, share: float
) -> Field:
    """Distance before a place on a limb, in metres."""
    return _extended(share, [anatomy.at(name)[axis] for name in joints]) - values


def _arm(anatomy: Anatomy) -> float:
    return float(anatomy.at("elbow")[0] - anatomy.at("shoulder")[0])


def _hanging(field: Field, hem: Field, length: float, cutting: Cutting) -> Field:
    """Close at the top, loose towards the hem."""
    fall = 1 - np.clip(hem / length, 0, 1)
    return cutting.close + (cutting.loose - cutting.close) * fall


def _sleeve(sleeve: Field, cutting: Cutting) -> Field:
    """A sleeve widens a little towards its end."""
    end = 1 - np.clip(sleeve / 0.15, 0, 1)
    return cutting.close + (cutting.loose - cutting.close) * 0.6 * end


def _neck_hole(anatomy: Anatomy, cutting: Cutting) -> Field:
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


MAKERS: dict[str, tuple[dict[str, Cutting], Callable[[Anatomy, Charts, Cutting], Shell]]] = {
    "top": (TOPS, top),
    "bottom": (BOTTOMS, bottom),
}
