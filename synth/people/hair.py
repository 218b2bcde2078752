"""Hair: a cap over the scalp, and locks that grow through it.

Styles are told apart by where the hair's line runs, how the cap stands off, and
how the locks are combed.
"""

from dataclasses import dataclass, replace

import numpy as np
import trimesh
from jaxtyping import Float

from synth.people.anatomy import EARS, Anatomy
from synth.people.charts import Charts
from synth.people.head_shape import Head, Line, above_line, measure
from synth.people.heads import HeadPiece, head_piece
from synth.people.locks import Combing, grow
from synth.people.noise import smooth_noise
from synth.people.places import ramp
from synth.people.shell import Shell, make_shell

Field = Float[np.ndarray, " v"]

SHORT: Line = (
    *((0.0, 0.66), (0.5, 0.64), (0.85, 0.5), (1.1, 0.36), (1.2, -0.1), (1.42, -0.12)),
    *((1.5, 0.22), (1.95, 0.22), (2.1, -0.55), (2.6, -0.95), (3.15, -1.0)),
)
SHAVED_SIDES: Line = ((0.0, 0.66), (0.6, 0.62), (1.0, 0.55), (1.6, 0.45), (2.4, 0.3), (3.15, 0.25))
RECEDING: Line = (
    *((0.0, 0.85), (0.35, 0.98), (0.7, 0.8), (1.1, 0.42), (1.2, -0.1), (1.42, -0.12)),
    *((1.5, 0.22), (1.95, 0.22), (2.1, -0.55), (2.6, -0.95), (3.15, -1.0)),
)
FULL: Line = (
    *((0.0, 0.66), (0.45, 0.62), (0.8, 0.45), (1.0, 0.3), (1.15, -0.25), (1.42, -0.3)),
    *((1.6, -0.2), (2.1, -0.7), (2.6, -1.0), (3.15, -1.05)),
)


@dataclass(frozen=True)
class Style:
    """A way to wear one's hair."""

    line: Line = SHORT
    lift: float = 0.008
    """Thickness of the cap on top, in metres."""
    edge: float = 0.002
    """Thickness at the line."""
    curl: float = 0.2
    """Share of the thickness that waves are high."""
    size: float = 0.05
    """Width of those waves, in metres."""
    rounds: int = 6
    combing: Combing | None = None
    tail: str = ""
    """What it is tied to: "", "ponytail" or "bun"."""
    crown: float = 9.0
    """Bald above this height, in units of the head's size above the eyes."""


STYLES = {
    "buzz": Style(lift=0.004, curl=0.0, rounds=2),
    "crew": Style(lift=0.012, curl=0.25, rounds=3, combing=Combing(
        260, 0.035, 0.016, 0.013, "forward", stray=0.3, down_to=0.0)),
    "short": Style(lift=0.012, curl=0.2, combing=Combing(
        300, 0.065, 0.02, 0.016, "down", parting=0.45, stray=0.2, down_to=-0.1)),
    "swept": Style(lift=0.012, curl=0.2, combing=Combing(
        280, 0.075, 0.02, 0.022, "back", stray=0.2, down_to=-0.2)),
    "quiff": Style(SHAVED_SIDES, lift=0.016, edge=0.004, combing=Combing(
        260, 0.075, 0.018, 0.034, "up", stray=0.25)),
    "curly": Style(lift=0.03, edge=0.008, curl=0.6, size=0.028, rounds=2, combing=Combing(
        420, 0.05, 0.024, 0.034, "down", wave=0.012, stray=0.9, down_to=-0.2)),
    "afro": Style(FULL, lift=0.068, edge=0.022, curl=0.16, size=0.018, rounds=2),
    "receding": Style(RECEDING, lift=0.008, combing=Combing(
        220, 0.05, 0.018, 0.01, "back", stray=0.2, down_to=-0.1)),
    "ring": Style(lift=0.008, crown=0.55, combing=Combing(
        160, 0.035, 0.016, 0.008, "down", stray=0.2, down_to=-0.3)),
    "bob": Style(FULL, lift=0.014, rounds=8, combing=Combing(
        360, 0.2, 0.026, 0.024, "down", parting=0.35, stray=0.08, down_to=-1.25)),
    "long": Style(FULL, lift=0.014, rounds=8, combing=Combing(
        380, 0.4, 0.026, 0.022, "down", parting=0.1, stray=0.07, down_to=-3.4)),
    "wavy": Style(FULL, lift=0.018, rounds=8, combing=Combing(
        400, 0.36, 0.03, 0.03, "down", parting=0.4, wave=0.03, stray=0.1, down_to=-2.8)),
    "ponytail": Style(FULL, lift=0.009, edge=0.003, rounds=8, tail="ponytail", combing=Combing(
        220, 0.11, 0.02, 0.008, "back", stray=0.05)),
    "bun": Style(FULL, lift=0.009, edge=0.003, rounds=8, tail="bun", combing=Combing(
        220, 0.11, 0.02, 0.008, "back", stray=0.05)),
}  # fmt: skip


def hair(anatomy: Anatomy, charts: Charts, style: Style) -> tuple[Shell | HeadPiece, ...]:
    """Make a head of hair."""
    head = measure(anatomy)
    field = above_line(anatomy, head, style.line)
    if style.crown < 2:
        top = head.eyes + style.crown * head.size - anatomy.y
        field = np.minimum(field, top + 0.1 * np.clip(0.4 - (anatomy.z - head.z) * 8, -1, 0))
    lift = _thickness(anatomy, head, style, field)
    on_head = replace(charts, trunk_z=head.z, shoulder=np.inf, crotch=-np.inf)
    cap = make_shell(anatomy, field, lift, on_head, style.rounds, 0.012, _beside_ears(anatomy))
    pieces: list[Shell | HeadPiece] = [cap]
    rng = np.random.default_rng(len(style.line) + int(style.lift * 1e4))
    if style.combing is not None:
        roots = _roots(anatomy, field, style.combing.count, rng)
        made = grow(anatomy, head, roots, style.combing, rng)
        pieces.append(_locks(anatomy, *made))
    if style.tail:
        pieces.append(_tail(anatomy, head, style.tail, rng))
    return tuple(pieces)


def _locks(
    anatomy: Anatomy, points: np.ndarray, faces: np.ndarray, uv: np.ndarray, bright: np.ndarray
) -> HeadPiece:
    shade = np.repeat(bright[:, None], 3, 1)
    return head_piece(anatomy, points, faces, uv, shade, hangs=True)


def _tail(anatomy: Anatomy, head: Head, kind: str, rng: np.random.Generator) -> HeadPiece:
    """Tie the hair together behind."""
    behind = anatomy.vertices[anatomy.skin & (anatomy.share("head") > 0.5), 2].min()
    knot = np.array([0, head.eyes + 0.35 * head.size, behind - 0.004])
    if kind == "bun":
        ball = trimesh.creation.icosphere(3)
        bumps = 1 + 0.12 * smooth_noise(rng, np.asarray(ball.vertices), 0.7)
        points = (
            knot - np.array([0, 0, 0.018]) + ball.vertices * [0.042, 0.038, 0.034] * bumps[:, None]
        )
        bright = 0.9 + 0.3 * (bumps - 1) / 0.12
        return _locks(anatomy, points, np.asarray(ball.faces), ball.vertices[:, :2], bright)
    combing = Combing(70, 0.34, 0.03, 0.02, "down", parting=0.0, stray=0.1, wave=0.012)
    spread = rng.normal(size=(combing.count, 3)) * [0.011, 0.011, 0.008]
    made = grow(anatomy, head, knot + spread - np.array([0, 0, 0.02]), combing, rng)
    return _locks(anatomy, *made)


def _roots(
    anatomy: Anatomy, field: Field, count: int, rng: np.random.Generator
) -> Float[np.ndarray, "n 3"]:
    """Spread points over the scalp, mirrored by nothing: hair is never symmetric."""
    inside = np.where(anatomy.skin, field, -1)[anatomy.faces].min(1) > 0.004
    corners = anatomy.vertices[anatomy.faces[inside]]
    one, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = np.linalg.norm(np.cross(one, other), axis=1)
    # Spread evenly by cumulated area, which leaves smaller gaps than chance does.
    order = np.argsort(corners[:, 0, 1])
    total = np.cumsum(area[order])
    at = np.searchsorted(total, (np.arange(count) + rng.random(count)) / count * total[-1])
    chosen = order[np.minimum(at, len(order) - 1)]
    weights = rng.dirichlet(np.ones(3), count)
    return np.einsum("nc,nck->nk", weights, corners[chosen])


def _beside_ears(anatomy: Anatomy) -> Field:
    """Rise from 0 at the ears to 1 a hand's breadth from them."""
    gaps = [np.linalg.norm(anatomy.vertices - anatomy.at(ear), axis=1) for ear in EARS]
    return np.clip((np.min(gaps, axis=0) - 0.03) / 0.03, 0, 1)


def _thickness(anatomy: Anatomy, head: Head, style: Style, field: Field) -> Field:
    rise = np.clip(field / (0.35 * head.size), 0, 1)
    thickness = style.edge + (style.lift - style.edge) * rise * (2 - rise)
    # The pattern of waves is the style's own, the same on everybody.
    rng = np.random.default_rng(len(style.line) + int(style.lift * 1e4))
    waves = smooth_noise(rng, anatomy.vertices * [1, 0.7, 1], style.size)
    below = 1 - 0.5 * ramp(head.eyes - anatomy.y, 0.0, 0.06)
    return thickness * (1 + style.curl * waves) * below
