#!/usr/bin/env python3
"""Builds the site with a selector of versions.

    site/versions.py FOLDER [--tags] [--python PYTHON]
    site/versions.py FOLDER --list

Input: the working tree and, with --tags, every tag vX.Y.Z of the repository whose tree has this script.
Output: FOLDER/NAME for each version, `X.Y.Z` for a tag and `dev` for a working tree that is not at the tag of its version; `versions.js` and
`versions.json` with the versions that FOLDER has and their pages; `index.html`, which leads to the newest release, or to `dev` without one.
Versions that are in FOLDER already stay, and a version that is built again is replaced; --list builds nothing.
Refused: what site/build.sh refuses.
Left to others: the selector (theme/version-selector.js), checks (check.py).
"""

import argparse
import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RELEASE = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-[0-9A-Za-z.-]+)?")
DEVELOPMENT = "dev"


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def own_name():
    """The name of the working tree: its version if it is exactly at the tag of it."""
    version = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))["workspace"]["package"]["version"]
    is_release = f"v{version}" in git("tag", "--points-at", "HEAD").split() and not git("status", "--porcelain").strip()
    return version if is_release else DEVELOPMENT


def build(tree, name, folder, python):
    """Builds a tree beside its place, and puts it there when it is whole."""
    with tempfile.TemporaryDirectory(dir=folder) as beside:
        built = Path(beside) / name
        subprocess.run([tree / "site/build.sh", built, python, name], check=True)
        shutil.rmtree(folder / name, ignore_errors=True)
        built.rename(folder / name)


def build_tags(folder, python):
    for tag in git("tag", "--list", "v*").split():
        name = tag.removeprefix("v")
        has_script = subprocess.run(["git", "cat-file", "-e", f"{tag}:site/versions.py"], cwd=ROOT, capture_output=True).returncode == 0
        if not RELEASE.fullmatch(name) or not has_script:
            continue
        with tempfile.TemporaryDirectory() as beside:
            tree = Path(beside) / "tree"
            git("worktree", "add", "--detach", str(tree), tag)
            try:
                build(tree, name, folder, python)
            finally:
                git("worktree", "remove", "--force", str(tree))


def newest_first(name):
    """The development version, then releases from the newest; one before its release comes after it."""
    found = RELEASE.fullmatch(name)
    return (0, ()) if not found else (1, tuple(-int(number) for number in found.groups()), "-" in name)


def versions(folder):
    """The versions in a folder with their pages, the newest first."""
    names = [path.name for path in folder.iterdir() if (path / "search/search_index.json").is_file()]
    names = sorted((name for name in names if name == DEVELOPMENT or RELEASE.fullmatch(name)), key=newest_first)
    pages = {name: sorted(page.relative_to(folder / name).as_posix() for page in (folder / name).rglob("*.html") if page.name != "404.html") for name in names}
    return [{"name": name, "pages": pages[name]} for name in names]


def write_lists(folder):
    found = versions(folder)
    if not found:
        sys.exit(f"{folder} has no version of the site; run site/versions.py without --list")
    data = json.dumps(found)
    (folder / "versions.json").write_text(data + "\n", encoding="utf-8")
    (folder / "versions.js").write_text(f"window.plenaryVersions = {data};\n", encoding="utf-8")
    releases = [entry["name"] for entry in found if entry["name"] != DEVELOPMENT and "-" not in entry["name"]]
    first = (releases or [found[0]["name"]])[0]
    items = "".join(f'<li><a href="{name}/index.html">{name}</a></li>\n' for name in (html.escape(entry["name"]) for entry in found))
    (folder / "index.html").write_text(
        f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>plenary: documentation</title>\n'
        f'<meta http-equiv="refresh" content="0; url={first}/index.html"></head>\n<body>\n<h1>plenary: documentation</h1>\n<ul>\n{items}</ul>\n</body>\n</html>\n',
        encoding="utf-8",
    )
    return [entry["name"] for entry in found]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tags", action="store_true", help="build also every tag of a release")
    parser.add_argument("--list", action="store_true", help="only write the lists of the versions that are there")
    parser.add_argument("--python", default="", help="a Python with the packages of site/requirements.txt")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    folder = options.folder.resolve()
    if not options.list:
        if options.tags:
            build_tags(folder, options.python)
        build(ROOT, own_name(), folder, options.python)
    names = write_lists(folder)
    print(f"versions: {', '.join(names)}")
    subprocess.run([options.python or sys.executable, ROOT / "site/check.py", "--versions", folder], check=True)


if __name__ == "__main__":
    main()
