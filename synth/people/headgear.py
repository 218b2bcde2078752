"""Hats and glasses."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from synth.people.anatomy import Anatomy
from synth.people.charts import TILE, Charts
from synth.people.head_shape import Head, Line, above_line, azimuth, height_of, measure
from synth.people.heads import HeadPiece, head_piece
from synth.people.places import ramp
from synth.people.shell import Shell, make_shell

BEANIE: Line = ((0.0, 0.5), (1.0, 0.42), (1.6, 0.28), (2.2, 0.1), (3.15, 0.0))
CAP: Line = ((0.0, 0.58), (1.0, 0.5), (1.6, 0.4), (2.4, 0.3), (3.15, 0.26))
HATS = ("beanie", "cap", "brimmed_hat")
GLASSES = ("round_glasses", "square_glasses", "sunglasses")
AROUND, ROWS = 48, 7
THICK = 0.0022
"""Radius of a frame's wire, in metres."""


def hat(anatomy: Anatomy, charts: Charts, kind: str) -> tuple[Shell | HeadPiece, ...]:
    """Make a hat."""
    head = measure(anatomy)
    line = BEANIE if kind == "beanie" else CAP
    field = above_line(anatomy, head, line)
    rise = ramp(field, 0.0, 0.5 * head.size)
    high = {"beanie": 0.024, "cap": 0.022, "brimmed_hat": 0.034}[kind]
    lift = 0.014 + (high - 0.014) * rise
    on_head = replace(charts, trunk_z=head.z, shoulder=np.inf, crotch=-np.inf)
    dome = make_shell(anatomy, field, lift, on_head, 20 if kind == "cap" else 14, 0.012)
    if kind == "beanie":
        return (dome,)
    return dome, _brim(anatomy, head, kind == "cap")


def _brim(anatomy: Anatomy, head: Head, visor: bool) -> HeadPiece:
    """Lay a brim around the head where the hat ends, or a visor in front."""
    half = 1.05 if visor else np.pi
    angles = np.linspace(-half, half, AROUND)
    out = np.linspace(0, 1, ROWS)[:, None]
    deep = 0.075 * np.cos(angles / half * np.pi / 2) ** 0.6 if visor else 0.075
    height = head.eyes + head.size * height_of(CAP, np.abs(angles)) + 0.002
    base = _outline(anatomy, head, np.abs(angles)) + 0.011
    radius = base + out * deep
    drop = out**2 * (0.018 + 0.012 * (angles / half) ** 2 if visor else 0.01 * np.cos(2 * angles))
    points = np.stack(
        [np.sin(angles) * radius, height - drop + 0 * radius, head.z + np.cos(angles) * radius], -1
    )
    uv = np.stack([angles * 0.1 / TILE + 0 * radius, out * deep / TILE + 0 * radius], -1)
    shade = np.full((points[..., 0].size, 3), 0.86)
    return head_piece(anatomy, points.reshape(-1, 3), _grid(ROWS, AROUND), uv.reshape(-1, 2), shade)


def _outline(
    anatomy: Anatomy, head: Head, angles: Float[np.ndarray, " n"]
) -> Float[np.ndarray, " n"]:
    """Measure the head around the line of a cap."""
    near = anatomy.skin & (np.abs(above_line(anatomy, head, CAP)) < 0.012)
    order = np.argsort(azimuth(anatomy, head)[near])
    radius = np.hypot(anatomy.x, anatomy.z - head.z)[near][order]
    wide = np.convolve(np.pad(radius, 4, mode="edge"), np.ones(9) / 9, "valid")
    return np.interp(angles, azimuth(anatomy, head)[near][order], wide)


def glasses(anatomy: Anatomy, _: Charts, kind: str) -> tuple[HeadPiece, ...]:
    """Make glasses: frame first, then lenses, if they are dark."""
    eye, ear, nose = (anatomy.at(name) for name in ("eye_smplhf", "left_ear", "nose"))
    tall = {"round_glasses": 0.021, "square_glasses": 0.016, "sunglasses": 0.021}[kind]
    square = 2.0 if kind == "round_glasses" else 3.4
    front = eye[2] + 0.46 * (nose[2] - eye[2]) + 0.006
    turn = np.arange(28) * 2 * np.pi / 28
    c, s = np.cos(turn), np.sin(turn)
    bend = (np.abs(c) ** square + np.abs(s) ** square) ** (-1 / square)
    rim = np.stack([0.024 * c * bend, tall * s * bend], -1)
    parts = []
    for side in (1, -1):
        centre = np.array([side * 0.0335, eye[1] - 0.003, front])
        loop = centre + np.stack([rim[:, 0], rim[:, 1], -0.22 * side * rim[:, 0]], -1)
        parts.append(_wire(loop, True))
        hinge = centre + np.array([side * 0.0245, 0.004, -0.006])
        hook = np.array([side * (ear[0] - 0.002), eye[1] + 0.004, ear[2] + 0.012])
        wide = np.array([side * (ear[0] - 0.001), eye[1] + 0.004, (hinge[2] + 2 * hook[2]) / 3])
        behind = hook - np.array([0, 0.022, 0.014])
        parts.append(_wire(np.stack([hinge, wide, hook, behind]), False))
    ends = np.array([[-0.0105, eye[1] + 0.003, front + 0.002], [0, eye[1] + 0.005, front + 0.005]])
    parts.append(_wire(np.stack([ends[0], ends[1], ends[0] * [-1, 1, 1]]), False))
    frame = _joined(anatomy, parts)
    if kind != "sunglasses":
        return (frame,)
    panes = []
    for side in (1, -1):
        centre = np.array([side * 0.0335, eye[1] - 0.003, front])
        loop = centre + np.stack([rim[:, 0], rim[:, 1], -0.22 * side * rim[:, 0]], -1)
        fan = np.arange(28)
        panes.append(
            (
                np.concatenate([loop, centre[None] + [0, 0, 0.002]]),
                np.stack([np.full(28, 28), fan, (fan + 1) % 28], 1),
            )
        )
    return frame, _joined(anatomy, panes)


Part = tuple[Float[np.ndarray, "_ 3"], Int[np.ndarray, "_ 3"]]


def _wire(path: Float[np.ndarray, "n 3"], closed: bool, sides: int = 6) -> Part:
    """Sweep a circle along a path."""
    along = np.roll(path, -1, 0) - np.roll(path, 1, 0) if closed else np.gradient(path, axis=0)
    along = along / np.linalg.norm(along, axis=1, keepdims=True)
    up = np.tile([0.0, 0.0, 1.0], (len(path), 1))
    up[np.abs(along[:, 2]) > 0.8] = [0.0, 1.0, 0.0]
    across = np.cross(along, up)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    up = np.cross(across, along)
    turn = np.arange(sides) * 2 * np.pi / sides
    ring = np.cos(turn)[:, None] * across[:, None] + 1.3 * np.sin(turn)[:, None] * up[:, None]
    points = (path[:, None] + THICK * ring).reshape(-1, 3)
    rows = len(path) + (1 if closed else 0)
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(sides), indexing="ij")
    a, b = (i % len(path)) * sides + j, (i % len(path)) * sides + (j + 1) % sides
    c, d = ((k % len(path)) * sides for k in (i + 1, i + 1))
    c, d = c + j, d + (j + 1) % sides
    faces = np.concatenate([np.stack([a, c, b], -1), np.stack([b, c, d], -1)]).reshape(-1, 3)
    return points, faces


def _joined(anatomy: Anatomy, parts: list[Part]) -> HeadPiece:
    starts = np.cumsum([0, *(len(points) for points, _ in parts[:-1])])
    points = np.concatenate([points for points, _ in parts])
    faces = np.concatenate([f + start for (_, f), start in zip(parts, starts, strict=True)])
    ones = np.ones((len(points), 3))
    return head_piece(anatomy, points, faces, np.zeros((len(points), 2)), ones)


def _grid(rows: int, columns: int) -> Int[np.ndarray, "f 3"]:
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    a = i * columns + j
    return np.concatenate(
        [
            np.stack([a, a + columns, a + 1], -1),
            np.stack([a + 1, a + columns, a + columns + 1], -1),
        ]
    ).reshape(-1, 3)
