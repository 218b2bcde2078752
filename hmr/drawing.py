"""Labels drawn onto images: meshes, skeletons, masks, boxes, sheets of pictures.

Images are RGB, colours too (0 to 255). Nothing is changed in place. Meshes are
painted in software, far triangles first, so no graphics context is needed.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from hmr.joints import BONES
from hmr.record import write_atomically
from hmr.sample import Box

Colour = tuple[int, int, int]
Image = UInt8[np.ndarray, "h w 3"]

PALETTE: tuple[Colour, ...] = (
    *((122, 170, 220), (236, 152, 96), (128, 196, 132), (222, 118, 132), (176, 148, 214)),
    *((232, 204, 104), (104, 196, 196), (216, 144, 190), (164, 176, 104), (150, 160, 176)),
)
"""Colours that can be told apart on photographs; take them in turn."""
LEFT, RIGHT, MIDDLE = (255, 112, 67), (66, 165, 245), (240, 240, 240)
"""Colours of the person's own left and right side and of the middle."""
NEAREST = 0.05
"""Triangles closer to the camera than this, in metres, are left out."""
SUPERSAMPLING = 2
SUBPIXEL_BITS = 4


def colour_of(index: int) -> Colour:
    """Colour of the person with this number."""
    return PALETTE[index % len(PALETTE)]


def draw_mesh(
    image: Image,
    vertices: Float[np.ndarray, "vertices 3"],
    faces: Int[np.ndarray, "faces 3"],
    K: Float[np.ndarray, "3 3"],
    colour: Colour = PALETTE[0],
    alpha: float = 0.9,
) -> Image:
    """Paint one mesh, shaded, over the image.

    Args:
        image: RGB.
        vertices: In the camera frame, in metres.
        faces: Vertex numbers, anticlockwise seen from outside.
        K: Intrinsics, in pixels.
        colour: Colour of the surface.
        alpha: 1 hides the image, 0 the mesh.
    """
    return draw_meshes(image, [vertices], faces, K, [colour], alpha)


def draw_meshes(
    image: Image,
    people: Sequence[Float[np.ndarray, "vertices 3"]],
    faces: Int[np.ndarray, "faces 3"],
    K: Float[np.ndarray, "3 3"],
    colours: Sequence[Colour] | None = None,
    alpha: float = 0.9,
) -> Image:
    """Paint several meshes with the same faces, the near ones over the far ones."""
    painted = np.zeros((*(SUPERSAMPLING * n for n in image.shape[:2]), 4), np.uint8)
    colours = colours or [colour_of(i) for i in range(len(people))]
    parts = [_shaded(v, faces, K, c) for v, c in zip(people, colours, strict=True)]
    if not parts:
        return image.copy()
    corners, depth, paint = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    _paint(painted, corners, depth, paint)
    small = cv2.resize(painted, image.shape[1::-1], interpolation=cv2.INTER_AREA)
    # Colours in `small` are already weighted by coverage, black where there is no mesh.
    coverage = small[..., 3:].astype(np.float32) / 255
    mixed = image * (1 - alpha * coverage) + alpha * small[..., :3].astype(np.float32)
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def _shaded(
    vertices: Float[np.ndarray, "vertices 3"],
    faces: Int[np.ndarray, "faces 3"],
    K: Float[np.ndarray, "3 3"],
    colour: Colour,
) -> tuple[Float[np.ndarray, "seen 3 2"], Float[np.ndarray, " seen"], Float[np.ndarray, "seen 3"]]:
    """Find the triangles that face the camera: corners in pixels, depth, colour."""
    vertices = vertices.astype(np.float64)
    corners = vertices[faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    middle = corners.mean(1)
    seen = (corners[..., 2].min(1) > NEAREST) & ((across * middle).sum(1) < 0)
    smooth = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(smooth, faces[:, corner], across)
    normals = _unit(smooth[faces[seen]].mean(1))
    homogeneous = corners[seen] @ K.T
    light = _light(normals, _unit(middle[seen]))
    paint = np.clip(light[:, :1] * np.array(colour, float) + light[:, 1:], 0, 255)
    return homogeneous[..., :2] / homogeneous[..., 2:], middle[seen, 2], paint


def _unit(vectors: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3"]:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def _light(
    normals: Float[np.ndarray, "n 3"], view: Float[np.ndarray, "n 3"]
) -> Float[np.ndarray, "n 2"]:
    """Diffuse share and highlight under a key light, a fill light and the sky."""
    key, fill = _unit(np.array([[-0.45, -0.75, -0.75], [0.8, -0.1, -0.5]]))
    diffuse = 0.36 + 0.1 * -normals[:, 1] + 0.58 * np.maximum(normals @ key, 0)
    diffuse += 0.22 * np.maximum(normals @ fill, 0)
    half = _unit(key - view)
    shine = 42 * np.maximum((normals * half).sum(1), 0) ** 24
    return np.stack([diffuse, shine], 1)


def _paint(
    canvas: UInt8[np.ndarray, "h w 4"],
    corners: Float[np.ndarray, "n 3 2"],
    depth: Float[np.ndarray, " n"],
    paint: Float[np.ndarray, "n 3"],
) -> None:
    """Fill the canvas, far triangles first. Pixels of a triangle's edge are filled, so no gaps."""
    height, width = canvas.shape[:2]
    # OpenCV puts pixel centres at whole numbers, the project at halves.
    corners = corners * SUPERSAMPLING - 0.5
    low, high = corners.min(1), corners.max(1)
    inside = (high >= 0).all(1) & (low[:, 0] < width) & (low[:, 1] < height)
    # Beyond this OpenCV's fixed-point numbers overflow.
    inside &= (np.abs(corners) < 2**15).all((1, 2))
    order = np.flatnonzero(inside)[np.argsort(-depth[inside], kind="stable")]
    fixed = np.rint(corners[order] * 2**SUBPIXEL_BITS).astype(np.int32)
    colours = np.c_[paint[order], np.full(len(order), 255.0)].tolist()
    for triangle, colour in zip(fixed, colours, strict=True):
        cv2.fillConvexPoly(canvas, triangle, colour, shift=SUBPIXEL_BITS)


def draw_skeleton(
    image: Image,
    joints: Float[np.ndarray, "joints 2"],
    scores: Float[np.ndarray, " joints"],
    names: Sequence[str],
) -> Image:
    """Draw joints and bones: orange on the person's left, blue on their right.

    Args:
        image: RGB.
        joints: Pixels.
        scores: Joints of score 0, or not finite, are left out.
        names: Joint names; bones are drawn whose two ends are named.
    """
    canvas = image.copy()
    known = (scores > 0) & np.isfinite(joints).all(1)
    place = {name: i for i, name in enumerate(names) if known[i]}
    thick = _line_width(joints[known], image)
    for a, b in BONES:
        if a in place and b in place:
            start, end = _fixed(joints[[place[a], place[b]]])
            cv2.line(canvas, start, end, _side(a, b), thick, cv2.LINE_AA, SUBPIXEL_BITS)
    for name, i in place.items():
        (centre,) = _fixed(joints[[i]])
        radius = int(thick * 1.2 * 2**SUBPIXEL_BITS)
        cv2.circle(canvas, centre, radius, _side(name, name), -1, cv2.LINE_AA, SUBPIXEL_BITS)
    return canvas


def _side(a: str, b: str) -> Colour:
    sides = {name.partition("_")[0] for name in (a, b)} & {"left", "right"}
    return MIDDLE if len(sides) != 1 else LEFT if "left" in sides else RIGHT


def _line_width(joints: Float[np.ndarray, "n 2"], image: Image) -> int:
    size = float(np.ptp(joints, axis=0).max()) if len(joints) else 0.0
    return int(np.clip(min(size, max(image.shape)) / 80, 1, 12))


def _fixed(points: Float[np.ndarray, "n 2"]) -> list[tuple[int, int]]:
    """Pixels as OpenCV's fixed-point numbers, its pixel centres at whole numbers."""
    limited = np.clip(points - 0.5, -(2**14), 2**14)
    return [(int(x), int(y)) for x, y in np.rint(limited * 2**SUBPIXEL_BITS)]


def draw_box(image: Image, box: Box, colour: Colour = PALETTE[0], label: str = "") -> Image:
    """Draw a box x0, y0, x1, y1, with a label on its upper edge."""
    canvas = image.copy()
    thick = max(1, round(max(image.shape) / 500))
    (x0, y0), (x1, y1) = ((round(box[i]), round(box[i + 1])) for i in (0, 2))
    cv2.rectangle(canvas, (x0, y0), (x1, y1), colour, thick, cv2.LINE_AA)
    return write_text(canvas, label, (x0, y0), colour) if label else canvas


def write_text(
    image: Image, text: str, corner: tuple[int, int], colour: Colour = (60, 60, 60)
) -> Image:
    """Write a line of text on a coloured ground, its lower left corner there if it fits."""
    canvas, scale = image.copy(), max(0.35, max(image.shape) / 1600)
    font, thick = cv2.FONT_HERSHEY_SIMPLEX, max(1, round(scale * 1.5))
    (width, height), below = cv2.getTextSize(text, font, scale, thick)
    x, y = min(corner[0], image.shape[1] - width - 4), max(corner[1], height + below + 2)
    x = max(x, 0)
    cv2.rectangle(canvas, (x, y - height - below - 2), (x + width + 4, y), colour, -1)
    ink = (255, 255, 255) if sum(colour) < 420 else (20, 20, 20)
    cv2.putText(canvas, text, (x + 2, y - below), font, scale, ink, thick, cv2.LINE_AA)
    return canvas


def draw_mask(
    image: Image, mask: Bool[np.ndarray, "h w"], colour: Colour = PALETTE[0], alpha: float = 0.45
) -> Image:
    """Tint a mask's pixels and draw its outline."""
    mixed = image.astype(np.float32)
    mixed[mask] = mixed[mask] * (1 - alpha) + alpha * np.array(colour, np.float32)
    canvas = np.rint(mixed).astype(np.uint8)
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    thick = max(1, round(max(image.shape) / 700))
    return np.asarray(cv2.drawContours(canvas, outlines, -1, colour, thick, cv2.LINE_AA))


def fit_into(
    image: Image, width: int, height: int, ground: int = 255
) -> UInt8[np.ndarray, "height width 3"]:
    """Resize an image into a tile, keeping its shape, centred on a grey ground."""
    scale = min(width / image.shape[1], height / image.shape[0])
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    tile = np.full((height, width, 3), ground, np.uint8)
    x, y = (width - size[0]) // 2, (height - size[1]) // 2
    tile[y : y + size[1], x : x + size[0]] = cv2.resize(image, size, interpolation=how)
    return tile


def sheet(
    images: Sequence[UInt8[np.ndarray, "_ _ 3"]],
    columns: int,
    tile: tuple[int, int] | None = None,
    gap: int = 6,
) -> Image:
    """Lay images out in rows.

    Args:
        images: At least one.
        columns: Images a row.
        tile: Width and height of a tile in pixels; the first image's when left out.
        gap: White between tiles, in pixels.
    """
    width, height = tile or images[0].shape[1::-1]
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    shape = (rows * (height + gap) - gap, columns * (width + gap) - gap, 3)
    whole = np.full(shape, 255, np.uint8)
    for i, image in enumerate(images):
        y, x = (i // columns) * (height + gap), (i % columns) * (width + gap)
        whole[y : y + height, x : x + width] = fit_into(image, width, height)
    return whole


def save_png(path: Path, image: Image) -> None:
    """Write an RGB image as PNG, whole or not at all."""
    _, data = cv2.imencode(".png", np.ascontiguousarray(image[..., ::-1]))
    write_atomically(path, data.tobytes())
