"""The door: composes configs/ and calls one stage.

python run.py stage=NAME [key=value ...]     `-m` sweeps, as with any Hydra program.
"""

import importlib
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

# pyrender reads this when it is first imported; an OS window is never wanted here.
os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
# Threads that wait should sleep soon: where others compute too, spinning slows training tenfold;
# where none does, a short spin makes it a fifth faster.
os.environ.setdefault("GOMP_SPINCOUNT", "20000")

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException, InstantiationException
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from hmr.errors import InputError
from hmr.progress import say
from hmr.record import ROOT, git_commit, write_atomically, write_json

CONFIGS = ROOT / "configs"


def stages() -> dict[str, str]:
    """Name every stage, with the one line that describes it."""
    files = sorted((CONFIGS / "stage").glob("*.yaml"))
    return {f.stem: f.read_text().splitlines()[0].lstrip("# ") for f in files}


def usage() -> str:
    """Say how to call this program, and list the stages."""
    lines = [f"  {name:<9} {line}" for name, line in stages().items()]
    head = "usage: python run.py stage=NAME [key=value ...] [-m]"
    tail = "Settings and their defaults: configs/; show them with --cfg job. Pages: docs/"
    return "\n".join([head, "", "stages:", *lines, "", tail])


def compose(overrides: Sequence[str]) -> DictConfig:
    """Compose the configuration that the overrides ask for.

    Raises:
        InputError: An override names a key or a value that does not exist.
    """
    try:
        with hydra.initialize_config_dir(str(CONFIGS), version_base="1.3"):
            return hydra.compose("config", overrides=list(overrides))
    except (HydraException, OmegaConfBaseException) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"config: {reason} (keys are listed in configs/)") from None


def call(cfg: DictConfig, name: str) -> object:
    """Call the stage that a configuration describes, and leave the configuration beside its output.

    Raises:
        InputError: Whatever the user can mend, in one line.
    """
    if cfg.out is None:
        cfg.out = f"outputs/{name}"
    try:
        target, arguments = _arguments(cfg)
    except OmegaConfBaseException as error:
        raise InputError(f"config: {' '.join(str(error).split())}") from None
    if "out" not in cfg.stage:
        return target(**arguments)
    resolved = {"commit": git_commit(), **OmegaConf.to_container(cfg, resolve=True)}  # pyright: ignore
    path, text = Path(cfg.out) / "config.yaml", OmegaConf.to_yaml(resolved)
    # What made an output is not overwritten by what the stage refuses to go on with.
    there = path.exists()
    if not there:
        write_atomically(path, text)
    result = target(**arguments)
    if there:
        write_atomically(path, text)
    return result


def demo(out: str, steps: Sequence[Sequence[str]]) -> None:
    """Run a list of stages, each as its command line says; finished ones return at once.

    Args:
        out: Folder of the demo; `steps.json` there keeps each command and its seconds.
        steps: The overrides of each stage, as on the command line.
    """
    journal = Path(out) / "steps.json"
    seconds = _read_journal(journal)
    for number, step in enumerate(steps, 1):
        command = "python run.py " + " ".join(step)
        say(f"\n[{number}/{len(steps)}] {command}")
        start = time.monotonic()
        call(compose(step), _stage_of(step))
        spent = time.monotonic() - start
        # A second run finds its work done; the seconds worth keeping are the longest.
        seconds[command] = max(spent, seconds.get(command, 0.0))
        write_json(journal, seconds)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one stage from the command line and return the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    name = _stage_of(words)
    if name not in stages():
        wanted = any(word in ("-h", "--help") for word in words)
        if name:
            print(f"error: there is no stage '{name}'", file=sys.stderr)
        print(usage(), file=sys.stdout if wanted else sys.stderr)
        return 0 if wanted else 2
    try:
        if any(word.startswith("-") for word in words):
            sys.argv = [sys.argv[0], *words]
            _sweep()
        else:
            call(compose(words), name)
    except (InputError, ImportError, OSError, KeyboardInterrupt) as error:
        print(f"error: {_one_line(error)}", file=sys.stderr)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


@hydra.main(config_path=str(CONFIGS), config_name="config", version_base="1.3")
def _sweep(cfg: DictConfig) -> None:
    try:
        call(cfg, HydraConfig.get().runtime.choices["stage"])
    except (InputError, ImportError, OSError) as error:
        sys.exit(f"error: {_one_line(error)}")


def _arguments(cfg: DictConfig):
    plain = {key: value for key, value in cfg.stage.items() if key != "_target_"}
    module, _, function = cfg.stage["_target_"].rpartition(".")
    arguments = {}
    for key, value in plain.items():
        nested = isinstance(value, DictConfig) and "_target_" in value
        arguments[key] = _build(value) if nested else _plain(value)
    return getattr(importlib.import_module(module), function), arguments


def _plain(value: object) -> object:
    return OmegaConf.to_container(value, resolve=True) if OmegaConf.is_config(value) else value


def _build(node: DictConfig) -> object:
    try:
        return instantiate(node, _convert_="all")
    except InstantiationException as error:
        raise (error.__cause__ or error) from None


def _read_journal(path: Path) -> dict[str, float]:
    return json.loads(path.read_text()) if path.exists() else {}


def _stage_of(words: Sequence[str]) -> str:
    return next((w.removeprefix("stage=") for w in words if w.startswith("stage=")), "")


def _one_line(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted; the same command goes on where it stopped"
    if isinstance(error, ModuleNotFoundError):
        return f"package '{error.name}' is not installed; run `make setup` or pip install it"
    return " ".join(str(error).split())


if __name__ == "__main__":
    sys.exit(main())
