"""Counts pixels where skin shows through its cloth, or cloth through the cloth over it."""

from dataclasses import dataclass

import numpy as np
import torch

from hmr.cameras import intrinsics, looking
from synth.people.wardrobe import layers_of
from synth.render.lights import Light, Sky, sunlit
from synth.render.scene import Scene, Surface

SIZE = 256
YAWS = (0.0, 2.1, 4.2)
MARGIN = 0.004
"""What is deeper than this under a garment's edge, in metres at rest, is to be covered."""
NEAR = 0.035
"""Cloth further behind, in metres, is another part of the garment: legs are seen into a skirt."""
AWAY = 4.0
SKIN, BARE, CLOTH, INNER = 1, 2, 3, 4


@dataclass(frozen=True)
class Count:
    """Pixels of some pictures."""

    clothed: int
    skin: int
    """Of those: skin just in front of the outside of cloth that should cover it."""
    cloth: int
    """Of those: a garment in front of the outside of another that is worn over it."""

    def __add__(self, other):
        return Count(self.clothed + other.clothed, self.skin + other.skin, self.cloth + other.cloth)


def count(renderer, wardrobe, looks, vertices, yaws=YAWS):
    """Look at a dressed person from around them."""
    surfaces = wardrobe.dress(looks, vertices, 0)
    skin, bare = _split(surfaces[0], _covered(wardrobe, looks)[surfaces[0].faces].all(1))
    garments = list(zip(_pieces(wardrobe, looks), surfaces[1:], strict=True))
    total = Count(0, 0, 0)
    for yaw in yaws:
        camera, eye = _camera(vertices, yaw)
        outer = [_facing(s, eye) for (layer, _), s in garments if layer[0] not in _HEAD]
        behind = _see(renderer, camera, [(CLOTH, s) for s in outer])
        drawn = [(CLOTH, s) for _, s in garments]
        front = _see(renderer, camera, [(SKIN, skin), (BARE, bare), *drawn])
        shown, seen = _before(front, behind, SKIN), front.ids
        through = _through(renderer, camera, eye, wardrobe, looks, garments, bare)
        total += Count(int((shown | (seen == CLOTH)).sum()), int(shown.sum()), through)
    return total


def count_over(renderer, skin, cloth, vertices, yaw):
    """Count all skin just before a piece's outside: more than shows through it, at its edges."""
    camera, eye = _camera(vertices, yaw)
    front = _see(renderer, camera, [(SKIN, skin), (CLOTH, cloth)])
    shown = _before(front, _see(renderer, camera, [(CLOTH, _facing(cloth, eye))]), SKIN)
    return Count(int((shown | (front.ids == CLOTH)).sum()), int(shown.sum()), 0)


_HEAD = ("hair", "hat", "glasses")


def _through(renderer, camera, eye, wardrobe, looks, garments, bare):
    """Count pixels where a garment is seen before the outside of one that is worn over it."""
    bad = 0
    layers = layers_of(looks)
    for depth, layer in enumerate(layers):
        above = [other for other in layers[depth + 1 :] if other[0] not in _HEAD]
        if layer[0] in _HEAD or not above:
            continue
        covers = np.max([p.covers for o in above for p in wardrobe.pieces(*o)], axis=0)
        inner, others, outside = [], [], []
        for (own, piece), surface in garments:
            if own == layer:
                deep = (piece.under(covers) > 0.01)[piece.corners]
                below, rest = _split(surface, deep[surface.faces].all(1))
                inner.append((INNER, below))
                others.append((BARE, rest))
            else:
                others.append((BARE, surface))
                if own in above:
                    outside.append((CLOTH, _facing(surface, eye)))
        front = _see(renderer, camera, [*inner, *others, (BARE, bare)])
        bad += int(_before(front, _see(renderer, camera, outside), INNER).sum())
    return bad


def _pieces(wardrobe, looks):
    return [(layer, piece) for layer in layers_of(looks) for piece in wardrobe.pieces(*layer)]


def _covered(wardrobe, looks):
    found = [
        piece.covers > MARGIN for layer, piece in _pieces(wardrobe, looks) if layer[0] not in _HEAD
    ]
    return np.any(found, axis=0)


def _split(surface, chosen):
    return tuple(
        Surface(surface.name, 1, surface.vertices, surface.faces[mask])
        for mask in (chosen, ~chosen)
    )


def _facing(surface, eye):
    """Keep the triangles whose outside the camera sees."""
    a, b, c = (surface.vertices[surface.faces[:, i]] for i in range(3))
    outside = (np.cross(b - a, c - a) * (eye - a)).sum(1) > 0
    return Surface(surface.name, 1, surface.vertices, surface.faces[outside])


def _see(renderer, camera, surfaces):
    kept = [Surface(s.name, i, s.vertices, s.faces) for i, s in surfaces if len(s.faces)]
    return renderer.render(Scene(tuple(kept), sunlit(Light(), Sky())), camera)


def _before(front, behind, number):
    """Tell where something is seen a little before the cloth that should lie over it."""
    gap = behind.depth - front.depth
    return (front.ids == number) & (behind.ids == CLOTH) & (gap < NEAR)


def _camera(vertices, yaw):
    middle = (vertices.max(0) + vertices.min(0)) / 2
    reach = float(np.linalg.norm(vertices - middle, axis=1).max())
    eye = middle + AWAY * np.array([np.sin(yaw), 0.25, np.cos(yaw)])
    K = intrinsics(SIZE / 2 * AWAY / reach / 1.15, SIZE, SIZE)
    return looking(torch.tensor(eye).float(), yaw, 0.25, 0.0, K), eye
