#!/usr/bin/env python3
"""Is the doubt where the errors are? Figures and reliability diagram of the confidence of attribution, leaving kinds out.

    evaluation/doubt.py EVALUATION WORK [--plenary PROGRAM] [--cases FOLDER] [--cached] [--svg FILE]

EVALUATION is the folder of evaluation/segmentation.py; WORK keeps rendered documents. Renders and judges documents as
training/attribution/fit.py does, fits the models without each family of kinds in turn, and prints for the left-out predictions in Markdown: share
of turns flagged, share of wrong turns flagged, share of flags that are right, expected calibration error, and the table behind the
reliability diagram; then the same for the weights that the program has. Needs Python 3 with numpy.
"""
import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "training/attribution"))
import fit  # noqa: E402
import numpy as np  # noqa: E402


def diagram(bins):
    """The reliability diagram as SVG: share of right turns against confidence; the area of a point is its number of turns."""
    size, edge = 400, 50
    place = lambda v: edge + v * size
    total = sum(n for _, n, _, _ in bins)
    points = "".join(
        f'<circle cx="{place(mean):.1f}" cy="{edge + (1 - right) * size:.1f}" r="{3 + 22 * (n / total) ** 0.5:.1f}" fill="#2a6f97" fill-opacity="0.6"/>'
        for _, n, mean, right in bins)
    ticks = "".join(
        f'<text x="{place(v):.0f}" y="{size + edge + 18}" text-anchor="middle">{v:.1f}</text><text x="{edge - 8}" y="{edge + (1 - v) * size + 4:.0f}" text-anchor="end">{v:.1f}</text>'
        for v in (0, 0.2, 0.4, 0.6, 0.8, 1.0))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{size + 2 * edge}" height="{size + 2 * edge}" font-family="sans-serif" font-size="12">'
            f'<rect x="{edge}" y="{edge}" width="{size}" height="{size}" fill="none" stroke="#888"/><line x1="{edge}" y1="{edge + size}" x2="{edge + size}" y2="{edge}" stroke="#888" stroke-dasharray="4"/>'
            f'{points}{ticks}<text x="{edge + size / 2}" y="{size + 2 * edge - 8}" text-anchor="middle">confidence</text>'
            f'<text x="14" y="{edge + size / 2}" text-anchor="middle" transform="rotate(-90 14 {edge + size / 2})">share of turns that are right</text></svg>\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluation", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--plenary", type=Path, default=ROOT / "target/release/plenary")
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--documents", type=int, default=1600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cached", action="store_true", help="use the judged documents of the last call")
    parser.add_argument("--svg", type=Path, help="write the reliability diagram to this file")
    options = parser.parse_args()
    documents = fit.load(options.evaluation, options.work, options.plenary, options.cases, options.documents, options.seed, options.cached)
    results = fit.Results(documents, fit.Table(fit.FILE))
    print("### Leaving families of kinds out\n\n" + results.report())
    if options.svg:
        options.svg.write_text(diagram(results.bins()), encoding="utf-8")
    turns = [turn for d in documents for turn in d["turns"]]
    results.p = np.array([turn["confidence"] for turn in turns])
    results.flagged = np.array([turn["flagged"] for turn in turns])
    results.estimate = np.array([d["estimate"] for d in documents])
    results.document_flagged = np.array([d["flagged"] for d in documents])
    print("\n### With the weights of the program, which were fitted on these documents\n\n" + results.report())


if __name__ == "__main__":
    main()
