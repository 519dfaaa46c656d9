#!/usr/bin/env python3
"""Checks the Dockerfile without Docker.

    check_dockerfile.py                   # its form, and that every file it copies exists
    check_dockerfile.py --run             # its steps in order, each stage in a folder of its own, then the entry point on the sample

With --run, cargo builds into $CARGO_TARGET_DIR, which stands for the folder `target` of the stage. Base images are not used: what they
bring (Rust, a C compiler) must be on this system.
"""
import argparse, json, os, shlex, shutil, subprocess, sys, tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KNOWN = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "ENTRYPOINT", "CMD"}


def steps():
    """(line number, instruction, rest) of every step."""
    for number, line in enumerate((ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            if word not in KNOWN or line.endswith("\\"):
                sys.exit(f"Dockerfile, line {number}: this script does not know the step: {line}")
            yield number, word, rest.strip()


def copied(rest):
    """The stage, the sources and the target of a COPY."""
    words = shlex.split(rest)
    stage = words.pop(0).removeprefix("--from=") if words[0].startswith("--from=") else None
    return stage, words[:-1], words[-1]


def check():
    stages = set()
    for number, word, rest in steps():
        if word == "FROM":
            stages.add(rest.split(" AS ")[-1])
        elif word == "COPY":
            stage, sources, _ = copied(rest)
            missing = [] if stage else [source for source in sources if not (ROOT / source).exists()]
            if missing or (stage and stage not in stages):
                sys.exit(f"Dockerfile, line {number}: there is no {missing or stage}")
        elif word in ("ENTRYPOINT", "CMD"):
            json.loads(rest)


class Stage:
    def __init__(self, folder):
        self.folder, self.workdir, self.env, self.entry = folder, "/", {}, None
        folder.mkdir(parents=True)

    def path(self, name):
        """A path of the stage on this system."""
        return self.folder / os.path.normpath(os.path.join(self.workdir, name)).lstrip("/")


def copy(source, target, into):
    """As COPY: the content of a folder, or a file."""
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True)
    else:
        place = target / source.name if into else target
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, place)


def context(folder):
    """The files that are tracked and that .dockerignore does not name, as docker would send them."""
    left_out = tuple((ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines())
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    for name in filter(None, names):
        if name.split("/")[0] not in left_out and (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)


def run(place):
    stages, stage = {}, None
    context(place / "context")
    for number, word, rest in steps():
        print(f"line {number}: {word} {rest}", flush=True)
        if word == "FROM":
            name = rest.split(" AS ")[-1]
            stage = stages[name] = Stage(place / f"stage-{len(stages)}")
        elif word == "WORKDIR":
            stage.workdir = rest
            stage.path(".").mkdir(parents=True, exist_ok=True)
        elif word == "ENV":
            key, _, value = rest.partition("=")
            stage.env[key] = str(stage.path(value)) if value.startswith("/") else value
        elif word == "COPY":
            origin, sources, target = copied(rest)
            for source in sources:
                found = stages[origin].path(source) if origin else place / "context" / source
                copy(found, stage.path(target), target.endswith("/") or len(sources) > 1)
        elif word == "RUN":
            target = stage.path("target")
            if "CARGO_TARGET_DIR" in os.environ and not target.exists():
                target.symlink_to(os.environ["CARGO_TARGET_DIR"])
            env = {key: value for key, value in os.environ.items() if key != "CARGO_TARGET_DIR"} | stage.env
            subprocess.run(rest, shell=True, cwd=stage.path("."), env=env, check=True)
        elif word == "ENTRYPOINT":
            stage.entry = json.loads(rest)
    for sample in ("shanghai-forum-2017.md", "cyber-governance.toml"):
        shutil.copy2(ROOT / "data" / sample, stage.path(sample))
    program = [str(stage.path(stage.entry[0])), *stage.entry[1:]]
    command = [*program, "run", "shanghai-forum-2017.md", "--study", "cyber-governance.toml", "--out", "results", "--no-cache", "-q"]
    subprocess.run(command, cwd=stage.path("."), env={"PATH": os.environ["PATH"]} | stage.env, check=True)
    print("the entry point measured the sample")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", action="store_true")
    args = parser.parse_args()
    check()
    if args.run:
        with tempfile.TemporaryDirectory() as folder:
            run(Path(folder))


if __name__ == "__main__":
    main()
