"""A Ray cluster of two nodes on this machine, and what is said where there is none."""

import sys

import numpy as np
import pytest

from hmr.errors import InputError
from run import compose
from synth.engine.cluster import Cluster
from synth.engine.dataset import make_dataset
from synth.engine.local import Local
from tests.synth.engine.stand_in import files_of
from tests.synth.small_crowd import small


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Two nodes of one CPU each."""
    pytest.importorskip("ray", reason="Ray is not installed; pip install throng[ray]")
    from ray.cluster_utils import Cluster as Nodes

    head = {"num_cpus": 1, "include_dashboard": False, "object_store_memory": 80_000_000}
    nodes = Nodes(initialize_head=True, head_node_args=head)
    nodes.add_node(num_cpus=1, object_store_memory=80_000_000)
    yield nodes.address
    nodes.shutdown()


@pytest.mark.slow
def test_one_process_two_processes_and_two_nodes_make_the_same_bytes(address, tmp_path, capsys):
    settings = small(images=8, shard_images=3)
    made = {}
    for name, engine in {
        "one process": Local(1),
        "two processes": Local(2),
        "two nodes": Cluster(address),
    }.items():
        assert make_dataset(settings, tmp_path / name, engine).whole
        made[name] = files_of(tmp_path / name)
    assert "2 workers on a cluster of 2 nodes" in capsys.readouterr().out
    assert made["one process"] == made["two processes"] == made["two nodes"]


@pytest.mark.slow
def test_a_fault_on_a_node_comes_out_as_one_line(address, tmp_path):
    missing = str(tmp_path / "no_body.npz")
    with pytest.raises(InputError, match=r"no_body\.npz") as told:
        make_dataset(small(model_path=missing), tmp_path / "out", Cluster(address))
    assert "\n" not in str(told.value)


@pytest.mark.slow
def test_a_node_that_goes_away_is_made_up_for(address, tmp_path, monkeypatch, capsys):
    import ray

    from synth.engine import cluster

    struck = []

    class Team(cluster._Team):
        def _next(self, line, workers):
            made = super()._next(line, workers)
            if made and not struck:
                actor, work = next(iter(self._at.values()))
                struck.append(work)
                ray.kill(actor)
            return made

    settings = small(images=8, shard_images=3)
    monkeypatch.setattr(cluster, "_Team", Team)
    assert make_dataset(settings, tmp_path / "ray", Cluster(address)).whole
    make_dataset(settings, tmp_path / "here", Local(1))
    assert struck and files_of(tmp_path / "ray") == files_of(tmp_path / "here")


def test_ray_that_is_not_installed_is_told_how_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"pip install 'throng\[ray\]'"):
        make_dataset(small(), tmp_path, Cluster())


@pytest.mark.parametrize("address", ["127.0.0.1:1", "auto"])
def test_no_cluster_is_told_how_to_start_one(tmp_path, monkeypatch, address):
    pytest.importorskip("ray", reason="Ray is not installed; pip install throng[ray]")
    # What a cluster that was killed leaves for "auto" to find.
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray" / "ray_current_cluster").write_text("127.0.0.1:1")
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    with pytest.raises(InputError, match=r"engine\.address=.*ray start --head") as told:
        make_dataset(small(), tmp_path / "out", Cluster(address))
    assert "\n" not in str(told.value)


def test_bad_values_are_named():
    with pytest.raises(InputError, match=r"engine\.workers=0"):
        Cluster(workers=0)
    with pytest.raises(InputError, match=r"engine\.cpus=0"):
        Cluster(cpus=0)


@pytest.mark.parametrize("name", ["local", "ray"])
def test_engines_are_named_on_the_command_line(name):
    from hydra.utils import instantiate

    chosen = compose(["stage=synth", f"engine={name}", "engine.workers=3"])
    engine = instantiate(chosen.stage.engine)
    assert isinstance(engine, Local if name == "local" else Cluster)
    assert engine.workers == 3 and np.isclose(chosen.engine.shard_images, 10)
