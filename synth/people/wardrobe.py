"""The wardrobe of a body file: cuts each garment once, and dresses people."""

from functools import cached_property, lru_cache

import numpy as np
from jaxtyping import Float32, Int32, UInt8

from hmr.body import Body
from synth.people import fabrics
from synth.people.anatomy import Anatomy, study
from synth.people.appearance import STRANDS, Appearance, Garment
from synth.people.charts import charts_of
from synth.people.garments import MAKERS
from synth.people.hair import STYLES, hair
from synth.people.normals import face_to_vertex, normals_of
from synth.people.shell import Shell
from synth.people.shoes import SHOES, shoes
from synth.people.skin import FaceMap, map_face, paint
from synth.render.scene import Surface
from synth.splits import rng_of

ROUGHNESS = {"top": 0.9, "bottom": 0.9, "shoes": 0.55, "hair": 0.6, "body": 0.55}
SOLE = 0.018
"""Thickness of a shoe's sole, in metres."""
SOLE_COLOUR = (0.75, 0.74, 0.72)


class Wardrobe:
    """Everything that people of one body file can wear."""

    def __init__(self, body: Body):
        self.anatomy: Anatomy = study(body)
        self.faces: Int32[np.ndarray, "f 3"] = self.anatomy.faces.astype(np.int32)
        self._charts = charts_of(self.anatomy)
        self._spread = face_to_vertex(self.faces, len(self.anatomy.vertices))
        self._shells: dict[tuple[str, str], Shell] = {}

    @cached_property
    def face_map(self) -> FaceMap:
        """Where the parts of the face are."""
        return map_face(self.anatomy)

    def shell(self, place: str, cut: str) -> Shell:
        """Find a garment's or hair style's shell, cutting it on first use."""
        if (place, cut) not in self._shells:
            if place == "hair":
                made = hair(self.anatomy, self._charts, STYLES[cut])
            elif place == "shoes":
                made = shoes(self.anatomy, self._charts, SHOES[cut])
            else:
                cuttings, make = MAKERS[place]
                made = make(self.anatomy, self._charts, cuttings[cut])
            self._shells[place, cut] = made
        return self._shells[place, cut]

    def dress(
        self, looks: Appearance, vertices: Float32[np.ndarray, "v 3"], person_id: int
    ) -> tuple[Surface, ...]:
        """Turn a posed body into the surfaces of a dressed person."""
        normals = normals_of(vertices, self.faces, self._spread)
        hidden = np.zeros(len(self.faces), dtype=bool)
        surfaces = []
        for place, cut in self._worn(looks).items():
            shell = self.shell(place, cut)
            hidden |= shell.hidden
            surfaces.append(self._drawn(looks, place, shell, vertices, normals, person_id))
        skin = paint(self.anatomy, self.face_map, looks.skin).astype(np.float32)
        body = Surface(
            "body",
            person_id + 1,
            vertices,
            self.faces[~hidden],
            normals,
            skin,
            roughness=ROUGHNESS["body"],
        )
        return body, *surfaces

    def _worn(self, looks: Appearance) -> dict[str, str]:
        worn = {place: garment.cut for place, garment in looks.clothes.items()}
        return worn if looks.hair == "bald" else {**worn, "hair": looks.hair}

    def _drawn(
        self,
        looks: Appearance,
        place: str,
        shell: Shell,
        vertices: Float32[np.ndarray, "v 3"],
        normals: Float32[np.ndarray, "v 3"],
        person_id: int,
    ) -> Surface:
        cloth = shell.put_on(vertices, normals).astype(np.float32)
        out = normals_of(cloth, shell.cut.faces, shell.spread)
        return Surface(
            place,
            person_id + 1,
            cloth[shell.corners],
            shell.drawn_faces,
            out[shell.corners],
            (self._shade(place, shell) * _tint(looks, place))[shell.corners],
            shell.uv,
            _texture(looks, place),
            roughness=ROUGHNESS[place],
        )

    def _shade(self, place: str, shell: Shell) -> Float32[np.ndarray, "s 3"]:
        """Darken seams a little, and colour the soles of shoes."""
        seam = np.clip(shell.inside / 0.012, 0, 1)
        shade = np.repeat((0.82 + 0.18 * seam)[:, None], 3, 1)
        if place == "shoes":
            at_rest = shell.cut.source @ self.anatomy.y - self.anatomy.y.min()
            shade[at_rest < SOLE] = SOLE_COLOUR
        return shade.astype(np.float32)


def _texture(looks: Appearance, place: str) -> UInt8[np.ndarray, "h w 3"]:
    return hair_tile(looks.strands) if place == "hair" else cloth_tile(looks.clothes[place])


def _tint(looks: Appearance, place: str) -> Float32[np.ndarray, "3"]:
    colour = looks.hat if looks.hair == "beanie" else looks.skin.hair
    return np.array(colour if place == "hair" else (1, 1, 1), dtype=np.float32)


@lru_cache(maxsize=512)
def cloth_tile(garment: Garment) -> UInt8[np.ndarray, "h w 3"]:
    """Weave a garment's cloth, once as long as it is in use."""
    return fabrics.weave(rng_of(f"fabric/{garment.fabric}", garment.variant), garment.fabric)


@lru_cache(maxsize=STRANDS)
def hair_tile(strands: int) -> UInt8[np.ndarray, "h w 3"]:
    """Draw strands of hair, light enough to be tinted."""
    return fabrics.hair(rng_of("strands", strands))
