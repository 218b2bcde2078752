"""A contact sheet of dressed people, rendered with the project's own renderer.

python benchmarks/people_sheet.py docs/pictures/people.jpg --people 100 --columns 20
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float32, UInt8
from PIL import Image

from hmr.body import load_body
from hmr.cameras import intrinsics, looking
from hmr.progress import say, track
from synth.people.appearance import Appearance
from synth.people.crowd import draw_crowd
from synth.people.poses import open_book
from synth.people.wardrobe import Wardrobe
from synth.render.lights import Light, Sky, sunlit
from synth.render.renderer import Renderer
from synth.render.scene import Scene, Surface
from synth.scenes.solids import turn_about_y

AWAY = 7.0
"""Distance of the camera, in metres."""
FRAME = 2.05
"""Height of what a cell shows of a whole person, in metres."""
HEAD = 0.36
"""The same, of a head."""
LIGHTING = sunlit(
    Light((-0.5, -0.75, -0.75), intensity=2.4),
    Sky((0.5, 0.55, 0.62), (0.8, 0.8, 0.8), (0.4, 0.4, 0.4)),
)
Vertices = Float32[np.ndarray, "v 3"]
Picture = UInt8[np.ndarray, "h w 3"]


def backdrop() -> Surface:
    """A light floor that bends up into a wall behind, as photographers have."""
    bend = np.linspace(0, np.pi / 2, 12)
    z = np.concatenate([[12.0], -1.2 - 2.5 * np.sin(bend), [-3.7]])
    y = np.concatenate([[0.0], 2.5 - 2.5 * np.cos(bend), [20.0]])
    sides = [np.stack([np.full(len(z), x), y, z], 1) for x in (-30, 30)]
    i = np.arange(len(z) - 1)
    left, right = (i, i + 1), (i + len(z), i + len(z) + 1)
    faces = np.concatenate(
        [np.stack([left[0], right[0], left[1]], 1), np.stack([right[0], right[1], left[1]], 1)]
    )
    vertices = np.concatenate(sides).astype(np.float32)
    colours = np.full((len(vertices), 3), 0.74, np.float32)
    return Surface(
        "backdrop", 1000, vertices, faces.astype(np.int32), colours=colours, casts_shadow=False
    )


BACKDROP = backdrop()
WIDTH = 0.62
"""Width of a cell, as a share of its height."""


def people(
    wardrobe: Wardrobe, seed: int, split: str, count: int
) -> Iterator[tuple[Appearance, Vertices, Float32[np.ndarray, "55 3"]]]:
    """Draw people on the ground, facing the camera."""
    rng, body = np.random.default_rng(seed), load_body()
    while count > 0:
        book = open_book(int(rng.integers(1000)), body)
        crowd = draw_crowd(rng, body, wardrobe.anatomy, split, book, min(count, 50))
        yield from zip(crowd.looks, crowd.vertices, crowd.joints, strict=True)
        count -= len(crowd)


def shot(
    renderer: Renderer, surfaces: tuple[Surface, ...], aim: np.ndarray, frame: float, size: int
) -> Picture:
    """Photograph somebody from in front, a little from above."""
    pitch = 0.12
    place = torch.tensor(aim + AWAY * np.array([0, np.sin(pitch), np.cos(pitch)])).float()
    K = intrinsics(AWAY / frame * size, round(size * WIDTH), size)
    scene = Scene((BACKDROP, *surfaces), LIGHTING)
    return renderer.render(scene, looking(place, 0.0, pitch, 0.0, K)).image


def cells(options: argparse.Namespace) -> Iterator[Picture]:
    """Render everybody of the sheet."""
    wardrobe, turn = Wardrobe(load_body()), turn_about_y(np.radians(options.turn)).astype("f4")
    renderer = Renderer(round(options.size * WIDTH), options.size)
    drawn = people(wardrobe, options.seed, options.split, options.people)
    for looks, vertices, joints in track(drawn, "people", options.people):
        head = joints[15] @ turn.T + np.array([0, 0.04, 0], np.float32)
        middle = (vertices.max(0) + vertices.min(0)) / 2 @ turn.T
        aim = head if options.heads else np.array([middle[0], 0.9, middle[2]], np.float32)
        surfaces = wardrobe.dress(looks, vertices @ turn.T, 0)
        frame = HEAD if options.heads else max(FRAME, 1.12 * float(vertices[:, 1].max()))
        yield shot(renderer, surfaces, aim, frame, options.size)


def sheet(images: list[Picture], columns: int) -> Picture:
    """Lay pictures out in rows; a last row that is not full is left off."""
    rows = [images[i : i + columns] for i in range(0, len(images), columns)]
    return np.concatenate([np.concatenate(row, 1) for row in rows if len(row) == columns])


def main() -> None:
    """Draw, dress and photograph people."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="picture to write")
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--size", type=int, default=200, help="height of a cell, in pixels")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--split", default="train")
    parser.add_argument("--turn", type=float, default=0.0, help="degrees; 180 shows backs")
    parser.add_argument("--heads", action="store_true", help="heads instead of whole people")
    parser.add_argument("--quality", type=int, default=82, help="of a JPEG")
    options = parser.parse_args()
    picture = sheet(list(cells(options)), options.columns)
    Image.fromarray(picture).save(options.out, quality=options.quality)
    say(f"{options.out}: {options.people} people, {options.out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
