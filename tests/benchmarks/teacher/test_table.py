import json

from benchmarks.teacher.protocols import CONDITIONS, SUBJECTS
from benchmarks.teacher.rows import FLAT, TEACHER_ROW, TUNED_ROW, Group
from benchmarks.teacher.table import gathered


def test_the_ablations_figures_are_not_taken_for_the_tables(tmp_path):
    def keep(folder, key: str, row: str, pa: float) -> None:
        rows = {row: {name: {"pa_mpjpe_mm": pa} for name in CONDITIONS}}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{key}.json").write_text(json.dumps({"minutes": 1.0, "rows": rows}))

    groups = [Group(SUBJECTS, seed, 10, tmp_path) for seed in (0, 1)]
    for group in groups:
        keep(group.folder, "flat", FLAT, 100.0)
        keep(group.folder, "single", TUNED_ROW, 60.0 + group.seed)
    keep(groups[0].folder, "without_strangers", TUNED_ROW, 90.0)
    keep(groups[0].folder, "without_bones", "without bones", 70.0)
    figures, minutes = gathered(groups)
    for rows in figures.values():
        assert list(rows) == [FLAT, TUNED_ROW]
        assert [one["pa_mpjpe_mm"] for one in rows[TUNED_ROW]] == [60.0, 61.0]
    assert minutes == {"flat": [1.0, 1.0], "single": [1.0, 1.0]}
    assert TEACHER_ROW not in figures["true 2D"]
