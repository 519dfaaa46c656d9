"""Work that Python waits for: progress, Ctrl-C, threads, forks, imports."""
from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from conftest import TALK

import plenary_text
from plenary_text import Encoder, Study


def test_progress_is_reported_from_the_calling_thread() -> None:
    seen: list[tuple[str, int, int, int]] = []
    plenary_text.run(TALK, cache=False, progress=lambda stage, done, total: seen.append((stage, done, total, threading.get_ident())))
    assert {thread for *_, thread in seen} == {threading.get_ident()}
    assert all(0 <= done <= total for _, done, total, _ in seen) and seen[-1][0] == "writing tables"


def test_a_function_can_stop_the_work(in_new_folder: Path) -> None:
    class Enough(Exception):
        pass

    def stop(stage: str, done: int, total: int) -> None:
        raise Enough(stage)

    with pytest.raises(Enough):
        plenary_text.run(TALK, out="out", progress=stop)
    assert not Path("out/run.json").exists()
    with pytest.raises(Enough):
        Encoder().encode([f"text {at}" for at in range(20_000)], progress=stop)


def test_a_bar_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    Encoder().encode(["a", "b"], show_progress_bar=True)
    assert "embedding segments" in capsys.readouterr().err


def test_ctrl_c_stops_the_work() -> None:
    code = """
import os, signal, threading
import plenary_text
encoder = plenary_text.Encoder()
started = threading.Event()
def interrupt():
    started.wait()
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt).start()
try:
    encoder.encode([f"This is text number {at}." for at in range(1_000_000)], progress=lambda *_: started.set())
except KeyboardInterrupt:
    print("stopped")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "stopped\n"), done.stderr


def test_other_threads_run_meanwhile() -> None:
    seen: list[int] = []
    working = threading.Event()

    def count() -> None:
        working.wait()
        seen.extend(range(1000))

    other = threading.Thread(target=count)
    other.start()
    counted: list[int] = []

    def report(stage: str, done: int, total: int) -> None:
        working.set()
        other.join()
        counted.append(len(seen))

    Encoder().encode(["a"] * 3 + ["b"], progress=report)
    assert counted[0] == 1000


def child_encodes(queue: "multiprocessing.Queue[str]") -> None:
    try:
        queue.put(str(Encoder().encode(["a"]).shape))
    except plenary_text.ForkError as error:
        queue.put(str(error))


def answer_of(method: str) -> str:
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    child = context.Process(target=child_encodes, args=(queue,))
    child.start()
    answer: str = queue.get(timeout=60)
    child.join(60)
    return answer


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_says_what_to_do_and_a_spawned_one_works(encoder: Encoder) -> None:
    encoder.encode(["a"])
    assert 'get_context("spawn")' in answer_of("fork")
    assert answer_of("spawn") == "(1, 384)"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_that_was_forked_before_the_first_use_works() -> None:
    code = """
import os, plenary_text
child = os.fork()
if child == 0:
    print(plenary_text.Encoder().encode(["a"]).shape, flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout == "(1, 384)\n", done.stderr


def test_log_lines_go_to_the_logging_of_python(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="plenary_text"):
        plenary_text.run({"talk.md": TALK}, Study(), cache=False)
    assert any("talk.md" in record.message for record in caplog.records)


def test_importing_needs_no_other_package() -> None:
    code = "import sys, plenary_text; print([name for name in ('numpy', 'polars', 'pandas', 'pyarrow', 'tqdm') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


def test_signals_of_python_are_left_as_they_are() -> None:
    before = signal.getsignal(signal.SIGINT)
    plenary_text.read(TALK)
    assert signal.getsignal(signal.SIGINT) is before
