#!/usr/bin/env python3
"""Opens a report in a real browser, follows its links and uses its filters.

    evaluation/report_page.py --plenary target/release/plenary [--axe axe.min.js] [--screenshots FOLDER]

Runs a study on a made-up transcript whose speakers say HTML and JavaScript, Arabic and emoji, writes its report, and opens it from the disk in a
headless Chromium without a network. Checks on every page, light and dark, wide and narrow, that nothing is requested, that no error is
logged, that texts stay texts, that every count opens as many sentences as it says, that sentences lead to the transcript, that the filters of
the transcripts filter, that tables are sorted and copied, that everything works by keyboard, and that a screen reader finds nothing seriously
wrong (with axe-core, if its file is given). Prints the report to PDF, and opens the pages that `plenary find --html` and `plenary compare
--html` write. Exits with 1 if a check fails, and with 77 if there is no Chromium. Needs Python 3.11, and the program.
"""
import argparse
import base64
import csv
import re
import sys
import tempfile
import time
from pathlib import Path

from coding_page import NO_BROWSER, PATIENCE_S, Browser, Failed, check, check_accessibility, find_browser, run

PAGES = ["overview", "speakers", "themes", "stance", "exchanges", "transcripts", "validation", "methods"]
STUDY = """[study]
name = "Borders <b>& trade</b>"

[[targets]]
id = "open_borders"
proposition = "Borders should be open."
negation = "Borders should not be open."
definition = "Open means: without visas, <i>for everybody</i>."

[keyness]
min_words = 50
"""
SAID = [
    "I say that borders should be open to everybody in year {}.",
    "We must shut the borders for good in year {}.",
    "<img src=x onerror=\"window.hacked=1\"> </script><script>window.hacked=1</script> \"lunch\" & tea at {}.",
    "\u202eReversed\u202c مرحبا بالعالم, said the guest 👩\u200d👩\u200d👧 in {}.",
    "Who will pay for the gates of the harbour in {}?",
]
SPEAKERS = ["Ann Lee", "Bo Chen <script>", "Carla Diaz"]
PARTIES = ["Lake & Sea", "<b>Hill</b>", "Lake & Sea"]


def set_up(program, folder):
    """Results with two documents, and their report."""
    for document in range(2):
        with open(folder / f"talk{document}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["speaker", "party", "text"])
            for at in range(18):
                text = " ".join(said.format(1950 + at + 50 * document) for said in SAID)
                writer.writerow([SPEAKERS[at % 3], PARTIES[at % 3], text])
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    run(program, folder, ["run", "talk0.csv", "talk1.csv", "--study", "study.toml", "--out", "results", "--quiet", "--report"])
    check((folder / "results.html").is_file(), "plenary run --report wrote no report")
    first = (folder / "results.html").read_bytes()
    run(program, folder, ["report", "results", "--quiet"])
    check((folder / "results.html").read_bytes() == first, "plenary report and plenary run --report write the same file")
    run(program, folder, ["find", "<", "results", "--html", "places.html", "--quiet"])
    # One of the two documents, with another setting: documents, labels and estimates differ.
    (folder / "other.toml").write_text(STUDY + "\n[stance]\nconfidence_floor = 0.9\n", encoding="utf-8")
    run(program, folder, ["run", "talk0.csv", "--study", "other.toml", "--out", "other", "--quiet"])
    run(program, folder, ["compare", "other", "results", "--html", "changes.html", "--quiet"])
    return folder / "results.html"


# The number of segments of the first speaker in the table of all.
SEGMENTS = "#speakers figure:last-of-type td:nth-child(6) button.n"
# Whole numbers of tables above zero that are no links; what a validation says and the files of the methods have no sentences.
COUNTS_WITHOUT_LINK = """[...document.querySelectorAll('section:not(#validation):not(#methods) td.number')]
    .filter(cell => /^[1-9][0-9]*$/.test(cell.dataset.v) && /^[0-9\\u202f]+$/.test(cell.textContent) && !cell.querySelector('button'))
    .map(cell => cell.closest('section').id + ': ' + cell.closest('tr').textContent)"""
# Every number that opens sentences, with what is said about them and how many are shown.
OPEN_ALL = """[...document.querySelectorAll('button.n')].map(button => {
    button.click();
    const found = [button.textContent, document.getElementById('dialog-note').textContent, document.querySelectorAll('#dialog-list li').length];
    document.getElementById('dialog').close();
    return found;
})"""
NOTE = re.compile(r"(?:(?P<counted>.+) in )?(?P<n>[0-9]+) segments?(?:\.|, of which (?P<shown>[0-9]+) are shown: .*)")


def check_number(number, note, shown):
    """Checks what a number opens: as many segments as it says, or those that hold what it counts; all of them, or the stated sample."""
    found = NOTE.fullmatch(note)
    check(found is not None, f"{number} opens sentences without their number: {note}")
    if found["counted"]:
        check(found["counted"].startswith(number), f"{number} opens {note}")
    elif not number.endswith("%"):
        check(found["n"] == number.replace("\u202f", ""), f"{number} opens {note}")
    check(shown == int(found["shown"] or found["n"]), f"{shown} sentences are shown, but {note}")


def go(browser, page):
    browser.evaluate(f"location.hash = '{page}'")
    until = time.monotonic() + PATIENCE_S
    while browser.evaluate("document.querySelector('main > section.current').id") != page.split("/")[0]:
        check(time.monotonic() < until, f"the page {page} is not shown")
        time.sleep(0.02)


def click(browser, selector):
    check(browser.evaluate(f"document.querySelector({selector!r}) !== null"), f"there is no {selector}")
    browser.evaluate(f"document.querySelector({selector!r}).click()")


def settle(browser):
    """Waits until the browser has drawn."""
    browser.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def turns(browser):
    return browser.evaluate("document.querySelectorAll('#turns .turn').length")


def choose(browser, name, value):
    browser.evaluate(f"""(() => {{
        const input = document.getElementById('{name}');
        if (input.type === 'checkbox') input.checked = {'true' if value else 'false'}; else input.value = {str(value)!r};
        input.dispatchEvent(new Event(input.type === 'search' ? 'input' : 'change'));
    }})()""")


def check_page(browser, page, folder, axe, screenshots):
    browser.open(page.as_uri())
    browser.appearance("light")
    check(browser.evaluate("document.querySelector('h1').textContent") == "Borders <b>& trade</b>", "the name of the study is a text")

    print("every page: light, dark, narrow")
    for scheme in ["light", "dark"]:
        browser.appearance(scheme)
        for name in PAGES:
            go(browser, name)
            check(browser.evaluate("document.querySelectorAll('main > section.current').length") == 1, f"one page is shown, not {name} alone")
            check(browser.evaluate("document.querySelector('nav a[aria-current]').hash") == f"#{name}", f"the tab of {name} is current")
            check_accessibility(browser, axe, f"{name}, {scheme}")
            if screenshots:
                settle(browser)
                browser.screenshot(screenshots / f"{name}-{scheme}.png")
    browser.appearance("light")
    browser.call("Emulation.setDeviceMetricsOverride", width=400, height=800, deviceScaleFactor=1, mobile=True)
    for name in PAGES:
        go(browser, name)
        width = browser.evaluate("document.documentElement.scrollWidth")
        check(width <= 400, f"narrow, {name}: the page is {width} wide")
        check_accessibility(browser, axe, f"{name}, narrow")
    browser.call("Emulation.clearDeviceMetricsOverride")

    print("texts stay texts")
    check(browser.evaluate("typeof window.hacked") == "undefined", "a script of the transcript ran")
    check(browser.evaluate("document.scripts.length") == 2, "scripts")
    check(browser.evaluate("document.images.length") == 0, "a text became an image")
    go(browser, "transcripts")
    text = browser.text("turns")
    for said in SAID:
        check(said.split("{}")[0] in text, f"the transcript shows {said!r}")
    check("Bo Chen <script>" in text and "<b>Hill</b>" in text, "the transcript names the speakers and their parties")

    print("numbers open their sentences, sentences lead to the transcript")
    go(browser, "speakers")
    click(browser, SEGMENTS)
    check(browser.evaluate("document.getElementById('dialog').open"), "a number opens sentences")
    n = browser.evaluate("document.querySelectorAll('#dialog-list li').length")
    check(n > 1, f"{n} sentences")
    where = browser.evaluate("document.querySelector('#dialog-list .where').textContent")
    check("talk" in where and "line" in where, f"a sentence says where it is: {where}")
    check_accessibility(browser, axe, "sentences")
    if screenshots:
        browser.screenshot(screenshots / "sentences.png")
    sentence = browser.evaluate("document.querySelector('#dialog-list blockquote').textContent")
    browser.press("Escape")
    check(not browser.evaluate("document.getElementById('dialog').open"), "Escape closes the sentences")
    click(browser, SEGMENTS)
    click(browser, "#dialog-list .where button")
    until = time.monotonic() + PATIENCE_S
    while browser.evaluate("document.getElementById('found') === null"):
        check(time.monotonic() < until, "the sentence is not shown in the transcript")
        time.sleep(0.02)
    check(browser.text("found") == sentence, "the sentence in the transcript is another one")

    print("every count is a link, and opens as many sentences as it says")
    missing = browser.evaluate(COUNTS_WITHOUT_LINK)
    check(not missing, f"{len(missing)} counts open nothing, such as {missing[:5]}")
    opened = browser.evaluate(OPEN_ALL)
    check(len(opened) > 100, f"{len(opened)} numbers open sentences")
    for number, note, shown in opened:
        check_number(number, note, shown)
    for unit in ["words", "occurrences"]:
        check(any(f" {unit} in " in note for _, note, _ in opened), f"no number of {unit} opens sentences")
    # One of each kind: documents, speakers, turns, segments, words and themes of the study; and of one person.
    for page, kinds in [("overview", ["document", "speaker", "turn", "segment", "word", "theme"]), ("speakers", ["document", "turn", "segment", "word"])]:
        go(browser, page)
        place = "#overview .cards" if page == "overview" else "#speakers figure:last-of-type tbody tr"
        for at, kind in enumerate(kinds):
            browser.evaluate(f"document.querySelectorAll({place + ' button.n'!r})[{at}].focus()")
            number = browser.evaluate("document.activeElement.textContent")
            browser.press("Enter")
            check(browser.evaluate("document.getElementById('dialog').open"), f"{page}: Enter opens the sentences of a number of {kind}s")
            shown = browser.evaluate("document.querySelectorAll('#dialog-list li').length")
            check_number(number, browser.text("dialog-note"), shown)
            browser.press("Escape")
            check(browser.evaluate("document.activeElement.textContent") == number, f"{page}: the focus returns to the number of {kind}s")

    print("filters of the transcripts")
    choose(browser, "document", 0)
    check(turns(browser) == 18, f"{turns(browser)} turns")
    option = "[...document.getElementById('speaker').options].find(one => one.textContent === 'Ann Lee').value"
    choose(browser, "speaker", browser.evaluate(option))
    check(turns(browser) == 6, f"{turns(browser)} turns of Ann Lee")
    choose(browser, "speaker", "")
    choose(browser, "query", "IN YEAR 1951")
    check(turns(browser) == 1, f"{turns(browser)} turns with the text")
    check(browser.evaluate("document.querySelectorAll('#turns mark').length") == 2, "the text is marked")
    choose(browser, "query", "")
    n_doubtful = browser.evaluate("JSON.parse(document.getElementById('data').textContent).transcripts[0][2].filter(turn => turn.length > 3).length")
    choose(browser, "doubtful", True)
    check(turns(browser) == n_doubtful, f"{turns(browser)} doubtful turns, expected {n_doubtful}")
    choose(browser, "doubtful", False)
    choose(browser, "mark", "0")
    check(browser.evaluate("document.querySelectorAll('#turns .m-f, #turns .m-a, #turns .m-n').length") > 0, "labels are marked")
    check(not browser.evaluate("document.getElementById('legend').hidden"), "the marks are explained")
    check_accessibility(browser, axe, "marked transcript")
    if screenshots:
        browser.screenshot(screenshots / "marked.png")

    print("tables are sorted and copied")
    go(browser, "speakers")
    table = "#speakers figure:last-of-type table"
    names = f"[...document.querySelectorAll('{table} tbody tr')].map(row => row.cells[0].textContent)"
    click(browser, f"{table} thead th button")
    check(browser.evaluate(names) == sorted(browser.evaluate(names)), "the table is sorted by name")
    click(browser, f"{table} thead th button")
    check(browser.evaluate(names) == sorted(browser.evaluate(names), reverse=True), "the table is sorted the other way round")
    browser.evaluate("navigator.clipboard.writeText = async text => { window.copied = text; }")
    click(browser, "#speakers figure:last-of-type button.copy")
    settle(browser)
    copied = browser.evaluate("window.copied")
    check(copied and copied.startswith("speaker\trole\t") and len(copied.splitlines()) == 7, f"copied: {copied!r}")

    print("keyboard")
    go(browser, "overview")
    browser.evaluate("document.activeElement.blur(); document.querySelector('nav a').focus()")
    browser.press("Tab")
    check(browser.evaluate("document.activeElement.hash") == "#speakers", "Tab goes to the next page's link")
    check(browser.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", "the focus is visible")
    browser.press("Enter")
    until = time.monotonic() + PATIENCE_S
    while browser.evaluate("document.querySelector('section.current').id") != "speakers":
        check(time.monotonic() < until, "Enter does not open the page")
        time.sleep(0.02)

    print("print")
    pdf = base64.b64decode(browser.call("Page.printToPDF", printBackground=True)["data"])
    check(pdf.startswith(b"%PDF") and len(pdf) > 10_000, "the report is printed")

    print("the page of plenary find")
    browser.call("Page.navigate", url=(folder / "places.html").as_uri())
    browser.await_event("Page.loadEventFired")
    until = time.monotonic() + PATIENCE_S
    while not browser.evaluate("document.title.startsWith('“<”')"):
        check(time.monotonic() < until, "the page of plenary find is not shown")
        time.sleep(0.02)
    check(browser.evaluate("document.querySelectorAll('mark').length") > 30, "places are marked")
    check(browser.evaluate("document.scripts.length + document.images.length") == 0, "a text became an element")
    check_accessibility(browser, axe, "find")

    print("the page of plenary compare")
    browser.call("Page.navigate", url=(folder / "changes.html").as_uri())
    browser.await_event("Page.loadEventFired")
    until = time.monotonic() + PATIENCE_S
    while not browser.evaluate("document.title.startsWith('What changed')"):
        check(time.monotonic() < until, "the page of plenary compare is not shown")
        time.sleep(0.02)
    check(browser.evaluate("document.querySelectorAll('section').length") == 6, "six parts")
    check("Borders <b>& trade</b>" in browser.evaluate("document.querySelector('header p').textContent"), "the studies are named")
    check(browser.evaluate("document.scripts.length + document.images.length") == 0, "a text became an element")
    check_accessibility(browser, axe, "compare")

    check(not browser.errors, f"errors of the page: {browser.errors}")
    outside = [url for url in browser.requests if not url.startswith(("file:", "data:"))]
    check(not outside, f"requests: {outside}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plenary", required=True, type=Path, help="the program")
    parser.add_argument("--axe", type=Path, help="axe.min.js")
    parser.add_argument("--screenshots", type=Path, help="folder for pictures of the pages")
    arguments = parser.parse_args()
    path = find_browser()
    if path is None:
        print("no Chromium was found; the report was not checked", file=sys.stderr)
        return NO_BROWSER
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            page = set_up(str(arguments.plenary.resolve()), folder)
            browser = Browser(path, folder / "profile")
            try:
                check_page(browser, page, folder, arguments.axe, arguments.screenshots)
            finally:
                browser.close()
    except Failed as error:
        print(f"failed: {error}", file=sys.stderr)
        return 1
    print("all checks of the report passed" + ("" if arguments.axe else "; axe-core was left out"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
