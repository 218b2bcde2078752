"""A pack: a folder of assets, sorted by what its files are.

- `.mhclo`: clothes of MakeHuman; all files beside it are theirs.
- other `.obj`, `.glb`, `.ply`: clothed people of the body's topology, and what lies beside them.
- pictures in a folder with "skin" or "fabric" in its name, or whose `pack.yaml` says
  `kind: skins` or `kind: fabrics`.

The nearest `pack.yaml`, in a picture's folder or above it, may also say `tile_cm`.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from hmr.body import Body
from hmr.errors import InputError
from hmr.progress import say
from hmr.record import ROOT
from synth.packs.base_mesh import vertices_of
from synth.packs.clothes import Clothing, read_clothing
from synth.packs.fabrics import Fabric, read_fabric
from synth.packs.files import PICTURES, read_text
from synth.packs.scans import ENDINGS, Scan, read_scan
from synth.packs.skins import Skin, layout_of, read_skin

ALWAYS = ROOT / "assets" / "packs"
"""Where packs need not be named."""
ABOUT = "pack.yaml"
WORDS = {"skin": "skins", "fabric": "fabrics"}
"""What a folder's name holds that says what its pictures are."""
MAPS = ("normal", "normalgl", "normaldx", "bump", "displacement", "height", "roughness", "ao")
MAPS += ("specular", "spec", "metallic", "metalness", "opacity", "ambientocclusion", "mask")
"""Last words in the names of pictures that are no colours."""
TILE_CM = 30.0
TILES_CM = (1.0, 500.0)
"""Least and greatest side of a tile."""
Asset = Clothing | Skin | Fabric | Scan
NAMES = {"Clothing": "clothes", "Skin": "skins", "Fabric": "fabrics", "Scan": "clothed people"}


@dataclass(frozen=True, eq=False)
class Pack:
    """What joined from a folder, and what did not."""

    folder: Path
    assets: tuple[Asset, ...]
    faults: tuple[str, ...]
    """One line for each asset that was skipped."""

    @property
    def content(self) -> str:
        """A hash of all that joined."""
        joined = " ".join(sorted(asset.content for asset in self.assets))
        return hashlib.sha256(joined.encode()).hexdigest()[:16]

    def summary(self) -> str:
        """Say in a line what joined."""
        kinds = Counter(NAMES[type(asset).__name__] for asset in self.assets)
        listed = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        holds = f" ({listed})" if listed else ""
        return f"{self.folder}: {len(self.assets)} assets joined{holds}, {len(self.faults)} skipped"


@dataclass(frozen=True)
class _About:
    """What a pack.yaml says."""

    kind: str | None = None
    tile_cm: float = TILE_CM


def pack_folders(named: Sequence[str | Path]) -> tuple[Path, ...]:
    """List the folders of packs: those named, and assets/packs where it is."""
    folders = [Path(folder) for folder in ([named] if isinstance(named, str) else named)]
    return (*folders, *(folder for folder in [ALWAYS] if folder.is_dir()))


def open_packs(named: Sequence[str | Path], body: Callable[[], Body]) -> tuple[Pack, ...]:
    """Open all packs and say what joined, once for a run.

    Args:
        named: Folders that the user names.
        body: Finds the body file that assets must fit; called if there is any pack.

    Raises:
        InputError: A named folder does not exist, or nothing in it can be used.
    """
    packs = []
    for folder in pack_folders(named):
        pack = open_pack(folder, body())
        for fault in pack.faults:
            say(f"skipped: {fault}")
        if not pack.assets and folder != ALWAYS:
            reason = f"; the first fault: {pack.faults[0]}" if pack.faults else ": it is empty"
            raise InputError(f"synth.packs: nothing in {folder} can be used{reason}")
        say(pack.summary())
        packs.append(pack)
    return tuple(packs)


def open_pack(folder: Path, body: Body) -> Pack:
    """Read all assets of a folder; what cannot be used is named and left out.

    Raises:
        InputError: There is no such folder.
    """
    if not folder.is_dir():
        raise InputError(f"synth.packs: {folder}: no such folder")
    assets: list[Asset] = []
    faults: list[str] = []
    for read in _readers(folder, body):
        try:
            assets.append(read())
        except InputError as fault:
            faults.append(str(fault))
    return Pack(folder, tuple(assets), tuple(faults))


def _readers(folder: Path, body: Body) -> Iterator[Callable[[], Asset]]:
    """List what a folder holds as calls that read it or say what is wrong."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    clothed = {file.parent for file in files if file.suffix.lower() == ".mhclo"}
    scanned = {file.parent for file in files if file.suffix.lower() in ENDINGS} - clothed
    for file in files:
        ending = file.suffix.lower()
        if ending == ".mhclo":
            yield partial(_clothing, folder, file, body)
        elif ending in ENDINGS and file.parent in scanned:
            yield partial(_scan, folder, file, body)
    loose = [file for file in files if _is_colour(file) and file.parent not in clothed | scanned]
    for place in sorted({file.parent for file in loose}):
        yield from _pictures(folder, place, [f for f in loose if f.parent == place], body)


def _pictures(
    folder: Path, place: Path, pictures: Sequence[Path], body: Body
) -> Iterator[Callable[[], Asset]]:
    """List loose pictures, which are skins or fabrics as their folder says."""
    try:
        about = _about(folder, place)
    except InputError as fault:
        yield partial(_refuse, str(fault))
        return
    kind = about.kind or _kind_by_name(folder, place)
    if kind is None:
        yield partial(
            _refuse,
            f"{place}: {len(pictures)} pictures belong to no .mhclo and no mesh there; "
            f"if they are skins or fabrics, say `kind: skins` or `kind: fabrics` in a {ABOUT}",
        )
        return
    for file in pictures:
        if kind == "skins":
            yield partial(_skin, folder, file, body)
        else:
            yield partial(_fabric, folder, file, about.tile_cm / 100)


def _clothing(folder: Path, file: Path, body: Body) -> Clothing:
    _stay(folder, file)
    vertices_of(body)
    return read_clothing(file, folder)


def _scan(folder: Path, file: Path, body: Body) -> Scan:
    _stay(folder, file)
    return read_scan(file, folder, body)


def _skin(folder: Path, file: Path, body: Body) -> Skin:
    _stay(folder, file)
    layout_of(body)
    return read_skin(file)


def _fabric(folder: Path, file: Path, side: float) -> Fabric:
    _stay(folder, file)
    return read_fabric(file, side)


def _refuse(fault: str) -> Asset:
    raise InputError(fault)


def _stay(folder: Path, file: Path) -> None:
    """Refuse links that lead out of the pack."""
    if not file.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{file}: leads out of the pack {folder}; copy the file into it")


def _is_colour(file: Path) -> bool:
    last = file.stem.lower().replace("-", "_").split("_")[-1]
    return file.suffix.lower() in PICTURES and last not in MAPS


def _kind_by_name(folder: Path, place: Path) -> str | None:
    names = [folder.resolve().name, *place.relative_to(folder).parts]
    for name in reversed(names):
        for word, kind in WORDS.items():
            if word in name.lower():
                return kind
    return None


def _about(folder: Path, place: Path) -> _About:
    """Read the pack.yaml nearest to a folder, from it up to the pack's."""
    for parent in (place, *place.parents):
        file = parent / ABOUT
        if file.is_file():
            _stay(folder, file)
            return _read_about(file)
        if parent == folder:
            break
    return _About()


def _read_about(file: Path) -> _About:
    try:
        found: Any = yaml.safe_load(read_text(file)) or {}
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{file}: is not YAML ({reason})") from None
    if not isinstance(found, dict) or set(found) - {"kind", "tile_cm"}:
        raise InputError(f"{file}: may say `kind` and `tile_cm` only")
    kind, side = found.get("kind"), found.get("tile_cm", TILE_CM)
    if kind not in (None, *WORDS.values()):
        raise InputError(f"{file}: kind: {kind}; choose {', '.join(WORDS.values())}")
    low, high = TILES_CM
    if not isinstance(side, int | float) or not low <= side <= high:
        raise InputError(f"{file}: tile_cm: {side}; a number from {low:g} to {high:g}")
    return _About(kind, float(side))
