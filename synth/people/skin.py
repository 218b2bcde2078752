"""Skin, eyes, lips and brows, painted on the body's vertices.

Tones are the ten of the Monk scale (Google, 2022, skintone.google).
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32

from synth.people.anatomy import BROWS, EYES, HEAD, LIPS, TIPS, Anatomy
from synth.people.hair import SHORT
from synth.people.head_shape import Head, above_line, measure
from synth.people.noise import smooth_noise
from synth.people.normals import face_to_vertex, normals_of
from synth.people.places import ramp

MONK = (
    *("f6ede4", "f3e7db", "f7ead0", "eadaba", "d7bd96"),
    *("a07e56", "825c43", "604134", "3a312a", "292420"),
)
IRISES = ((72, 46, 30), (96, 66, 40), (60, 84, 56), (78, 106, 132), (98, 112, 118))
IRIS_SHARES = (0.42, 0.26, 0.1, 0.14, 0.08)
IRIS, PUPIL = 0.52, 0.2
"""Their edges, as angles at the eye's centre."""

MOTTLES = 12
"""How many patterns of small irregularities there are."""

Field = Float32[np.ndarray, " v"]
Colours = Float32[np.ndarray, "v 3"]
Distance = Float[np.ndarray, " v"]


@dataclass(frozen=True, eq=False)
class FaceMap:
    """Where the parts of the face are: how much each vertex belongs to them, 0 to 1."""

    lips: Field
    brows: Field
    flush: Field
    """Cheeks, nose, ears, knuckles: where blood shows."""
    lashes: Field
    scalp: Field
    """Where hair grows."""
    beard: Field
    mouth: Bool[np.ndarray, " v"]
    """Tongue, teeth and what else is inside."""
    eyes: Bool[np.ndarray, " v"]
    nails: Field
    mottles: Float32[np.ndarray, "patterns v"]
    """Small irregularities, about -1 to 1."""
    gaze: Field
    """Angle between the eye's axis and the vertex; large off the eyes."""


@dataclass(frozen=True)
class Skin:
    """The colours of a person's body, sRGB from 0 to 1."""

    tone: tuple[float, float, float]
    hair: tuple[float, float, float]
    iris: tuple[float, float, float]
    brow: float
    beard: float
    lipstick: float
    stubble: float
    """How dark the scalp is between the hair."""
    mottle: int
    """Number of the pattern of the skin's small irregularities."""
    varnish: float
    """On the nails: 0 or 1."""


def draw_skin(
    rng: np.random.Generator,
    level: float,
    hair: tuple[float, float, float],
    stubble: float,
    feminine: bool,
    age: str,
) -> Skin:
    """Draw what goes with a place on the Monk scale, 0 to 9, between two of its tones."""
    iris_shares = np.array(IRIS_SHARES) * ([1, 1, 1, 1, 1] if level < 4 else [1, 0.6, 0.02, 0, 0])
    iris = np.array(IRISES[rng.choice(len(IRISES), p=iris_shares / iris_shares.sum())]) / 255
    # Drawn whether used or not, so that what follows depends on the seed alone.
    brow, beard, lipstick, bearded, painted = rng.random(5)
    grown = age != "child"
    return Skin(
        tone=_triple(tone_of(level) * rng.uniform(0.95, 1.05)),
        hair=hair,
        iris=_triple(iris),
        brow=float(0.5 + 0.4 * brow),
        beard=float((0.12 + 0.75 * beard) * (grown and not feminine and bearded < 0.42)),
        lipstick=float((0.25 + 0.5 * lipstick) * (grown and feminine and painted < 0.35)),
        stubble=stubble,
        mottle=int(rng.integers(MOTTLES)),
        varnish=float(grown and feminine and painted < 0.2),
    )


def tone_of(level: float) -> Float[np.ndarray, "3"]:
    """Find the colour of skin between two tones of the Monk scale."""
    low = min(int(level), len(MONK) - 2)
    tone = rgb(MONK[low]) + (level - low) * (rgb(MONK[low + 1]) - rgb(MONK[low]))
    # A swatch shows skin under a lamp; without light of its own, light skin is darker and redder.
    light = np.clip(1 - level / 6, 0, 1)
    dark = np.clip((level - 6) / 3, 0, 1)
    return tone * (1 - light * np.array([0.08, 0.18, 0.23])) + dark * np.array([0.06, 0.04, 0.03])


def paint(anatomy: Anatomy, face: FaceMap, skin: Skin) -> Colours:
    """Colour every vertex of the body."""
    tone, hair = np.array(skin.tone, np.float32), np.array(skin.hair, np.float32)
    colours = tone * (1 + 0.035 * face.mottles[skin.mottle][:, None])
    _blend(colours, face.flush * 0.35, tone * [1.04, 0.8, 0.76])
    rouge = np.array([0.62, 0.12, 0.16]) * skin.lipstick
    _blend(colours, face.lips * 0.85, tone * [0.94, 0.68, 0.66] * (1 - skin.lipstick) + rouge)
    _blend(colours, face.scalp * skin.stubble, hair * 0.8)
    _blend(colours, face.beard * skin.beard, hair * 0.8)
    _blend(colours, face.brows * skin.brow, hair * 0.7)
    _blend(colours, face.lashes * 0.65, tone * 0.25)
    nail = tone * [1.0, 0.86, 0.84] * 0.9 + 0.1 if skin.varnish == 0 else [0.6, 0.1, 0.16]
    _blend(colours, face.nails * 0.8, np.array(nail))
    colours[face.mouth] = [0.42, 0.16, 0.15]
    _paint_eyes(colours, face, np.array(skin.iris))
    return np.clip(colours, 0, 1)


def _paint_eyes(colours: Colours, face: FaceMap, iris: Float[np.ndarray, "3"]) -> None:
    colours[face.eyes] = [0.88, 0.87, 0.85]
    colours[face.eyes & (face.gaze < IRIS)] = iris
    colours[face.eyes & (face.gaze < PUPIL)] = 0.03


def map_face(anatomy: Anatomy) -> FaceMap:
    """Find the parts of the face by landmarks and joints."""
    head = measure(anatomy)
    eyes, gaze = _eyes(anatomy)
    front = anatomy.skin & (anatomy.share(*HEAD) > 0.5) & (anatomy.z > head.z)
    lips = np.where(front, ramp(_inside_lips(anatomy, front), -0.002, 0.0015), 0)
    brows = np.where(front, ramp(-_from_brows(anatomy), -0.0055, -0.003), 0)
    opening = _from_eyes(anatomy, eyes)
    lashes = np.where(front & (anatomy.z > head.z + 0.02), ramp(-opening, -0.0018, -0.0006), 0)
    return FaceMap(
        lips=lips.astype(np.float32),
        brows=brows.astype(np.float32),
        flush=_flush(anatomy, head).astype(np.float32),
        lashes=lashes.astype(np.float32),
        scalp=(ramp(above_line(anatomy, head, SHORT), -0.002, 0.012) * anatomy.skin).astype("f4"),
        beard=(np.where(front, _beard(anatomy, head), 0) * (1 - lips)).astype(np.float32),
        mouth=~anatomy.skin & ~eyes,
        eyes=eyes,
        nails=_nails(anatomy),
        mottles=_mottles(anatomy),
        gaze=gaze.astype(np.float32),
    )


def _mottles(anatomy: Anatomy) -> Float32[np.ndarray, "patterns v"]:
    rngs = (np.random.default_rng(number) for number in range(MOTTLES))
    return np.stack([smooth_noise(rng, anatomy.vertices, 0.06) for rng in rngs]).astype("f4")


def _nails(anatomy: Anatomy) -> Field:
    """The backs of the finger tips: hands at rest lie palm down."""
    faces = anatomy.faces.astype(np.int32)
    normals = normals_of(anatomy.vertices, faces, face_to_vertex(faces, len(anatomy.vertices)))
    nails = np.zeros(len(normals), np.float32)
    for tip in TIPS:
        at = anatomy.at(tip)
        near = np.linalg.norm(anatomy.vertices - at + [np.sign(at[0]) * 0.006, 0, 0], axis=1)
        nails = np.maximum(nails, ramp(-near, -0.0085, -0.006) * (normals[:, 1] > 0.45))
    return nails.astype(np.float32)


def _eyes(anatomy: Anatomy) -> tuple[Bool[np.ndarray, " v"], Distance]:
    eyes = (anatomy.share(*EYES) > 0.5) & ~anatomy.skin
    gaze = np.full(len(eyes), np.pi)
    for name in EYES:
        own = eyes & (anatomy.share(name) > 0.5)
        offset = anatomy.vertices[own] - anatomy.at(name)
        gaze[own] = np.arccos(offset[:, 2] / np.linalg.norm(offset, axis=1))
    return eyes, gaze


def _from_eyes(anatomy: Anatomy, eyes: Bool[np.ndarray, " v"]) -> Distance:
    """Distance of the skin from the eyeballs; large where the skin lies over them."""
    distance = np.full(len(eyes), 1.0)
    for name in EYES:
        centre = anatomy.at(name)
        own = eyes & (anatomy.share(name) > 0.5)
        radius = np.linalg.norm(anatomy.vertices[own] - centre, axis=1).max()
        offset = anatomy.vertices - centre
        distance = np.minimum(distance, np.abs(np.linalg.norm(offset, axis=1) - radius))
    return distance


def _inside_lips(anatomy: Anatomy, front: Bool[np.ndarray, " v"]) -> Distance:
    """Distance into the outline of the lips, seen from in front."""
    outline = np.array([anatomy.at(name) for name in LIPS])
    polygon = (outline[:, :2] * 1000).astype(np.float32)
    distance = np.full(len(front), -1.0)
    near = front & (np.linalg.norm(anatomy.vertices - outline.mean(0), axis=1) < 0.05)
    for i in np.flatnonzero(near):
        x, y = anatomy.vertices[i, :2] * 1000
        distance[i] = cv2.pointPolygonTest(polygon, (float(x), float(y)), True) / 1000
    return distance


def _from_brows(anatomy: Anatomy) -> Distance:
    distance = np.full(len(anatomy.vertices), 1.0)
    for side in ("left", "right"):
        points = np.array([anatomy.at(name) for name in BROWS if name.startswith(side)])
        for a, b in pairwise(points):
            along = np.clip((anatomy.vertices - a) @ (b - a) / max((b - a) @ (b - a), 1e-12), 0, 1)
            nearest = a + along[:, None] * (b - a)
            distance = np.minimum(distance, np.linalg.norm(anatomy.vertices - nearest, axis=1))
    return distance


def _flush(anatomy: Anatomy, head: Head) -> Distance:
    nose, eyes = anatomy.at("nose"), anatomy.at("eye_smplhf")
    cheeks = [[side * eyes[0] * 1.25, nose[1], nose[2] - 0.03] for side in (-1, 1)]
    spots = [(nose, 0.018), *((np.array(cheek), 0.025) for cheek in cheeks)]
    spots += [(anatomy.at(f"{side}_ear"), 0.02) for side in ("left", "right")]
    spots += [(anatomy.at(f"{side}_{f}1"), 0.02) for side in ("left", "right") for f in FINGERS]
    found = [np.exp(-(((anatomy.vertices - p) ** 2).sum(1)) / r**2) for p, r in spots]
    return np.max(found, axis=0)


FINGERS = ("index", "middle", "ring", "pinky")


def _beard(anatomy: Anatomy, head: Head) -> Distance:
    """Chin, jaw and upper lip, up to the ears."""
    nose, jaw = anatomy.at("nose"), anatomy.at("jaw")
    top = nose[1] - 0.012 + 0.9 * np.maximum(anatomy.x - 0.035, 0)
    bottom = jaw[1] - 0.9 * head.size
    rise = ramp(top - anatomy.y, 0.0, 0.012) * ramp(anatomy.y - bottom, 0.0, 0.02)
    return rise * ramp(anatomy.z - head.z, 0.0, 0.02)


def rgb(text: str) -> Float[np.ndarray, "3"]:
    """Read six hexadecimal digits as sRGB from 0 to 1."""
    return np.array([int(text[i : i + 2], 16) for i in (0, 2, 4)]) / 255


def _blend(colours: Colours, share: Field, colour: Float[np.ndarray, "3"]) -> None:
    own = np.flatnonzero(share)
    colours[own] += share[own, None] * (np.asarray(colour, np.float32) - colours[own])


def _triple(colour: Float[np.ndarray, "3"]) -> tuple[float, float, float]:
    red, green, blue = (float(c) for c in np.clip(colour, 0, 1))
    return red, green, blue
