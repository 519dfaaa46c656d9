#!/usr/bin/env python3
"""Runs plenary and its peers in turn and reports medians.

    compare.py --target target/release --texts TEXTS.jsonl --encoder FOLDER [--rounds 3] [--out FIGURES.json]
    compare.py --target target/release --whole TRANSCRIPTS --study STUDY.toml --encoder FOLDER [--rounds 3]

See README.md beside this file. Needs the peers' packages. Every program uses two threads; nothing else should run on
the cores.
"""
import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import tell

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
HYPOTHESIS = "The speaker supports the government."


def told(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def timed(command):
    """Wall seconds and peak MiB of a whole command."""
    at = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([str(part) for part in command], stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            said.seek(0)
            sys.exit(f"{' '.join(map(str, command))} failed:\n{said.read().decode()[-3000:]}")
    return {"seconds": time.perf_counter() - at, "peak_mib": usage.ru_maxrss / 1024}


def processor():
    """The processor's name, if the system reports it."""
    facts = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*:\s*(.*)", facts.read_text()) if facts.exists() else []
    return names[0] if names else platform.processor() or platform.machine()


def convert(target, folder):
    """The fp32 classifiers, in a form that transformers reads."""
    for model, name in (("nli-minilm-l6", "nli"), ("sentiment-minilm-l6", "sentiment")):
        command = [target / "plenary", "models", "convert", model, "--to", folder, "--force"]
        subprocess.run([str(part) for part in command], check=True, capture_output=True)
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / f"{model}-fp32").rename(folder / name)


def engines(arguments, work):
    infer, peer = arguments.target / "examples" / "infer", [sys.executable, HERE / "peer.py"]
    onnx = work / "onnx"
    if not onnx.exists():
        subprocess.run([str(part) for part in [*peer, "export", arguments.encoder, onnx]], check=True, capture_output=True)
    ours = lambda job, *more: [infer, ROOT / "models", job, arguments.texts, "--threads", 2, *more]
    pairs = ("--hypothesis", HYPOTHESIS)
    return {
        "embed": {
            "plenary": ours("embed"),
            "plenary, rten": ours("embed", "--engine", "rten"),
            "sentence-transformers, torch fp32": [*peer, "embed", "torch", arguments.encoder, arguments.texts],
            "sentence-transformers, ONNX fp32": [*peer, "embed", "onnx", onnx, arguments.texts],
            "sentence-transformers, ONNX int8": [*peer, "embed", "onnx-int8", onnx, arguments.texts],
            "sentence-transformers, OpenVINO": [*peer, "embed", "openvino", onnx, arguments.texts],
            "FastEmbed": [*peer, "embed", "fastembed", onnx, arguments.texts],
        },
        "infer": {
            "plenary": ours("infer", *pairs),
            "plenary, rten": ours("infer", *pairs, "--engine", "rten"),
            "transformers pipeline, torch fp32": [*peer, "infer", work / "nli", arguments.texts, *pairs],
        },
    }


def whole(arguments, work):
    models = work / "models"
    models.mkdir(exist_ok=True)
    for name in ("nli", "sentiment"):
        shutil.copytree(work / name, models / name, dirs_exist_ok=True)
    shutil.copytree(arguments.encoder, models / "encoder", dirs_exist_ok=True)
    run = [arguments.target / "plenary", "run", arguments.whole, "--study", arguments.study, "--threads", 2, "--quiet"]
    run += ["--models", ROOT / "models", "--out", work / "tables"]
    return {
        "plenary run": [*run, "--no-cache"],
        "plenary run, warm cache": [*run, "--cache", work / "cache"],
        "plain script": [sys.executable, HERE / "whole_job.py", arguments.whole, arguments.study, models, work / "script"],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", type=Path, required=True)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--whole", type=Path)
    parser.add_argument("--study", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, help="folder for exported models, kept [default: a temporary one]")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    work = arguments.work or Path(tempfile.mkdtemp())
    work.mkdir(parents=True, exist_ok=True)
    if not all((work / name).exists() for name in ("nli", "sentiment")):
        convert(arguments.target, work)

    jobs = engines(arguments, work) if arguments.texts else {}
    runs = {}
    if arguments.whole:
        jobs["whole job"] = whole(arguments, work)
        timed(jobs["whole job"]["plenary run, warm cache"])  # fills the cache
    for _ in range(arguments.rounds):
        for job, peers in jobs.items():
            for name, command in peers.items():
                figures = timed(command) if job == "whole job" else told(command)
                runs.setdefault((job, name), []).append(figures)
                print(job, name, figures, file=sys.stderr, flush=True)

    rows = [{"job": job, "who": name, "rounds": figures} for (job, name), figures in runs.items()]
    figures = {"machine": processor(), "cores": os.cpu_count(), "rounds": arguments.rounds, "rows": rows}
    if arguments.out:
        arguments.out.write_text(json.dumps(figures, indent=1))
    print(tell.tables(figures))


main()
