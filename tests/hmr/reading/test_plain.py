"""Our shards in the hands of webdataset itself."""

import json

import numpy as np
import webdataset

from hmr.shards import read_samples


def test_webdataset_reads_the_shards_as_they_are(data):
    urls = sorted(str(path) for path in data.glob("shard-*.tar"))
    found = list(webdataset.WebDataset(urls, shardshuffle=False).decode("rgb8"))
    wanted = list(read_samples(data))
    assert [record["__key__"] for record in found] == [sample.key for sample in wanted]
    for record, sample in zip(found, wanted, strict=True):
        # Two decoders of JPEG may differ by a few grey levels.
        assert np.abs(record["jpg"].astype(int) - sample.image).max() <= 4
        header = record["json"]
        header = header if isinstance(header, dict) else json.loads(header)
        assert len(header["people"]) == len(sample.people)
        assert np.allclose(record["npz"]["joints_2d"], sample.joints_2d)
