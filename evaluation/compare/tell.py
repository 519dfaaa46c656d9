#!/usr/bin/env python3
"""Figures of compare.py as tables: tell.py FIGURES.json [--into evaluation/performance.md]

With --into they replace the text between the two comments `<!-- compare -->` and `<!-- /compare -->`.
"""
import argparse
import json
import re
import statistics
import sys
from pathlib import Path

TITLES = {
    "embed": ("Embedding", "sentences a second", "sentence-transformers, torch fp32"),
    "infer": ("Stance: inference on pairs", "pairs a second", "transformers pipeline, torch fp32"),
    "whole job": ("The whole job", "seconds", "plain script"),
}


def spread(rounds, key, form):
    values = sorted(one[key] for one in rounds)
    middle = form.format(statistics.median(values))
    return f"{middle} ({form.format(values[0])}-{form.format(values[-1])})" if len(values) > 1 else middle


def median(row, key):
    return statistics.median(one[key] for one in row["rounds"])


def table(job, rows):
    title, unit, peer = TITLES[job]
    against = next((row for row in rows if row["who"] == peer), None)
    if against is None:
        sys.exit(f"{job}: there are no figures of {peer}, which the others are compared with")
    whole = job == "whole job"
    head = ["", unit, f"times {peer}", "peak memory, MiB"] + ([] if whole else ["first result, s"])
    lines = [f"**{title}**", "", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for row in rows:
        if whole:
            speed, factor = spread(row["rounds"], "seconds", "{:.1f}"), median(against, "seconds") / median(row, "seconds")
        else:
            speed = spread(row["rounds"], "per_second", "{:.0f}")
            factor = median(row, "per_second") / median(against, "per_second")
        cells = [row["who"], speed, f"{factor:.1f}", f"{median(row, 'peak_mib'):.0f}"]
        if not whole:
            cells.append(f"{median(row, 'first_result_s'):.2f}")
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def tables(figures):
    lines = [f"{figures['machine']}, {figures['cores']} cores; medians of {figures['rounds']} rounds (smallest-largest)."]
    for job in TITLES:
        rows = [row for row in figures["rows"] if row["job"] == job]
        if rows:
            lines += ["", *table(job, rows)]
    return "\n".join(lines)


def into(path, text):
    page = path.read_text(encoding="utf-8")
    if not re.search("<!-- compare -->.*<!-- /compare -->", page, re.DOTALL):
        sys.exit(f"{path}: there are no two lines <!-- compare --> and <!-- /compare --> to write between")
    before, rest = page.split("<!-- compare -->", 1)
    _, after = rest.split("<!-- /compare -->", 1)
    path.write_text(f"{before}<!-- compare -->\n{text}\n<!-- /compare -->{after}", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", type=Path)
    parser.add_argument("--into", type=Path)
    arguments = parser.parse_args()
    text = tables(json.loads(arguments.figures.read_text(encoding="utf-8")))
    if arguments.into:
        into(arguments.into, text)
    else:
        print(text)


if __name__ == "__main__":
    main()
