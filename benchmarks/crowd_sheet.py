"""Contact sheets of a data set, as pictures or beside their labels.

python benchmarks/crowd_sheet.py DATA crowds.jpg --columns 4
python benchmarks/crowd_sheet.py DATA crowd.jpg --only 2 --labels
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from hmr.drawing import sheet
from hmr.label_drawing import draw_labels
from hmr.sample import Sample
from hmr.shards import read_samples

LARGEST = 295_000
"""Bytes of a picture."""
Picture = UInt8[np.ndarray, "h w 3"]


def main() -> None:
    """Write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--only", type=int, nargs="+", help="numbers of images; the first 24 if none"
    )
    parser.add_argument("--columns", type=int, default=4)
    parser.add_argument("--labels", action="store_true", help="each beside its labels")
    parser.add_argument("--width", type=int, default=1600, help="of the sheet, in pixels")
    asked = parser.parse_args()
    samples = list(read_samples(asked.data))
    chosen = samples[:24] if asked.only is None else [samples[i] for i in asked.only]
    pictures = [picture for sample in chosen for picture in shown(sample, asked.labels)]
    columns = 2 if asked.labels else asked.columns
    width = asked.width // columns
    tile = (width, width * chosen[0].height // chosen[0].width)
    asked.out.write_bytes(small(sheet(pictures, columns, tile)))


def shown(sample: Sample, labels: bool) -> list[Picture]:
    """List what is shown of a sample."""
    picture = np.ascontiguousarray(sample.image)
    return [picture, draw_labels(sample)] if labels else [picture]


def small(picture: Picture) -> bytes:
    """Compress a picture as far as it must be."""
    for quality in range(90, 30, -4):
        options = [cv2.IMWRITE_JPEG_QUALITY, quality]
        data = cv2.imencode(".jpg", picture[..., ::-1], options)[1].tobytes()
        if len(data) < LARGEST:
            break
    return data


if __name__ == "__main__":
    main()
