"""Settings of small data sets, for tests."""

from dataclasses import replace

from synth.engine.settings import Settings
from synth.engine.shots import Shots
from synth.scenes.cameras import Cameras
from synth.scenes.surroundings import Surroundings

SMALL = Settings(
    seed=3,
    images=4,
    split="train",
    cameras=Cameras(160, 90, views=((18.0, 0.0), (28.0, 15.0))),
    shots=Shots(),
    people=(3, 3),
    surroundings=Surroundings(("plaza", "street", "park", "court"), (1, 2)),
    area=None,
    occlusion=None,
    sensor="mild",
    save_glb=False,
    save_depth=False,
    save_normal=False,
    model_path=None,
    shard_images=2,
)


def small(**changes) -> Settings:
    return replace(SMALL, **changes)
