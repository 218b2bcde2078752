"""The wardrobe of a body file: cuts each garment once, and dresses people."""

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float32, Int32, UInt8

from hmr.body import Body
from synth.people import fabrics
from synth.people.anatomy import Anatomy, study
from synth.people.appearance import STRANDS, Appearance
from synth.people.charts import charts_of
from synth.people.cuttings import SKIRTS
from synth.people.folds import AS_CUT, make_of
from synth.people.garments import CUTTINGS, Piece, beneath, sew, tucked
from synth.people.hair import STYLES, hair
from synth.people.headgear import glasses, hat
from synth.people.normals import face_to_vertex, normals_of
from synth.people.outfits import Garment, wire_colours
from synth.people.shoes import SHOES, shoes
from synth.people.skin import FaceMap, map_face, paint
from synth.render.detail import Detail
from synth.render.scene import Level, Surface
from synth.splits import rng_of

ROUGHNESS = {"shoes": 0.5, "hair": 0.55, "body": 0.55, "glasses": 0.25}
CLOTH = 0.92
"""Roughness of cloth."""
UNDER = {"hat": 0.004, "bottom": 0.015, "dress": 0.015}
"""What lies deeper than this, in metres, under something's edge is not drawn; usually 3 cm."""
OVERLAP = 0.03
ON_HEAD = ("hair", "glasses", "hat")
BOOTED = ("slim_trousers", "leggings")
"""What goes into boots; other trousers go over them."""
Layer = tuple[str, str, str]
"""Place, cut, and how it is worn: "", "tucked" into a skirt or "beneath" a jacket."""
Drawn = tuple[Int32[np.ndarray, "f 3"], tuple[Level, ...]]
"""Triangles of a piece that are drawn, and coarser versions of them."""


class Wardrobe:
    """Everything that people of one body file can wear."""

    def __init__(self, body: Body):
        self.anatomy: Anatomy = study(body)
        self.faces: Int32[np.ndarray, "f 3"] = self.anatomy.faces.astype(np.int32)
        self._charts = charts_of(self.anatomy)
        self._spread = face_to_vertex(self.faces, len(self.anatomy.vertices))
        self._pieces: dict[Layer, tuple[Piece, ...]] = {}
        self._seen: dict[tuple[Layer, int, tuple[Layer, ...]], Drawn] = {}
        self._details: dict[tuple[Layer, int], Detail] = {}
        self._detail = Detail(self.anatomy.vertices, self.faces)

    @cached_property
    def face_map(self) -> FaceMap:
        """Where the parts of the face are."""
        return map_face(self.anatomy)

    def pieces(self, place: str, cut: str, worn: str = "") -> tuple[Piece, ...]:
        """Find the pieces of a garment or of hair, making them on first use."""
        layer = (place, cut, worn)
        if layer not in self._pieces:
            self._pieces[layer] = self._made(*layer)
        return self._pieces[layer]

    def dress(
        self, looks: Appearance, vertices: Float32[np.ndarray, "v 3"], person_id: int
    ) -> tuple[Surface, ...]:
        """Turn a posed body into the surfaces of a dressed person: the body's first."""
        normals = normals_of(vertices, self.faces, self._spread)
        hidden = np.zeros(len(self.faces), dtype=bool)
        surfaces, layers = [], layers_of(looks)
        for depth, layer in enumerate(layers):
            for number, piece in enumerate(self.pieces(*layer)):
                hidden |= piece.hidden
                faces, levels = self._drawn(layer, number, layers[depth + 1 :])
                surface = self._surface(looks, layer, number, piece, vertices, normals)
                drawn = {"faces": faces, "levels": levels}
                surfaces.append(Surface(layer[0], person_id + 1, **drawn, **surface))
        skin = paint(self.anatomy, self.face_map, looks.skin)
        body = Surface(
            "body",
            person_id + 1,
            vertices,
            self.faces[~hidden],
            normals,
            skin,
            roughness=ROUGHNESS["body"],
            levels=self._detail.levels(~hidden),
        )
        return body, *surfaces

    def levels(self, seen: Bool[np.ndarray, " f"]) -> tuple[Level, ...]:
        """Find coarser versions of the body, of which some faces are seen."""
        return self._detail.levels(seen)

    def _made(self, place: str, cut: str, worn: str) -> tuple[Piece, ...]:
        anatomy, charts = self.anatomy, self._charts
        if place == "hair":
            return hair(anatomy, charts, STYLES[cut])
        if place == "shoes":
            return (shoes(anatomy, charts, SHOES[cut]),)
        if place == "hat":
            return hat(anatomy, charts, cut)
        if place == "glasses":
            return glasses(anatomy, charts, cut)
        cutting = CUTTINGS[place][cut]
        if worn:
            cutting = {"tucked": tucked, "beneath": beneath}[worn](cutting)
        return sew(place, cutting, anatomy, charts)

    def _drawn(self, layer: Layer, number: int, above: tuple[Layer, ...]) -> Drawn:
        """Leave out what lies well under other clothes, where it might show through."""
        key = (layer, number, tuple(o for o in above if (o[0] in ON_HEAD) == (layer[0] in ON_HEAD)))
        if key not in self._seen:
            piece = self.pieces(*layer)[number]
            under, under_coarse = np.zeros((2, len(piece.drawn_faces)), dtype=bool)
            for cover, deep in self._covers(*key):
                inside = piece.under(cover)[piece.corners][piece.drawn_faces].min(1)
                under |= inside > deep
                # Coarse meshes lie less close to each other.
                under_coarse |= inside > deep / 4
            levels = self._detail_of(layer, number).levels(~under_coarse)
            faces = piece.drawn_faces[~under] if under.any() else piece.drawn_faces
            self._seen[key] = (faces, levels)
        return self._seen[key]

    def _detail_of(self, layer: Layer, number: int) -> Detail:
        """Find a piece's coarser versions, as it lies on the body at rest."""
        if (layer, number) not in self._details:
            piece, rest = self.pieces(*layer)[number], self.anatomy.vertices.astype(np.float32)
            laid = piece.put_on(rest, normals_of(rest, self.faces, self._spread), AS_CUT)
            self._details[layer, number] = Detail(laid, piece.drawn_faces, piece.corners, piece.uv)
        return self._details[layer, number]

    def _covers(
        self, layer: Layer, number: int, above: tuple[Layer, ...]
    ) -> Iterator[tuple[Float[np.ndarray, " v"], float]]:
        """List what covers a piece, and from which depth on what is under it is left out."""
        for other in above:
            for piece in self.pieces(*other):
                yield piece.covers, UNDER.get(other[0], OVERLAP)
        if layer[0] == "dress" and number == 0:
            yield self.pieces(*layer)[1].covers, UNDER["dress"]

    def _surface(
        self,
        looks: Appearance,
        layer: Layer,
        number: int,
        piece: Piece,
        vertices: Float32[np.ndarray, "v 3"],
        normals: Float32[np.ndarray, "v 3"],
    ) -> dict[str, Any]:
        place, cut, _ = layer
        make = AS_CUT if place == "hair" else make_of(cut, looks.clothes[place].make)
        cloth = piece.put_on(vertices, normals, make).astype(np.float32)
        out = normals_of(cloth, piece.faces, piece.spread)
        tint = _tint(looks, place, number)
        return {
            "vertices": cloth[piece.corners],
            "normals": out[piece.corners],
            "colours": (piece.shaded(make) * tint).astype(np.float32)[piece.corners],
            "uv": piece.uv,
            "texture": _texture(looks, place),
            "roughness": ROUGHNESS.get(place, CLOTH),
        }


def layers_of(looks: Appearance) -> tuple[Layer, ...]:
    """Order what somebody wears, from the skin outwards."""
    cuts = {place: garment.cut for place, garment in looks.clothes.items()}
    if looks.hair != "bald":
        cuts["hair"] = looks.hair
    order = ["shoes", "bottom", "top", "dress", "outer", "hair", "glasses", "hat"]
    worn = {}
    if cuts.get("bottom") in SKIRTS:
        order[1:3] = ["top", "bottom"]
        worn["top"] = "tucked"
    elif cuts.get("shoes") == "boots" and cuts.get("bottom") in BOOTED:
        order[:2] = ["bottom", "shoes"]
    if "outer" in cuts:
        worn["top"] = "beneath"
    return tuple((place, cuts[place], worn.get(place, "")) for place in order if place in cuts)


def _texture(looks: Appearance, place: str) -> UInt8[np.ndarray, "h w 3"] | None:
    if place == "glasses":
        return None
    return hair_tile(looks.strands) if place == "hair" else cloth_tile(looks.clothes[place])


def _tint(looks: Appearance, place: str, number: int) -> Float32[np.ndarray, "3"]:
    if place == "glasses":
        return np.array(wire_colours(looks.clothes[place])[number], dtype=np.float32)
    return np.array(looks.skin.hair if place == "hair" else (1, 1, 1), dtype=np.float32)


@lru_cache(maxsize=512)
def cloth_tile(garment: Garment) -> UInt8[np.ndarray, "h w 3"]:
    """Weave a garment's cloth, once as long as it is in use."""
    return fabrics.weave(rng_of(f"fabric/{garment.fabric}", garment.variant), garment.fabric)


@lru_cache(maxsize=STRANDS)
def hair_tile(strands: int) -> UInt8[np.ndarray, "h w 3"]:
    """Draw strands of hair, light enough to be tinted."""
    return fabrics.hair(rng_of("strands", strands))
