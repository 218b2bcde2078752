"""Points of the surface that have names: smplx's vertex ids and its face landmarks.

`smplx` reads the nose, eyes, ears, finger tips, toes and heels off vertices of fixed number
(`smplx.vertex_ids`), so the vertices are put in an order that suits. Landmarks of the face are
given for the left side, as vertices of MakeHuman's base mesh; the right side mirrors them.
"""

import numpy as np
from jaxtyping import Float, Float32, Int64
from scipy.spatial import KDTree
from smplx.joint_names import JOINT_NAMES
from smplx.vertex_ids import vertex_ids

from hmr.joints import SMPLX_55, mirrored
from hmr.open_body.skeleton import FINGERS

IDS: dict[str, int] = vertex_ids["smplx"]
STATIC_NAMES: tuple[str, ...] = tuple(JOINT_NAMES[76:127])
"""The 51 landmarks of the inner face, in iBUG's order."""
CONTOUR_NAMES: tuple[str, ...] = tuple(JOINT_NAMES[127:144])
"""The 17 landmarks along the jaw, from the right ear over the chin to the left ear."""

_LEFT_LANDMARKS = {
    "left_eye_brow5": 6983,
    "left_eye_brow4": 6980,
    "left_eye_brow3": 6979,
    "left_eye_brow2": 6981,
    "left_eye_brow1": 6982,
    "nose1": 136,
    "nose2": 135,
    "nose3": 164,
    "nose4": 294,
    "nose_middle": 312,
    "left_nose_1": 7076,
    "left_nose_2": 7055,
    "left_eye4": 7795,
    "left_eye3": 7791,
    "left_eye2": 7775,
    "left_eye1": 7782,
    "left_eye6": 7785,
    "left_eye5": 7788,
    "mouth_top": 466,
    "left_mouth_3": 7219,
    "left_mouth_2": 11953,
    "left_mouth_1": 7185,
    "left_mouth_5": 7233,
    "left_mouth_4": 7245,
    "mouth_bottom": 496,
    "lip_top": 474,
    "left_lip_2": 7226,
    "left_lip_1": 7190,
    "left_lip_3": 7236,
    "lip_bottom": 493,
    "left_contour_1": 7575,
    "left_contour_2": 7564,
    "left_contour_3": 11847,
    "left_contour_4": 11850,
    "left_contour_5": 11849,
    "left_contour_6": 7617,
    "left_contour_7": 7619,
    "left_contour_8": 11831,
    "contour_middle": 5171,
}
YAWS_DEG = tuple(range(40)) + tuple(range(-1, -40, -1))
"""Head rotations for which smplx looks the jaw's outline up; positive to the right."""


def vertex_order(
    vertices: Float32[np.ndarray, "v 3"],
    weights: Float32[np.ndarray, "v 55"],
    base: Int64[np.ndarray, " v"],
) -> Int64[np.ndarray, " v"]:
    """Order in which to take the vertices so that smplx's ids land on the right anatomy."""
    order = np.arange(len(vertices))
    place = order.copy()
    for name, vertex in _named_vertices(vertices, weights, base).items():
        wanted, found = IDS[name], place[vertex]
        other = order[wanted]
        order[wanted], order[found] = vertex, other
        place[vertex], place[other] = wanted, found
    return order


def _named_vertices(
    vertices: Float32[np.ndarray, "v 3"],
    weights: Float32[np.ndarray, "v 55"],
    base: Int64[np.ndarray, " v"],
) -> dict[str, int]:
    named = {"nose": int(np.flatnonzero(base == _LEFT_LANDMARKS["nose4"])[0])}
    for side, letter, sign in (("left", "l", 1), ("right", "r", -1)):
        owner = {n: weights[:, SMPLX_55.index(f"{side}_{n}")] for n in ("eye_smplhf", "ankle")}
        named[f"{letter}eye"] = _extreme(vertices[:, 2], owner["eye_smplhf"] > 0.5)
        named[f"{letter}ear"] = _ear(vertices, sign)
        for finger in FINGERS:
            tip = weights[:, SMPLX_55.index(f"{side}_{finger}3")] > 0.5
            along = vertices @ _finger_direction(vertices, weights, side, finger)
            named[f"{letter}{finger}"] = _extreme(along, tip)
        named |= _foot(vertices, weights, side, sign)
    return named


def _extreme(values: Float[np.ndarray, " v"], among: np.ndarray) -> int:
    return int(np.where(among, values, -np.inf).argmax())


def _finger_direction(
    vertices: Float32[np.ndarray, "v 3"],
    weights: Float32[np.ndarray, "v 55"],
    side: str,
    finger: str,
) -> Float32[np.ndarray, " 3"]:
    middles = [
        np.average(vertices, 0, weights[:, SMPLX_55.index(f"{side}_{finger}{knuckle}")])
        for knuckle in (2, 3)
    ]
    return (middles[1] - middles[0]).astype(np.float32)


def _ear(vertices: Float32[np.ndarray, "v 3"], sign: int) -> int:
    """Return the outermost vertex of an ear, half-way up: nothing else of the head is as wide."""
    outward = sign * vertices[:, 0]
    high = vertices[:, 1] > np.percentile(vertices[:, 1], 60)
    head = high & (np.abs(vertices[:, 0]) < 0.11) & (vertices[:, 1] > vertices[:, 1].max() - 0.2)
    ear = head & (outward > outward[head].max() - 0.012)
    middle = vertices[ear].mean(0)
    return _extreme(-np.linalg.norm(vertices - middle, axis=1), ear)


def _foot(
    vertices: Float32[np.ndarray, "v 3"],
    weights: Float32[np.ndarray, "v 55"],
    side: str,
    sign: int,
) -> dict[str, int]:
    toes = weights[:, SMPLX_55.index(f"{side}_foot")] > 0.9
    outward = sign * vertices[:, 0]
    inner, outer = np.percentile(outward[toes], [25, 95])
    heel = weights[:, SMPLX_55.index(f"{side}_ankle")] > 0.9
    low = vertices[:, 1] < vertices[:, 1].min() + 0.03
    letter = side[0].upper()
    return {
        f"{letter}BigToe": _extreme(vertices[:, 2], toes & (outward < inner)),
        f"{letter}SmallToe": _extreme(vertices[:, 2], toes & (outward > outer)),
        f"{letter}Heel": _extreme(-vertices[:, 2], heel & low),
    }


def landmark_vertices(
    vertices: Float32[np.ndarray, "v 3"], base: Int64[np.ndarray, " v"]
) -> dict[str, int]:
    """Vertex of each of the 68 landmarks, on a face that looks ahead."""
    twin = np.asarray(KDTree(vertices * (-1, 1, 1)).query(vertices)[1])
    place = {int(number): index for index, number in enumerate(base)}
    found = {name: place[number] for name, number in _LEFT_LANDMARKS.items()}
    return found | {
        mirrored(name): int(twin[vertex])
        for name, vertex in found.items()
        if name.startswith("left")
    }


def contour_vertices(
    vertices: Float32[np.ndarray, "v 3"],
    landmarks: dict[str, int],
    face: np.ndarray,
) -> Int64[np.ndarray, "79 17"]:
    """Vertices of the jaw's outline for each yaw of the head that smplx looks up.

    On the far side the outline slides forward over the cheek; on the near side it stays.
    """
    table = np.tile([landmarks[name] for name in CONTOUR_NAMES], (len(YAWS_DEG), 1))
    behind = vertices[landmarks["left_contour_2"], 2]
    cheek = np.flatnonzero(face & (vertices[:, 2] > behind))
    for row, yaw in zip(table, np.radians(YAWS_DEG), strict=True):
        if yaw == 0:
            continue
        side = "right" if yaw > 0 else "left"
        across = np.cos(yaw) * vertices[cheek, 0] - np.sin(yaw) * vertices[cheek, 2]
        across = across if side == "left" else -across
        for column, name in enumerate(CONTOUR_NAMES):
            if name.startswith(side):
                row[column] = _outermost(vertices, cheek, across, int(row[column]))
    return table


def _outermost(
    vertices: Float32[np.ndarray, "v 3"],
    cheek: Int64[np.ndarray, " c"],
    across: Float[np.ndarray, " c"],
    start: int,
) -> int:
    """Return the vertex that juts out furthest at the height of a landmark."""
    level = np.abs(vertices[cheek, 1] - vertices[start, 1]) < 0.006
    level |= cheek == start
    return int(cheek[_extreme(across, level)])


def on_faces(
    wanted: Int64[np.ndarray, "*n"], faces: Int64[np.ndarray, "f 3"]
) -> tuple[Int64[np.ndarray, "*n"], Float32[np.ndarray, "*n 3"]]:
    """Give each vertex as a face it is a corner of, and barycentric coordinates there."""
    corner = np.full(faces.max() + 1, -1)
    corner[faces.ravel()[::-1]] = np.arange(faces.size)[::-1]
    face, which = np.divmod(corner[wanted], 3)
    return face, np.eye(3, dtype=np.float32)[which]
