"""Skin under the clothes of packs."""

import numpy as np
import pytest

from synth.packs.clothes import Clothing, human_base, make_piece
from synth.packs.pack import open_pack
from synth.people.crowd import draw_crowd
from synth.people.normals import face_to_vertex, normals_of
from synth.people.poses import open_book
from synth.people.wardrobe import Wardrobe
from synth.render.renderer import Renderer
from synth.render.scene import Surface
from tests.synth.people.showing import SIZE, Count, count_over

AIM = 0.002
PEOPLE = 200


@pytest.mark.slow
def test_no_skin_shows_through_real_clothes_on_200_people(body, real_data):
    wardrobe = Wardrobe(body)
    anatomy, faces, renderer = wardrobe.anatomy, wardrobe.faces, Renderer(SIZE, SIZE)
    pack, base = open_pack(real_data / "wardrobe" / "makehuman", body), human_base(body, anatomy)
    pieces = [make_piece(c, base, anatomy) for c in pack.assets if isinstance(c, Clothing)]
    spread, rng = face_to_vertex(faces, len(anatomy.vertices)), np.random.default_rng(5)
    book = open_book(int(rng.integers(1000)), body)
    total = Count(0, 0, 0)
    for i, vertices in enumerate(draw_crowd(rng, body, anatomy, "train", book, PEOPLE).vertices):
        piece = pieces[i % len(pieces)]
        placed = piece.fit.put_on(vertices, normals_of(vertices, faces, spread)).astype(np.float32)
        cloth = Surface("top", 1, placed[piece.corners], piece.drawn_faces)
        skin = Surface("body", 1, vertices, faces[~piece.hidden])
        total += count_over(renderer, skin, cloth, vertices, float(rng.uniform(0, 6.28)))
    print(f"skin {total.skin / total.clothed:.3%} of clothed pixels")
    assert total.clothed > 500_000
    assert total.skin / total.clothed < AIM
