"""Retargeted motion capture, measured and drawn; generated motion, drawn.

python benchmarks/motion.py measure FOLDER...       how bodies agree with their sources
python benchmarks/motion.py beside OUT FOLDER...    bodies beside the skeletons they come from
python benchmarks/motion.py sheet OUT               frames of generated clips
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from hmr.body import Body, load_body
from hmr.drawing import colour_of, draw_meshes, draw_skeleton, sheet, write_text
from hmr.motion.agreement import Agreement, agreement
from hmr.motion.clip import Clip
from hmr.motion.generator import generate_clips
from hmr.motion.ground import put_on_ground
from hmr.motion.load import load_clips
from hmr.progress import track

SHOWN: dict[str, tuple[str, str | None]] = {
    **{"walk": ("walk", None), "run": ("run", None), "jump": ("jump", None)},
    **{"dance": ("dance", None), "fight": ("fight", None), "sit": ("sit", "on_thigh")},
    **{"crouch": ("crouch", "reach"), "talk": ("stand", "talk"), "wave": ("stand", "wave")},
    **{"look at phone": ("stand", "look_at_phone"), "point": ("stand", "point")},
    **{"carry a box": ("walk", "carry_box"), "clap": ("stand", "clap")},
    **{"arms folded": ("stand", "fold_arms"), "hand in pocket": ("stand", "pocket")},
}
"""What is on the sheet of generated clips: an action and a gesture."""
SEEN = 4
"""Moments of a clip that are drawn."""
HEIGHT = 240
"""Pixels of a row."""
WHITE = 245


def measure(folders: Sequence[str]) -> dict[str, dict[str, float | None]]:
    """Print how bodies agree with their sources, one row a folder."""
    body, rows = load_body(), {}
    for folder in folders:
        clips = [clip for clip in load_clips([folder], body) if clip.params is not None]
        rows[Path(folder).name] = _row([agreement(c, body) for c in track(clips, "comparing")])
    table = Table("source", *next(iter(rows.values())))
    for name, row in rows.items():
        table.add_row(name, *("-" if v is None else f"{v:.3g}" for v in row.values()))
    Console(width=160).print(table)
    return rows


def _row(found: Sequence[Agreement]) -> dict[str, float | None]:
    every = [angle for one in found for angle in one.degrees.values()]
    limbs = [a for one in found for n, a in one.degrees.items() if "_" in n and "foot" not in n]
    height, theirs, ours = (
        np.concatenate([getattr(one, name) for one in found])
        for name in ("height", "slide_source", "slide_body")
    )
    return {
        "clips": len(found),
        "bones_deg": _mean(np.array(every)),
        "limbs_deg": _mean(np.array(limbs)),
        "soles_cm": _mean(100 * np.abs(height)),
        "within_3cm": _mean(np.abs(height) < 0.03),
        "source_slides_cm_s": _mean(100 * theirs),
        "body_slides_cm_s": _mean(100 * ours),
    }


def _mean(values: np.ndarray) -> float | None:
    return round(float(values.mean()), 4) if values.size else None


def beside(clips: Sequence[Clip], body: Body, columns: int = 2) -> np.ndarray:
    """Draw some moments of clips: the source's joints, and the body beside them."""
    return sheet([strip(clip, body, skeleton=True) for clip in clips], columns)


def strip(clip: Clip, body: Body, moments: int = SEEN, skeleton: bool = False) -> np.ndarray:
    """Draw moments of a clip in a row."""
    if clip.params is None:
        raise ValueError(f"{clip.name} has no parameters")
    rows = np.linspace(0, len(clip) - 1, min(moments, len(clip))).round().astype(int)
    with torch.no_grad():
        output = body(clip.params.index(torch.from_numpy(rows)))
    tiles = []
    for i, row in enumerate(rows):
        vertices = output.vertices[i].double().numpy()
        # Looked at from the person's front, a little from the side.
        turn = _view(output.joints[i].double().numpy())
        middle = np.array([*vertices.mean(0)[[0]], 0.85, *vertices.mean(0)[[2]]])
        if skeleton:
            tiles.append(_sticks(clip, int(row), turn))
        tiles.append(_mesh(vertices, middle, turn, body, i))
    return write_text(np.concatenate(tiles, 1), clip.name, (0, HEIGHT - 4))


def generated(body: Body, seed: int = 4) -> np.ndarray:
    """Draw moments of generated clips of two seconds."""
    strips = []
    for row, (label, (action, gesture)) in enumerate(track(SHOWN.items(), "drawing")):
        rng = np.random.default_rng([seed, row])
        (clip,) = generate_clips(rng, 1, 60, {action: 1.0}, gesture)
        if clip.params is not None:
            params = put_on_ground(clip.params, body, together=True)
            strips.append(strip(replace(clip, name=label, params=params), body))
    return sheet(strips, 3)


def _view(joints: np.ndarray) -> np.ndarray:
    across = joints[1] - joints[2]
    yaw = np.arctan2(-across[2], across[0]) + 0.5
    cosine, sine = np.cos(yaw), np.sin(yaw)
    around = np.array([[cosine, 0, -sine], [0, 1, 0], [sine, 0, cosine]])
    return np.diag([1.0, -1, -1]) @ around


K = np.array([[4.6 * HEIGHT, 0, HEIGHT / 3], [0, 4.6 * HEIGHT, HEIGHT / 2], [0, 0, 1]])
FAR = np.array([0, 0, 10.5])


def _blank() -> np.ndarray:
    return np.full((HEIGHT, 2 * HEIGHT // 3, 3), WHITE, np.uint8)


def _mesh(
    vertices: np.ndarray, middle: np.ndarray, turn: np.ndarray, body: Body, colour: int
) -> np.ndarray:
    ground = np.array([[x, 0.0, z] for x in (-0.6, 0.6) for z in (-0.6, 0.6)])
    corners = (ground + middle * [1, 0, 1] - middle) @ turn.T + FAR
    pixels = (corners @ K.T)[:, :2] / corners[:, 2:]
    canvas = np.ascontiguousarray(_blank())
    cv2.fillConvexPoly(canvas, cv2.convexHull(pixels.astype(np.float32)).astype(int), (226,) * 3)
    in_camera = (vertices - middle) @ turn.T + FAR
    return draw_meshes(canvas, [in_camera], body.faces, K, [colour_of(colour)], 1.0)


def _sticks(clip: Clip, row: int, turn: np.ndarray) -> np.ndarray:
    points = clip.positions[row].astype(float)
    middle = np.array([points[:, 0].mean(), 0.85, points[:, 2].mean()])
    in_camera = (points - middle) @ turn.T + FAR
    pixels = (in_camera @ K.T)[:, :2] / in_camera[:, 2:]
    canvas = np.full_like(_blank(), 90)
    return draw_skeleton(canvas, pixels, np.ones(len(pixels)), clip.joint_names)


def main() -> None:
    """Do what the command line says."""
    match sys.argv[1:]:
        case ["measure", *folders] if folders:
            print(json.dumps(measure(folders)))
        case ["beside", out, *folders] if folders:
            picture = beside(load_clips(folders), load_body())
            cv2.imwrite(out, np.ascontiguousarray(picture[..., ::-1]))
        case ["sheet", out]:
            picture = generated(load_body())
            cv2.imwrite(
                out, np.ascontiguousarray(picture[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 88]
            )
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
