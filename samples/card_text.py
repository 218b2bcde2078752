"""The words of a data card: Markdown with the front matter that Hugging Face reads."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hmr.shards import MANIFEST, PEOPLE
from samples.card_facts import Facts, licences, mean_bytes, people_an_image
from samples.card_origin import command, kind_of
from samples.postures import RULES

KNOWN_LICENCES = ("apache-2.0", "mit", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0")
"""Names of licences that Hugging Face knows too."""
SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"))
BANDS = ((0.0, 0.1), (0.1, 0.2), (0.2, 0.4), (0.4, 0.7), (0.7, 0.9), (0.9, 1.0))
"""Bands of occlusion, the last with its end."""
ENDINGS = {
    "jpg": "image",
    "json": "camera, masks, boxes, occlusion",
    "npz": "SMPL-X parameters, joints",
    "ids.png": "who owns each pixel",
    "depth.png": "depth",
    "normal.png": "normals",
    "glb": "the scene",
}
KINDS = {
    "synth": "Synthetic images of people with exact labels, made by Throng (`stage=synth`).",
    "fit": "Photos with pseudo ground truth: bodies fitted to 2D keypoints by Throng "
    "(`stage=fit`). `trust` tells how far each fit is believed; occlusion is unknown.",
}


def text(folder: Path, facts: Facts, pictures: str) -> str:
    """Write the card of a set.

    Args:
        folder: Folder of the set.
        facts: What is told.
        pictures: Folder of the plots, seen from the set's.
    """
    parts = [
        _front(folder, facts),
        f"# {_title(folder)}\n\n{_kind(facts)}\n\n{_summary(facts)}",
        _pictures(facts, pictures),
        _numbers(facts),
        _reading(),
        _making(folder, facts),
    ]
    return "\n\n".join(parts) + "\n"


def _title(folder: Path) -> str:
    return folder.resolve().name


def _front(folder: Path, facts: Facts) -> str:
    names = [name.lower() for name in licences(facts)]
    known = len(names) == 1 and names[0] in KNOWN_LICENCES
    size = next((name for most, name in SIZES if facts.images < most), "n>1M")
    lines = [
        "---",
        f"pretty_name: {json.dumps(_title(folder))}",
        f"license: {names[0] if known else 'other'}",
        "task_categories: [keypoint-detection, image-segmentation]",
        f"tags: [{', '.join(_tags(facts))}]",
        f"size_categories: ['{size}']",
        "configs:",
        "- config_name: default",
        f"  data_files: [{{split: {_split(facts)}, path: 'shard-*.tar'}}]",
        "---",
    ]
    return "\n".join(lines)


def _tags(facts: Facts) -> list[str]:
    made = ["synthetic"] if kind_of(facts.manifest) == "synth" else []
    return ["webdataset", "smpl-x", "human-mesh-recovery", "occlusion", *made]


def _split(facts: Facts) -> str:
    return {"val": "validation", "test": "test"}.get(str(facts.manifest.get("split")), "train")


def _kind(facts: Facts) -> str:
    return KINDS.get(kind_of(facts.manifest), "Images of people with labels, in Throng's layout.")


def _summary(facts: Facts) -> str:
    people, manifest = facts.people, facts.manifest
    total, shards = int(manifest.get("bytes", 0)), len(manifest.get("shards", ()))
    counts, sizes = people_an_image(facts), sorted(set(_resolutions(facts)))
    kids = int((people["age"].to_numpy() == "kid").sum())
    crowds = f"{_range(counts, '.0f')}, mean {counts.mean():.1f}" if len(counts) else ""
    rows = {
        "images": f"{facts.images:,} ({', '.join(sizes[:4])}{' ...' if len(sizes) > 4 else ''})",
        "people": f"{len(people):,}, of them {kids:,} kids",
        "people an image": crowds,
        "occlusion": _share(people["occlusion"].to_numpy()),
        "truncation": _share(people["truncation"].to_numpy()),
        "box height": _sizes(people["size"].to_numpy()),
        "split": str(manifest.get("split", "")),
        "seed": str(manifest.get("seed", "")),
        "size on disk": f"{_bytes(total)} in {shards} shard{'s' if shards != 1 else ''}"
        + (f", {_bytes(total / len(people))} a person" if len(people) else ""),
        "licence": ", ".join(licences(facts)),
    }
    lines = [f"| {name} | {value} |" for name, value in rows.items() if value]
    return "\n".join(["| | |", "|---|---|", *lines])


def _resolutions(facts: Facts) -> list[str]:
    return [f"{sample.width}x{sample.height}" for sample in facts.labels]


def _range(values: np.ndarray, form: str) -> str:
    return f"{values.min():{form}} to {values.max():{form}}"


def _share(values: np.ndarray) -> str:
    known = values[np.isfinite(values)]
    if not len(known):
        return "unknown"
    unknown = f", unknown of {len(values) - len(known):,}" if len(known) < len(values) else ""
    return f"mean {known.mean():.0%}, median {np.median(known):.0%}{unknown}"


def _sizes(values: np.ndarray) -> str:
    known = values[np.isfinite(values)]
    return f"{_range(known, '.0f')} pixels, median {np.median(known):.0f}" if len(known) else ""


def _bytes(count: int | float) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return (
                f"{count / size:.3g} {unit}"
                if count < 999.5 * size
                else f"{count / size:.0f} {unit}"
            )
    return f"{count:.0f} B"


def _pictures(facts: Facts, pictures: str) -> str:
    parts = []
    if facts.records:
        words = "Images and their labels: visible masks, skeletons with black dots on joints that"
        words += " cannot be seen, amodal boxes with number and hidden share."
        parts.append(f"![Images with labels]({pictures}/samples.jpg)\n\n{words}")
    subset = f"{len(facts.records):,} images drawn at random from {facts.images:,}"
    if len(facts.records) == facts.images:
        subset = f"all {facts.images:,} images"
    parts += [
        f"## People\n\nAll {len(facts.people):,} people.\n\n![People]({pictures}/people.png)",
        f"## Cameras and places\n\nFocal length, height, pitch and distance: {subset}. Places: the"
        f" whole set.\n\n![Cameras]({pictures}/cameras.png)",
        f"## Poses and joints\n\nOf {subset}. Postures by rule, the last that holds: "
        + "; ".join(f"*{name}*, {rule}" for name, rule in RULES.items())
        + f".\n\n![Poses]({pictures}/poses.png)",
    ]
    return "\n\n".join(parts)


def _numbers(facts: Facts) -> str:
    return "## In numbers\n\n" + "\n\n".join([_bands(facts), _files(facts)])


def _bands(facts: Facts) -> str:
    """Count people by how much of them is hidden, the bands of `stage=eval`."""
    people, lines = facts.people, ["| occlusion, % | people | adults | kids |", "|---|--:|--:|--:|"]
    hidden, kids = people["occlusion"].to_numpy(), (people["age"] == "kid").to_numpy()
    for low, high in BANDS:
        held = (hidden >= low) & ((hidden < high) | ((high == 1) & (hidden == 1)))
        lines.append(_row(f"{low * 100:.0f} to {high * 100:.0f}", held, kids))
    if not np.isfinite(hidden).all():
        lines.append(_row("unknown", ~np.isfinite(hidden), kids))
    return "\n".join([*lines, _row("all", np.ones(len(people), bool), kids)])


def _row(name: str, held: np.ndarray, kids: np.ndarray) -> str:
    counts = (held.sum(), (held & ~kids).sum(), (held & kids).sum())
    return f"| {name} | " + " | ".join(f"{count:,}" for count in counts) + " |"


def _files(facts: Facts) -> str:
    sizes = mean_bytes(facts)
    lines = [
        f"| `KEY.{ending}` | {ENDINGS.get(ending, '')} | {_bytes(size)} |"
        for ending, size in sizes.items()
    ]
    head = ["| file of an image | holds | mean size |", "|---|---|--:|"]
    return "\n".join([*head, *lines, f"| together | | {_bytes(sum(sizes.values()))} |"])


def _reading() -> str:
    code = [
        "from hmr.shards import read_people, read_samples",
        'hidden = read_people(folder).query("occlusion > 0.4")  # one row a person',
        "for sample in read_samples(folder):  # image, camera, people, SMPL-X, joints, masks",
        "    ...",
    ]
    block = "\n".join(["```python", *code, "```"])
    words = (
        "World frame: +y up, metres. Camera: OpenCV, `x_cam = R x + t`. Pixels: (0, 0) is the "
        f"image's corner. The shards are plain WebDataset; `{PEOPLE}` has one row a person, "
        f"`{MANIFEST}` the checksums and the whole configuration."
    )
    return f"## How to read it\n\n{block}\n\n{words}"


def _making(folder: Path, facts: Facts) -> str:
    manifest = facts.manifest
    versions: Mapping = manifest.get("versions") or {}
    listed = ", ".join(f"{name} {number}" for name, number in versions.items())
    lines = ["## Where it comes from", ""]
    if made := command(folder, manifest):
        lines += ["To make it again, at the commit below:", "", "```", made, "```", ""]
    if commit := manifest.get("commit"):
        lines += [f"- commit: `{commit}`"]
    lines += [f"- versions: {listed}"] if listed else []
    lines += [f"- licences ({len(facts.labels):,} images): {_counted(licences(facts))}"]
    if config := manifest.get("config"):
        kept = json.dumps(config, indent=1, sort_keys=True)
        lines += ["", "<details><summary>configuration</summary>", ""]
        lines += ["```json", kept, "```", "", "</details>"]
    return "\n".join(lines)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name or 'none given'} ({count:,})" for name, count in counts.items())
