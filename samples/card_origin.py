"""The command that makes a set again, from the configuration kept beside it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from omegaconf import OmegaConf
from yaml import YAMLError

from hmr.record import ROOT

ROOTS = {
    "synth": ("seed", "motion", "body", "synth", "scene", "camera", "engine.shard_images"),
    "fit": ("seed", "keypoints", "images", "teacher", "body", "fit"),
}
"""Keys of the configuration that decide what a stage makes."""
NOT_WHAT = ("synth.shards",)
"""Keys below them that decide only which part of it."""
FILES = ("motion", "keypoints", "images", "teacher", "model_path", "packs", "maps", "photos")
"""Last words of keys that name files; where they lay is nobody else's business."""


def kind_of(manifest: Mapping) -> str:
    """Name the stage that made a set; empty where that is not known."""
    made_by = str(manifest.get("made_by", ""))
    return str(manifest.get("kind") or made_by.removeprefix("stage="))


def command(folder: Path, manifest: Mapping) -> str | None:
    """Name the command line that makes this set again; None where that is not known."""
    kind, path = kind_of(manifest), folder / "config.yaml"
    if kind not in ROOTS or not path.exists():
        return None
    try:
        kept = dict(_leaves("", _load(path)))
    except (YAMLError, OSError):
        return None
    words = [f"{key}={_value(key, kept[key])}" for key in _changed(kept, ROOTS[kind])]
    return " ".join(["python run.py", f"stage={kind}", "out=DIR", *map(_quoted, words)])


def _changed(kept: Mapping[str, object], roots: tuple[str, ...]) -> Iterator[str]:
    """Find the keys whose values are not those of configs/."""
    usual = _usual()
    for root in roots:
        for key, value in kept.items():
            if key != root and not key.startswith(f"{root}."):
                continue
            # A default that points at another key follows it.
            follows = isinstance(usual.get(key), str) and "${" in str(usual[key])
            if key in usual and key not in NOT_WHAT and value != usual[key] and not follows:
                yield key


def _usual() -> dict[str, object]:
    """Read configs/ as it is when nothing is overridden."""
    folder = ROOT / "configs"
    top = _load(folder / "config.yaml")
    assert isinstance(top, dict)
    chosen = {
        k: v for entry in top.pop("defaults") if isinstance(entry, dict) for k, v in entry.items()
    }
    groups = {name: _load(folder / name / f"{file}.yaml") for name, file in chosen.items() if file}
    return dict(_leaves("", top)) | dict(_leaves("", groups))


def _load(path: Path) -> object:
    return OmegaConf.to_container(OmegaConf.load(path), resolve=False)


def _leaves(key: str, value: object) -> Iterator[tuple[str, object]]:
    if not isinstance(value, dict):
        yield key, value
        return
    for name, below in value.items():
        if name != "_target_":
            yield from _leaves(f"{key}.{name}" if key else str(name), below)


def _value(key: str, value: object) -> str:
    if isinstance(value, list):
        return f"[{','.join(_value(key, one) for one in value)}]"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    named = isinstance(value, str) and key.rpartition(".")[2] in FILES
    return Path(str(value)).name if named else str(value)


def _quoted(word: str) -> str:
    return f'"{word}"' if set(word) & set("[]{}()*?$&;| ") else word
