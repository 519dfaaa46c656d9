"""Checks a built site, or with --versions the lists of a folder of versions.

Input: the folder.
Output: exit code 0, or 1 with the files that load something from elsewhere, or what is wrong in the lists.
Refused: scripts, styles, fonts and pictures from other hosts; versions and pages that do not exist or are not in the lists, and pages without
the selector. Links that a reader follows may lead elsewhere.
Left to others: links within the site (MkDocs in strict mode).
"""

import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

REMOTE = re.compile(r"^(https?:)?//")


class Loaded(HTMLParser):
    """What a page loads when it opens."""

    def __init__(self):
        super().__init__()
        self.remote = []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        # A canonical address is not loaded.
        loads = tag != "link" or values.get("rel") not in ("canonical", "next", "prev", "alternate")
        for name in ("src", "srcset", "data", "poster") + (("href",) if tag == "link" else ()):
            if loads and REMOTE.match(values.get(name) or ""):
                self.remote.append(f"<{tag} {name}={values[name]}>")


def main(folder):
    found = []
    pages = sorted(folder.rglob("*.html"))
    for path in pages:
        page = Loaded()
        page.feed(path.read_text(encoding="utf-8"))
        found += [f"{path.relative_to(folder)}: {what}" for what in page.remote]
    for path in sorted(folder.rglob("*.css")):
        for url in re.findall(r"(?:url\(|@import )[\"']?((?:https?:)?//[^\"')]+)", path.read_text(encoding="utf-8")):
            found.append(f"{path.relative_to(folder)}: {url}")
    if not (folder / "search/search_index.json").is_file():
        found.append("search/search_index.json is missing: the site has no search")
    for line in found:
        print(line, file=sys.stderr)
    print(f"{len(pages)} pages, {len(found)} problems")
    return 1 if found or not pages else 0


def versions(folder):
    found = []
    listed = json.loads((folder / "versions.json").read_text(encoding="utf-8"))
    if (folder / "versions.js").read_text(encoding="utf-8") != f"window.plenaryVersions = {json.dumps(listed)};\n":
        found.append("versions.js and versions.json differ")
    first = re.search(r"url=([^\"]+)", (folder / "index.html").read_text(encoding="utf-8"))
    if not first or not (folder / first.group(1)).is_file():
        found.append("index.html leads to no version")
    there = {path.parent.parent.name for path in folder.glob("*/search/search_index.json")}
    if there != {version["name"] for version in listed}:
        found.append(f"the folders {sorted(there)} are not the versions that are listed")
    n = 0
    for version in listed:
        home = folder / version["name"]
        for page in version["pages"]:
            n += 1
            text = (home / page).read_text(encoding="utf-8") if (home / page).is_file() else ""
            if f'data-version="{version["name"]}"' not in text or "/../versions.js" not in text:
                found.append(f"{version['name']}/{page} does not exist, or has no selector of its version")
    for line in found:
        print(line, file=sys.stderr)
    print(f"{len(listed)} versions, {n} pages, {len(found)} problems")
    return 1 if found or not listed else 0


if __name__ == "__main__":
    is_versions = sys.argv[1] == "--versions"
    sys.exit(versions(Path(sys.argv[2])) if is_versions else main(Path(sys.argv[1])))
