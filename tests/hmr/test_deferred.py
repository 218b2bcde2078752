import math
import subprocess
import sys
from functools import partial

import pytest

from hmr.deferred import call


def test_the_named_function_is_called():
    assert partial(call, name="math.hypot")(3, 4) == math.hypot(3, 4)


def test_a_name_that_is_not_there_says_so():
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        call(name="no_such_module.function")


def test_composing_a_stage_imports_nothing_of_what_is_deferred():
    code = (
        "import sys, run; cfg = run.compose(['stage=synth', 'out=x']); run._arguments(cfg);"
        "sys.exit(any(m in sys.modules for m in ('samples.card', 'matplotlib', 'roma')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
