"""Settings of small data sets, for tests."""

from dataclasses import replace

from synth.engine.settings import Settings

SMALL = Settings(
    seed=3,
    images=4,
    split="train",
    width=160,
    height=90,
    people=(3, 3),
    things=(1, 2),
    environments=("plaza", "street", "park", "court"),
    area=None,
    views=((18.0, 0.0), (28.0, 15.0)),
    elevation=1.7,
    sensor="mild",
    save_glb=False,
    save_depth=False,
    save_normal=False,
    model_path=None,
    shard_images=2,
)


def small(**changes) -> Settings:
    return replace(SMALL, **changes)
