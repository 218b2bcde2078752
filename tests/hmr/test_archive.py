import io
import tarfile

import pytest

from hmr.archive import records_of
from hmr.errors import InputError


def test_a_missing_shard_is_named(tmp_path):
    with pytest.raises(InputError, match="missing"):
        list(records_of(tmp_path / "gone.tar"))


def tar_of(path, *members):
    with tarfile.open(path, "w") as tar:
        for name, kind in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname, member.size = kind, "/etc/hostname", 0
            tar.addfile(member, io.BytesIO())
    return path


@pytest.mark.parametrize(
    "name", ["../../x.jpg", "/tmp/x.jpg", "a/../../x.jpg", "..\\..\\x.jpg", "...jpg", "a\nb.jpg"]
)
def test_a_member_that_leads_out_is_refused(name, tmp_path):
    with pytest.raises(InputError, match=r"refused member .* leads out") as error:
        list(records_of(tar_of(tmp_path / "s.tar", (name, tarfile.REGTYPE))))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE])
def test_a_link_in_a_shard_is_refused(kind, tmp_path):
    with pytest.raises(InputError, match=r"refused member 'x\.jpg', which is a link or no file"):
        list(records_of(tar_of(tmp_path / "s.tar", ("x.jpg", kind))))
