"""Checks a built site.

Input: the folder of the site.
Output: exit code 0, or 1 with the files that load something from elsewhere.
Refused: scripts, styles, fonts and pictures from other hosts. Links that a reader follows may lead elsewhere.
Left to others: links within the site (MkDocs in strict mode).
"""

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


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
