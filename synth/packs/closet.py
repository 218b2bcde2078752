"""The closet: the built-in wardrobe and what packs add to it, of one split.

A kind of asset of which there are n is worn with a chance of n in n + 10: ten of a kind dress
half of the people, and the built-in wardrobe always goes on dressing some.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from jaxtyping import Bool, Float32

from hmr.body import Body
from synth.packs.clothes import Clothing, HumanBase, Piece, human_base, make_piece
from synth.packs.fabrics import Fabric, laid
from synth.packs.fabrics import picture_of as cloth_of
from synth.packs.pack import Asset, Pack
from synth.packs.scans import Scan, Worn, wear
from synth.packs.skins import Layout, Skin, is_pictured, layout_of
from synth.packs.skins import picture_of as skin_of
from synth.people.appearance import Appearance
from synth.people.normals import face_to_vertex, normals_of
from synth.people.wardrobe import Wardrobe
from synth.render.detail import Detail
from synth.render.scene import Level, Surface
from synth.splits import split_of

HALF = 10
"""So many assets of a kind dress half of the people."""
WOVEN = ("top", "bottom", "dress", "outer")
"""Built-in clothes that tiles of cloth are laid on."""
INSTEAD = {"top": ("top", "dress", "outer"), "bottom": ("bottom", "dress"), "hair": ("hat",)}
"""Built-in clothes that are taken off for a piece worn at a place, where not that place's own."""
ROUGHNESS = {"cloth": 0.9, "shoes": 0.55, "skin": 0.55, "person": 0.8}
_WHOLE = frozenset({"top", "bottom"})
Vertices = Float32[np.ndarray, "v 3"]
Kind = TypeVar("Kind")


@dataclass(frozen=True, eq=False)
class Choice:
    """What somebody wears out of packs."""

    scan: Scan | None
    skin: Skin | None
    clothes: tuple[Clothing, ...]
    fabrics: dict[str, Fabric]
    """By place of the built-in clothes."""


class Closet:
    """Dresses people of one body file."""

    def __init__(self, wardrobe: Wardrobe, body: Body, packs: Sequence[Pack], split: str):
        """Pick the assets of a split; each belongs to one by its content."""
        found = {asset.content: asset for pack in packs for asset in pack.assets}
        mine = [
            found[content] for content in sorted(found) if split_of_asset(found[content]) == split
        ]
        self._wardrobe, self._body = wardrobe, body
        self._clothes = [asset for asset in mine if isinstance(asset, Clothing)]
        self._skins = [asset for asset in mine if isinstance(asset, Skin)]
        self._fabrics = [asset for asset in mine if isinstance(asset, Fabric)]
        self._scans = [asset for asset in mine if isinstance(asset, Scan)]
        self._spread = face_to_vertex(wardrobe.faces, len(wardrobe.anatomy.vertices))
        self._base: HumanBase | None = None
        self._layout: Layout | None = None
        self._pieces: dict[str, Piece] = {}
        self._worn: dict[str, Worn] = {}
        self._details: dict[str, Detail] = {}

    def __len__(self) -> int:
        return sum(map(len, (self._clothes, self._skins, self._fabrics, self._scans)))

    def choose(self, rng: np.random.Generator, looks: Appearance, child: bool) -> Choice | None:
        """Draw what a person wears of the packs; None, and nothing drawn, if they are empty."""
        if not len(self):
            return None
        scan = _one(rng, self._scans)
        skin = _one(rng, [s for s in self._skins if s.for_children or not child])
        fabrics = {place: _one(rng, self._fabrics) for place in WOVEN}
        woven = {place: fabric for place, fabric in fabrics.items() if fabric is not None}
        return Choice(scan, skin, self._clothes_of(rng, "dress" in looks.clothes), woven)

    def _clothes_of(self, rng: np.random.Generator, dress: bool) -> tuple[Clothing, ...]:
        """Draw pieces that leave each other room; half of a dress is not replaced."""
        taken: set[str] = set()
        clothes = []
        for place in ("top", "bottom", "shoes", "hair", None):
            fitting = [c for c in self._clothes if self._goes(c, place, taken)]
            if dress:
                halves = ({"top"}, {"bottom"})
                fitting = [c for c in fitting if self._piece(c).places & _WHOLE not in halves]
            one = _one(rng, fitting)
            if one is not None:
                clothes.append(one)
                taken |= self._piece(one).places
        return tuple(clothes)

    def dress(
        self, choice: Choice | None, looks: Appearance, vertices: Vertices, person_id: int
    ) -> tuple[Surface, ...]:
        """Turn a posed body into the surfaces of a dressed person."""
        if choice is None:
            return self._wardrobe.dress(looks, vertices, person_id)
        normals = normals_of(vertices, self._wardrobe.faces, self._spread)
        if choice.scan is not None:
            return (self._person(choice.scan, vertices, normals, person_id),)
        pieces = [self._piece(clothing) for clothing in choice.clothes]
        taken = frozenset[str]().union(*(piece.places for piece in pieces))
        off = {name for place in taken for name in INSTEAD.get(place, (place,))}
        kept = {place: worn for place, worn in looks.clothes.items() if place not in off}
        hair = "bald" if "hair" in taken else looks.hair
        looks = replace(looks, clothes=kept, hair=hair)
        body, *others = self._wardrobe.dress(looks, vertices, person_id)
        hidden = np.any([piece.hidden for piece in pieces], axis=0) if pieces else None
        worn = [
            _put_on(piece, self._levels(clothing.content, piece), vertices, normals, person_id)
            for clothing, piece in zip(choice.clothes, pieces, strict=True)
        ]
        others = [_woven(surface, choice.fabrics) for surface in others]
        return *self._skinned(body, hidden, choice.skin, normals), *others, *worn

    def _goes(self, clothing: Clothing, place: str | None, taken: set[str]) -> bool:
        """Tell whether a piece is worn at a place, or at none, and leaves what is taken alone."""
        places = self._piece(clothing).places
        return not places & taken and (place in places if place else not places)

    def _piece(self, clothing: Clothing) -> Piece:
        anatomy = self._wardrobe.anatomy
        if self._base is None:
            self._base = human_base(self._body, anatomy)
        if clothing.content not in self._pieces:
            self._pieces[clothing.content] = make_piece(clothing, self._base, anatomy)
        return self._pieces[clothing.content]

    def _person(self, scan: Scan, vertices: Vertices, normals: Vertices, person_id: int) -> Surface:
        if scan.content not in self._worn:
            self._worn[scan.content] = wear(scan, self._body, self._wardrobe.anatomy)
        worn, faces = self._worn[scan.content], self._wardrobe.faces
        placed = worn.fit.put_on(vertices, normals).astype(np.float32)
        out = normals_of(placed, faces, self._spread)
        return Surface(
            "body",
            person_id + 1,
            placed[worn.corners],
            worn.drawn_faces,
            out[worn.corners],
            None,
            worn.uv,
            scan.texture,
            roughness=ROUGHNESS["person"],
            levels=self._levels(scan.content, worn),
        )

    def _levels(
        self, name: str, worn: Piece | Worn | Layout, seen: Bool[np.ndarray, " f"] | None = None
    ) -> tuple[Level, ...]:
        """Find coarser versions of what packs bring, of which some faces are seen, or all."""
        faces = worn.faces if isinstance(worn, Layout) else worn.drawn_faces
        if name not in self._details:
            rest = self._wardrobe.anatomy.vertices.astype(np.float32)
            if not isinstance(worn, Layout):
                normals = normals_of(rest, self._wardrobe.faces, self._spread)
                rest = worn.fit.put_on(rest, normals)
            self._details[name] = Detail(rest, faces, worn.corners, worn.uv)
        everything = np.ones(len(faces), dtype=bool)
        return self._details[name].levels(everything if seen is None else seen)

    def _skinned(
        self,
        body: Surface,
        hidden: Bool[np.ndarray, " f"] | None,
        skin: Skin | None,
        normals: Vertices,
    ) -> tuple[Surface, ...]:
        """Hide what pieces cover, and draw the skin's picture on what is left."""
        seen = self._seen(body)
        if hidden is not None:
            seen = seen & ~hidden
        if skin is None:
            return (_of_body(body, self._wardrobe, seen),)
        if self._layout is None:
            self._layout = layout_of(self._body)
        layout, pictured = self._layout, is_pictured(self._wardrobe.anatomy)
        painted = _of_body(body, self._wardrobe, seen & ~pictured)
        drawn = Surface(
            "body",
            body.id,
            body.vertices[layout.corners],
            layout.faces[seen & pictured],
            normals[layout.corners],
            None,
            layout.uv,
            skin_of(skin),
            roughness=ROUGHNESS["skin"],
            levels=self._levels("skin", layout, seen & pictured),
        )
        return drawn, replace(painted, name="eyes")

    def _seen(self, body: Surface) -> Bool[np.ndarray, " f"]:
        """Tell which of the body's faces the wardrobe left to be seen."""
        count = len(self._wardrobe.anatomy.vertices)
        place = np.array([count * count, count, 1], dtype=np.int64)
        return np.isin(self._wardrobe.faces @ place, body.faces @ place)


def split_of_asset(asset: Asset) -> str:
    """Name the split that an asset belongs to, by its content."""
    return split_of(f"pack/{type(asset).__name__.lower()}", int(asset.content, 16))


def _one(rng: np.random.Generator, assets: Sequence[Kind]) -> Kind | None:
    """Draw one of some assets, or none of them."""
    number = int(rng.random() * (len(assets) + HALF))
    return assets[number] if number < len(assets) else None


def _woven(surface: Surface, fabrics: dict[str, Fabric]) -> Surface:
    """Lay a tile of cloth on a built-in piece."""
    fabric = fabrics.get(surface.name)
    if fabric is None or surface.uv is None:
        return surface
    return replace(surface, uv=laid(surface.uv, fabric.side), texture=cloth_of(fabric))


def _of_body(body: Surface, wardrobe: Wardrobe, seen: Bool[np.ndarray, " f"]) -> Surface:
    """Draw only some of the body's faces."""
    return replace(body, faces=wardrobe.faces[seen], levels=wardrobe.levels(seen))


def _put_on(
    piece: Piece,
    levels: tuple[Level, ...],
    vertices: Vertices,
    normals: Vertices,
    person_id: int,
) -> Surface:
    cloth = piece.fit.put_on(vertices, normals).astype(np.float32)
    out = normals_of(cloth, piece.faces, piece.spread)
    kind = "shoes" if piece.places == {"shoes"} else "cloth"
    return Surface(
        kind,
        person_id + 1,
        cloth[piece.corners],
        piece.drawn_faces,
        out[piece.corners],
        None,
        piece.uv,
        piece.texture,
        roughness=ROUGHNESS[kind],
        levels=levels,
    )
