#!/usr/bin/env python3
"""Checks that a corpus in parts gives the tables of one run: sha256 of every file but `runs` and `run.json`.

    parts.py --plenary PROGRAM [--transcripts 200] [--trials 20] [--seed 1] [--kill-within 4] [--parts 2 7 64]
             [--spark MASTER ...] [--spark-trials 20] [--dask] [--ray]

Transcripts are made from data/state-of-the-union, two speakers in each, as Markdown, in a table and in a zip archive; some files fail, some
are there twice. They are run in one process; in parts in random order; and in 7 parts of which processes are killed at random
moments (SIGKILL), --trials times: the process of a part, or once per part the worker under it, and the steps fit, assign and combine. Odd
trials compute everything, even ones look numbers up in a cache.

--spark runs them through plenary_text.spark for each master such as local[2] or local-cluster[2,1,1024], as paths and as a data frame of
binaryFile; it needs Java. --spark-trials kills executors of local-cluster[2,1,1024] at random moments, in even trials with paths, in odd ones
with a data frame. Both take the numbers of models from the cache. --dask and --ray run the recipes of docs/howto/many-machines.md. Exits with 1
if a table differs. Linux only (it looks for processes in /proc).
Needs the package plenary-text and parts_requirements.txt.
"""
import argparse, csv, hashlib, os, random, shutil, signal, subprocess, sys, tempfile, threading, time, zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STUDY = """
[transcript]
link_people = "corpus"
people = "people.csv"

[[targets]]
id = "peace"
proposition = "The country should lead the world to peace."

[[targets]]
id = "taxes"
proposition = "Taxes should be lowered."

[[estimates.by]]
columns = ["party"]
weight = "person"
"""


def make(folder, n, seed):
    """n transcripts in `folder/talks`, and a study with a list of people beside it."""
    draw = random.Random(seed)
    with (ROOT / "data/state-of-the-union/addresses.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if len(row["text"].split()) > 5]
    people = {row["speaker"]: row["party"] for row in rows}
    talks = folder / "talks"
    (talks / "deep").mkdir(parents=True)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    lines = ["name,party", *(f'"{name}",{party}' for name, party in people.items())]
    (folder / "people.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    table, archive = [], []
    for number in range(n):
        first, second = draw.sample(sorted(people), 2)
        said = [draw.choice([row["text"] for row in rows if row["speaker"] == who]) for who in (first, second, first, second)]
        turns = list(zip((first, second, first, second), said))
        text = "".join(f"**{who}**\n\n{what}\n\n" for who, what in turns)
        kind = number % 10
        if kind == 0:
            table += [(f"meeting {number}", who, what) for who, what in turns]
        elif kind == 1:
            archive.append((f"meeting-{number}.md", text))
        else:
            place = talks / "deep" if kind == 2 else talks
            (place / f"meeting-{number}.md").write_text(text, encoding="utf-8")
            if kind == 3:
                (talks / f"copy-of-{number}.md").write_text(text, encoding="utf-8")
    with (talks / "table.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("document", "speaker", "text"), *table])
    with zipfile.ZipFile(talks / "archive.zip", "w") as file:
        for name, text in archive:
            file.writestr(zipfile.ZipInfo(name), text)
    (talks / "empty.md").write_text("")
    (talks / "broken.pdf").write_bytes(b"%PDF-1.4\nnothing\n")


def tables(folder):
    """sha256 of every file that must be the same."""
    files = {path.name: path for path in folder.iterdir() if path.is_file() and not path.name.startswith((".", "runs.", "run.json"))}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


class Program:
    def __init__(self, path, place, trial_cache):
        self.path, self.place = Path(path).resolve(), place
        self.env = os.environ | {"PLENARY_CACHE": str(trial_cache)}

    def start(self, *arguments):
        return subprocess.Popen([self.path, *map(str, arguments), "-q"], cwd=self.place, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def run(self, *arguments):
        process = self.start(*arguments)
        said = process.communicate()[1].decode()
        if process.returncode not in (0, 1):
            sys.exit(f"plenary {' '.join(map(str, arguments))} ended with {process.returncode}:\n{said}")

    def run_killed(self, draw, within, kills, *arguments):
        """Runs to the end, killing the process at random moments first. Returns how often something was killed."""
        n_killed, worker_killed = 0, False
        for _ in range(kills):
            process = self.start(*arguments)
            time.sleep(draw.uniform(0, within))
            if process.poll() is None:
                children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
                if children and not worker_killed and draw.random() < 0.5:
                    worker_killed = True
                    subprocess.run(["kill", "-KILL", children[0]], stderr=subprocess.DEVNULL)
                else:
                    process.kill()
                n_killed += 1
            process.communicate()
        self.run(*arguments)
        return n_killed


def compare(found, expected, what):
    differ = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
    print(f"{what}: {'the same %d files' % len(found) if not differ else 'DIFFER: ' + ', '.join(differ)}", flush=True)
    return not differ


INPUTS = ["talks", "--study", "study.toml"]


def in_parts(program, n_parts, draw, *cache):
    shutil.rmtree(program.place / "work", ignore_errors=True)
    program.run("part", "plan", "work", *INPUTS, "--parts", n_parts)
    parts = list(range(n_parts))
    draw.shuffle(parts)
    for part in parts:
        program.run("part", "run", "work", "--part", part, *cache)
    program.run("part", "fit", "work")
    draw.shuffle(parts)
    program.run("part", "assign", "work", "--part", ",".join(map(str, parts)))
    program.run("part", "combine", "work", "--out", "results")
    return tables(program.place / "results")


def killed(program, trial, draw, within):
    shutil.rmtree(program.place / "work", ignore_errors=True)
    shutil.rmtree(program.place / "results", ignore_errors=True)
    cache = ["--no-cache"] if trial % 2 else []
    n = program.run_killed(draw, within, draw.randint(0, 1), "part", "plan", "work", *INPUTS, "--parts", 7)
    parts = list(range(7))
    draw.shuffle(parts)
    for part in parts:
        n += program.run_killed(draw, within, draw.choice([0, 0, 1, 2]), "part", "run", "work", "--part", part, *cache)
    n += program.run_killed(draw, within, draw.randint(0, 2), "part", "fit", "work")
    n += program.run_killed(draw, within, draw.randint(0, 2), "part", "assign", "work")
    n += program.run_killed(draw, within, draw.randint(0, 2), "part", "combine", "work", "--out", "results")
    return n


def begin(place):
    """The folders `work` and `results`, of which nothing is there."""
    for name in ("work", "results", "storage"):
        shutil.rmtree(place / name, ignore_errors=True)
    return place / "work", place / "results"


def spark(master, place, as_files, n_parts=7, kill=None):
    """The tables of Spark. `kill` is called when there is a session."""
    from pyspark.sql import SparkSession

    import plenary_text.spark

    builder = SparkSession.builder.master(master).appName("parts").config("spark.ui.enabled", "false")
    session = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    try:
        work, out = begin(place)
        if kill:
            kill()
        if as_files:
            files = session.read.format("binaryFile").option("recursiveFileLookup", True).load(f"file://{place}/talks")
            storage = f"file://{place}/storage"
            plenary_text.spark.run(session, files, place / "study.toml", out, work=work, storage=storage, parts=n_parts, cache=True)
        else:
            plenary_text.spark.run(session, ["talks"], "study.toml", out, work=work, parts=n_parts, cache=True)
        return tables(out)
    finally:
        session.stop()


def descendants(pid):
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield int(child)
            yield from descendants(int(child))


def executors():
    """The executors of Spark that this process started."""
    found = []
    for pid in descendants(os.getpid()):
        try:
            if b"CoarseGrainedExecutorBackend" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
        except OSError:
            continue
    return found


def spark_killed(place, trial, draw, within):
    """The tables of Spark, one or two of whose executors are killed at random moments."""
    killed, ended = [], threading.Event()

    def kill():
        for _ in range(draw.randint(1, 2)):
            if ended.wait(draw.uniform(0, within)):
                return
            try:
                if found := executors():
                    os.kill(draw.choice(found), signal.SIGKILL)
                    killed.append(True)
            except OSError:
                # The process has ended meanwhile.
                continue

    thread = threading.Thread(target=kill)
    try:
        found = spark("local-cluster[2,1,1024]", place, trial % 2 == 1, n_parts=4, kill=thread.start)
    finally:
        ended.set()
    thread.join()
    return found, len(killed)


def dask(place):
    from dask.distributed import Client

    from plenary_text import parts

    work, out = begin(place)
    with Client(n_workers=2, threads_per_worker=1, dashboard_address=None) as client:
        n = parts.plan(work, ["talks"], "study.toml", parts=7)
        client.gather(client.map(parts.measure, [str(work)] * n, range(n), threads=1))
        parts.fit(work)
        client.gather(client.map(parts.assign, [str(work)] * n, range(n), threads=1))
        parts.combine(work, out)
    return tables(out)


def by_ray(place):
    import ray

    from plenary_text import parts

    work, out = begin(place)
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        n = parts.plan(work, ["talks"], "study.toml", parts=7)
        measure, assign = (ray.remote(step) for step in (parts.measure, parts.assign))
        ray.get([measure.remote(str(work), part, threads=1) for part in range(n)])
        parts.fit(work)
        ray.get([assign.remote(str(work), part, threads=1) for part in range(n)])
        parts.combine(work, out)
    finally:
        ray.shutdown()
    return tables(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plenary", required=True)
    parser.add_argument("--transcripts", type=int, default=200)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kill-within", type=float, default=4, help="seconds")
    parser.add_argument("--parts", type=int, nargs="*", default=[2, 7, 64])
    parser.add_argument("--spark", nargs="*", default=[], metavar="MASTER")
    parser.add_argument("--spark-trials", type=int, default=0)
    parser.add_argument("--spark-kill-within", type=float, default=30, help="seconds")
    parser.add_argument("--dask", action="store_true")
    parser.add_argument("--ray", action="store_true")
    args = parser.parse_args()
    os.environ.setdefault("PLENARY_MODELS", str(ROOT / "models"))
    # The Python of executors; Spark would take the first on the search path.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    same = True
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        make(place, args.transcripts, args.seed)
        program = Program(args.plenary, place, place / "cache")
        os.environ["PLENARY_CACHE"] = str(place / "cache")
        program.run("run", *INPUTS, "--out", "whole")
        whole = tables(place / "whole")
        print(f"one run over {args.transcripts} transcripts: {len(whole)} files", flush=True)
        for n_parts in args.parts:
            found = in_parts(program, n_parts, random.Random(args.seed + n_parts))
            same &= compare(found, whole, f"{n_parts} parts")
        total = 0
        for trial in range(args.trials):
            n = killed(program, trial, random.Random(args.seed * 1000 + trial), args.kill_within)
            total += n
            same &= compare(tables(place / "results"), whole, f"trial {trial}, {n} kills")
        if args.trials:
            print(f"{args.trials} trials, {total} kills", flush=True)
        if args.spark or args.spark_trials or args.dask or args.ray:
            os.chdir(place)
        # A data frame has the names below the folder that all of its files share, and Spark leaves out empty files.
        if args.spark or args.spark_trials:
            shutil.copytree(place / "talks", place / "seen", ignore=lambda folder, names: ["empty.md"])
            inside = Program(args.plenary, place / "seen", place / "cache")
            inside.run("run", ".", "--study", place / "study.toml", "--out", place / "below")
            below = tables(place / "below")
        for master in args.spark:
            same &= compare(spark(master, place, False), whole, f"Spark {master}, paths")
            same &= compare(spark(master, place, True), below, f"Spark {master}, data frame")
        total = 0
        for trial in range(args.spark_trials):
            found, n = spark_killed(place, trial, random.Random(args.seed * 2000 + trial), args.spark_kill_within)
            total += n
            same &= compare(found, below if trial % 2 else whole, f"Spark, trial {trial}, {n} executors killed")
        if args.spark_trials:
            print(f"{args.spark_trials} trials of Spark, {total} executors killed", flush=True)
        if args.dask:
            same &= compare(dask(place), whole, "Dask")
        if args.ray:
            same &= compare(by_ray(place), whole, "Ray")
        os.chdir(ROOT)
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
