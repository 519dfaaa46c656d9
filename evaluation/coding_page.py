#!/usr/bin/env python3
"""Codes a sample in a real browser, by keyboard alone, and reads the exported file back.

    evaluation/coding_page.py --plenary target/release/plenary [--axe axe.min.js] [--screenshots FOLDER]

Runs a study on a made-up transcript whose speakers say HTML and JavaScript, draws a sample, and opens its page from the disk in a headless
Chromium without a network. Checks that texts stay texts, that nothing is requested, that codes survive undo, a reload and an export with an
import, that the browser warns before it closes the page with codes that were not exported, that a screen reader finds names and focus (with
axe-core, if its file is given: the wheel of axe-playwright-python on PyPI has it), and that `plenary learn` learns from the exported file.
Exits with 1 if a check fails, and with 77 if there is no Chromium. Needs Python 3.11, and the program; the browser is driven over the pipe of its
DevTools protocol.
"""
import argparse
import base64
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
NO_BROWSER = 77
PATIENCE_S = 60

STUDY = """[study]
name = "Borders <b>& trade</b>"

[[targets]]
id = "open_borders"
proposition = "Borders should be open."
negation = "Borders should not be open."
definition = "Open means: without visas, <i>for everybody</i>."
edge_cases = ["Tourists alone are neither."]
examples = { favor = ["Let them all in."], against = ["Shut the gates."] }
"""
SAID = [
    ("favor", "I say that borders should be open to everybody in year {}."),
    ("against", "We must shut the borders for good in year {}."),
    ("neither", "<img src=x onerror=\"window.hacked=1\"> </script><script>window.hacked=1</script> \"lunch\" & tea at {}."),
]
ROOT = Path(__file__).resolve().parent.parent
KEYS = {"favor": ["1", "f"], "against": ["2", "a"], "neither": ["3", "n"]}


class Failed(Exception):
    """A check that failed."""


def check(holds, what):
    if not holds:
        raise Failed(what)


def find_browser():
    named = os.environ.get("CHROMIUM")
    for name in [named] if named else BROWSERS:
        if path := shutil.which(name):
            return path
    return None


class Browser:
    """A headless Chromium and one page of it, over --remote-debugging-pipe: JSON messages that end with a zero byte."""

    def __init__(self, path, folder):
        to_browser, self.send_end = os.pipe()
        self.read_end, from_browser = os.pipe()
        arguments = [
            path, "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={folder}", "--no-first-run", "--disable-gpu",
            "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--window-size=1300,900",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            arguments.append("--no-sandbox")
        # The browser reads commands from 3 and writes answers to 4.
        def pipes():
            reading, writing = os.dup(to_browser), os.dup(from_browser)
            os.dup2(reading, 3)
            os.dup2(writing, 4)
        self.log = open(Path(folder).with_suffix(".log"), "wb")
        self.process = subprocess.Popen(
            arguments, preexec_fn=pipes, close_fds=False, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )
        os.close(to_browser)
        os.close(from_browser)
        self.rest, self.next_id, self.session, self.events = b"", 0, None, []
        self.dialogs, self.requests, self.errors = [], [], []

    def close(self):
        try:
            self.call("Browser.close", of_browser=True)
            self.process.wait(timeout=20)
        except (Failed, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        self.log.close()

    def message(self):
        while b"\0" not in self.rest:
            read = os.read(self.read_end, 1 << 16)
            check(read, "the browser ended")
            self.rest += read
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def call(self, method, of_browser=False, **parameters):
        self.next_id += 1
        call = {"id": self.next_id, "method": method, "params": parameters}
        if self.session and not of_browser:
            call["sessionId"] = self.session
        os.write(self.send_end, json.dumps(call).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == call["id"]:
                check("error" not in message, f"{method}: {message.get('error')}")
                return message["result"]
            self.note(message)

    def note(self, message):
        """What happened while an answer was awaited."""
        method, about = message.get("method"), message.get("params", {})
        if method == "Page.javascriptDialogOpening":
            self.dialogs.append(about["type"])
            # An answer to this is not awaited: it would wait for the reload that the dialog holds up.
            self.next_id += 1
            answer = {"id": self.next_id, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}
            os.write(self.send_end, json.dumps(answer | {"sessionId": self.session}).encode() + b"\0")
        elif method == "Network.requestWillBeSent":
            self.requests.append(about["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.errors.append(about["exceptionDetails"].get("exception", {}).get("description", str(about)))
        elif method == "Log.entryAdded" and about["entry"]["level"] in ("error", "warning"):
            self.errors.append(about["entry"]["text"])
        elif method:
            self.events.append(method)

    def await_event(self, method):
        until = time.monotonic() + PATIENCE_S
        while method not in self.events:
            check(time.monotonic() < until, f"{method} did not happen")
            self.note(self.message())

    def open(self, url):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Network", "Log", "DOM"]:
            self.call(f"{domain}.enable")
        self.call("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        self.events.clear()
        self.call("Page.navigate", url=url)
        self.await_event("Page.loadEventFired")

    def reload(self):
        self.events.clear()
        self.call("Page.reload")
        self.await_event("Page.loadEventFired")

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        check("exceptionDetails" not in result, f"{expression}: {result.get('exceptionDetails')}")
        return result["result"].get("value")

    def press(self, key, modifiers=0):
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else None)
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowRight": 39, "Backspace": 8}
        about = {"key": key, "modifiers": modifiers, "windowsVirtualKeyCode": codes.get(key, ord(key.upper()) if len(key) == 1 else 0)}
        down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
        self.call("Input.dispatchKeyEvent", **about, **down)
        self.call("Input.dispatchKeyEvent", **about, type="keyUp")

    def text(self, name):
        return self.evaluate(f"document.getElementById({json.dumps(name)}).textContent")

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def appearance(self, scheme):
        # Without transitions, so that colours are final at once.
        features = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        self.call("Emulation.setEmulatedMedia", features=[{"name": name, "value": value} for name, value in features.items()])


def label_of(text):
    return next(label for label, said in SAID if text.startswith(said[:20]))


def pressed(browser):
    """The code of the unit that is shown; None if it has none."""
    return browser.evaluate("""(() => {
        const found = [...document.querySelectorAll('#codes button')].find(one => one.getAttribute('aria-pressed') === 'true');
        return found ? [...found.childNodes].filter(node => node.nodeType === 3).map(node => node.data).join('') : null;
    })()""")


def run(program, folder, arguments):
    """Runs the program in a folder, with the models that ship unless others are named."""
    environment = {"PLENARY_MODELS": str(ROOT / "models")} | os.environ
    ended = subprocess.run([program, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    check(ended.returncode == 0, f"plenary {' '.join(arguments)}: {ended.stderr}")
    return ended.stdout


def set_up(program, folder):
    """A sample of 48 units, and its page."""
    turns = [f"**{'Ann Lee' if at % 2 else 'Bo Chen'}**\n\n{' '.join(said.format(1950 + at) for _, said in SAID)}\n" for at in range(24)]
    (folder / "talk.md").write_text("\n".join(turns), encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    for arguments in [
        ["run", "talk.md", "--study", "study.toml", "--out", "results", "--quiet"],
        ["sample", "results", "--out", "sample", "--size", "48", "--quiet"],
    ]:
        run(program, folder, arguments)
    return folder / "sample" / "coding.html"


def code_by_keyboard(browser, n):
    """Codes the next units, and returns how many units are coded."""
    for at in range(n):
        label = label_of(browser.text("words"))
        browser.press(KEYS[label][at % 2])


def read_codes(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def export(browser, folder, press):
    """The exported file, after `press`."""
    for old in folder.iterdir():
        old.unlink()
    press()
    until = time.monotonic() + PATIENCE_S
    while not (folder / "codes.csv").exists():
        check(time.monotonic() < until, "no file was exported")
        browser.evaluate("1")
        time.sleep(0.05)
    return read_codes(folder / "codes.csv")


def check_accessibility(browser, axe, place):
    if axe is None:
        return
    browser.evaluate(axe.read_text(encoding="utf-8") + "; 1")
    found = browser.evaluate("axe.run().then(result => result.violations.map(one => [one.impact, one.id, one.nodes.map(node => node.html)]))")
    bad = [one for one in found if one[0] in ("serious", "critical")]
    check(not bad, f"axe, {place}: {bad}")
    for impact, name, _ in found:
        print(f"  axe, {place}: {impact}: {name}")


def check_page(browser, page, folder, axe, screenshots):
    downloads = folder / "downloads"
    downloads.mkdir()
    browser.call("Browser.setDownloadBehavior", of_browser=True, behavior="allow", downloadPath=str(downloads))
    browser.open(page.as_uri())
    browser.appearance("light")
    n = browser.evaluate("data.units.length")
    check(n == 48, f"{n} units")
    check(browser.text("count") == "0 of 48 coded", browser.text("count"))
    check(browser.text("study") == "Borders <b>& trade</b>", "the name of the study is a text")

    print("keyboard: 20 units, undo, clear, note, cannot tell")
    code_by_keyboard(browser, 20)
    check(browser.text("count") == "20 of 48 coded", browser.text("count"))
    check(browser.text("position") == "Unit 21 of 48", "the page goes on")
    browser.press("u")
    check(browser.text("position") == "Unit 20 of 48" and pressed(browser) is None, "undo")
    check(browser.text("count") == "19 of 48 coded", "undo counts")
    code_by_keyboard(browser, 1)
    browser.press("ArrowLeft")
    check(pressed(browser) == label_of(browser.text("words")), "what was coded is shown")
    browser.press("Backspace")
    check(pressed(browser) is None, "Backspace clears")
    browser.press("ArrowRight")
    browser.press("o")
    check(browser.text("position") == "Unit 20 of 48", "o is the first open unit")
    code_by_keyboard(browser, 1)
    browser.press("/")
    note = 'She says "no", = perhaps;\nu n f 1'
    browser.call("Input.insertText", text=note)
    browser.press("Escape")
    check(browser.evaluate("document.activeElement.id") == "unit", "Escape leaves the note")
    browser.press("0")
    check(browser.text("count") == "21 of 48 coded (1 cannot tell)", browser.text("count"))
    browser.press("u")
    check(browser.evaluate("document.getElementById('note').value") == note, "undo keeps a note")
    browser.press("0")
    browser.press("f", modifiers=2)
    check(browser.text("position") == "Unit 22 of 48", "Ctrl+F is the browser's")

    print("keyboard: help, buttons by Tab and Enter, focus that can be seen")
    browser.press("?")
    check(browser.evaluate("document.getElementById('dialog').open"), "? opens the help")
    check_accessibility(browser, axe, "help")
    if screenshots:
        browser.screenshot(screenshots / "help.png")
    browser.press("1")
    check(browser.text("position") == "Unit 22 of 48", "keys do not code behind the help")
    browser.press("Escape")
    check(not browser.evaluate("document.getElementById('dialog').open"), "Escape closes the help")
    for _ in range(40):
        browser.press("Tab")
        if browser.evaluate("document.activeElement.parentElement.id") == "codes":
            break
    check(browser.evaluate("document.activeElement.parentElement.id") == "codes", "Tab reaches the codes")
    check(browser.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", "the focus is visible")
    browser.press("Enter")
    check(browser.text("count").startswith("22 of 48"), "Enter on a button codes")
    check(browser.evaluate("document.activeElement.parentElement.id") == "codes", "the focus stays")
    check("Coded favor. Unit 23 of 48" in browser.text("status"), "screen readers hear what happened")
    browser.press("u")

    print("texts stay texts")
    check(browser.evaluate("typeof window.hacked") == "undefined", "a script of the transcript ran")
    shown = set()
    for _ in range(48):
        browser.press("ArrowLeft")
    for _ in range(48):
        shown.add(browser.text("words"))
        inside = "document.querySelectorAll('#words *, #speaker *, #question *, #before img, #after img, #before script, #rules i').length"
        check(browser.evaluate(inside) == 0, "a text became elements")
        browser.press("ArrowRight")
    check(any(text.startswith('<img src=x onerror="window.hacked=1"> </script><script>') for text in shown), "the hostile text is shown")
    check(browser.evaluate("document.scripts.length") == 2, "scripts")

    print("reload: warns, and keeps everything")
    dialogs = len(browser.dialogs)
    browser.reload()
    check(browser.dialogs[dialogs:] == ["beforeunload"], "the browser warns before codes that were not exported are left")
    check(browser.text("count") == "21 of 48 coded (1 cannot tell)", f"after a reload {browser.text('count')}")

    for scheme in ["light", "dark"]:
        browser.appearance(scheme)
        check_accessibility(browser, axe, scheme)
        if screenshots:
            browser.screenshot(screenshots / f"{scheme}.png")
    browser.call("Emulation.setDeviceMetricsOverride", width=400, height=800, deviceScaleFactor=1, mobile=True)
    check_accessibility(browser, axe, "narrow")
    check(browser.evaluate("document.documentElement.scrollWidth <= 400"), "a narrow page does not scroll sideways")
    if screenshots:
        browser.screenshot(screenshots / "narrow.png")
    browser.call("Emulation.clearDeviceMetricsOverride")

    print("export")
    rows = export(browser, downloads, lambda: browser.press("e"))
    check(len(rows) == 48 and sum(bool(row["label"]) for row in rows) == 20, "the exported rows")
    for at, row in enumerate(rows):
        text = row["text"].removeprefix("'")
        check(row["label"] == (label_of(text) if at < 20 else ""), f"row {at + 1}: {row}")
        check(row["coder"] == "coder" and len(row["sample"]) == 12, f"row {at + 1}: {row}")
    unsure = [row for row in rows if row["note"].startswith("[cannot tell]")]
    check([row["note"] for row in unsure] == [f"[cannot tell] {note}"], f"the note: {unsure}")
    written = read_codes(page.parent / "codes.csv")
    for exported, row in zip(rows, written, strict=True):
        same = [name for name in row if name not in ("label", "note")]
        check(all(exported[name] == row[name] for name in same), f"exported {exported}, in the table {row}")
    dialogs = len(browser.dialogs)
    browser.reload()
    check(browser.dialogs[dialogs:] == [], "no warning after the export")

    print("import into an empty browser")
    exported = folder / "exported.csv"
    shutil.copy(downloads / "codes.csv", exported)
    browser.evaluate("localStorage.clear()")
    browser.reload()
    check(browser.text("count") == "0 of 48 coded", "nothing is kept")
    def import_file(path):
        document = browser.call("DOM.getDocument")["root"]["nodeId"]
        node = browser.call("DOM.querySelector", nodeId=document, selector="#file")["nodeId"]
        browser.evaluate("document.getElementById('status').textContent = ''; document.getElementById('alert').textContent = ''")
        browser.call("DOM.setFileInputFiles", nodeId=node, files=[str(path)])
        until = time.monotonic() + PATIENCE_S
        while not (browser.text("status") or browser.text("alert")):
            check(time.monotonic() < until, "nothing was imported")
            time.sleep(0.05)
    import_file(exported)
    check(browser.text("count") == "21 of 48 coded (1 cannot tell)", browser.text("count"))
    for name, change, expected in [
        ("sample", lambda row: row | {"sample": "0" * 12}, "another sample"),
        ("code", lambda row: row | {"label": "pro"}, "the code pro is not in the codebook"),
        ("coder", lambda row: row | {"coder": "ben"}, "codes of ben"),
        ("unit", lambda row: row | {"segment_id": "x"}, "is not on this page"),
    ]:
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0], delimiter=";")
            writer.writeheader()
            writer.writerows([change(rows[0]), *rows[1:]])
        import_file(folder / f"{name}.csv")
        check(expected in browser.text("alert"), f"import, {name}: {browser.text('alert')}")
        check(browser.text("count").startswith("21 of 48"), "nothing was imported")
    browser.press("u")
    check(browser.text("count") == "0 of 48 coded", "undo takes an import back")
    import_file(exported)

    print("the rest of the units")
    browser.press("o")
    code_by_keyboard(browser, 27)
    check(browser.text("count") == "48 of 48 coded (1 cannot tell)", browser.text("count"))
    check(not browser.evaluate("document.getElementById('done').hidden"), "the end is shown")
    rows = export(browser, downloads, lambda: browser.press("e"))
    check(sum(bool(row["label"]) for row in rows) == 47, "47 labels and a unit that cannot be told")
    check(not browser.errors, f"errors of the page: {browser.errors}")
    outside = [url for url in browser.requests if not url.startswith(("file:", "blob:", "data:"))]
    check(not outside, f"requests: {outside}")
    return downloads / "codes.csv"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plenary", required=True, type=Path, help="the program")
    parser.add_argument("--axe", type=Path, help="axe.min.js")
    parser.add_argument("--screenshots", type=Path, help="folder for pictures of the page")
    arguments = parser.parse_args()
    path = find_browser()
    if path is None:
        print("no Chromium was found; the page was not checked", file=sys.stderr)
        return NO_BROWSER
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    program = str(arguments.plenary.resolve())
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            page = set_up(program, folder)
            browser = Browser(path, folder / "profile")
            try:
                codes = check_page(browser, page, folder, arguments.axe, arguments.screenshots)
            finally:
                browser.close()
            print("plenary learn reads the exported file")
            learned = run(program, folder, ["learn", "results", "--codes", str(codes), "--out", "coder"])
            check("from 47 codes" in learned, f"plenary learn: {learned}")
    except Failed as error:
        print(f"failed: {error}", file=sys.stderr)
        return 1
    print("all checks of the page passed" + ("" if arguments.axe else "; axe-core was left out"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
