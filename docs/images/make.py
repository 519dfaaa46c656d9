#!/usr/bin/env python3
"""Draw the pictures of the docs from a results folder of the sample.

    plenary run data/shanghai-forum-2017.md --study data/cyber-governance.toml --out results
    docs/images/make.py results

Runs the code of notebooks/01-first-look.ipynb, saves its figures, and puts the first two beside each other as overview.png.
tone.png is the plot of docs/tutorial/first-study.md. Needs notebooks/requirements.txt.
"""
import json
import os
import re
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

IMAGES = Path(__file__).resolve().parent
ROOT = IMAGES.parents[1]


def notebook_figures(results):
    """The figures of the notebook as arrays of pixels, in its order."""
    os.environ["PLENARY_RESULTS"] = str(results)
    notebook = json.loads((ROOT / "notebooks/01-first-look.ipynb").read_text())
    figures = []

    def keep():
        figure = plt.gcf()
        figure.set_dpi(130)
        figure.canvas.draw()
        figures.append(np.asarray(figure.canvas.buffer_rgba()).copy())
        plt.close(figure)

    names = {"display": lambda table: None}
    plt.show = keep
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    plt.rcdefaults()
    return figures


def overview(figures):
    height = max(figure.shape[0] for figure in figures)
    widths = [figure.shape[1] for figure in figures]
    page, axes = plt.subplots(
        1, len(figures), figsize=(sum(widths) / 130, height / 130), width_ratios=widths, layout="constrained"
    )
    for axis, figure in zip(axes, figures):
        axis.imshow(figure)
        axis.set_anchor("N")
        axis.axis("off")
    page.savefig(IMAGES / "overview.png", dpi=110)
    plt.close(page)
    # Few colours make a small file.
    Image.open(IMAGES / "overview.png").convert("RGB").quantize(96).save(IMAGES / "overview.png", optimize=True)


def tutorial(results):
    page = (ROOT / "docs/tutorial/first-study.md").read_text()
    code = next(block for block in re.findall(r"```python\n(.*?)```", page, re.S) if "savefig" in block)
    plt.figure(figsize=(6, 3))
    exec(code.replace('"results/', f'"{results}/').replace('"tone.png"', f'"{IMAGES}/tone.png"'), {})


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    results = Path(sys.argv[1]).resolve()
    overview(notebook_figures(results)[:2])
    tutorial(results)


if __name__ == "__main__":
    main()
