"""What MkDocs does not do by itself.

Input: docs/, and the files of the repository that its pages link to.
Output: the navigation, from the lists of docs/README.md and the table of commands; pages under repository/ for files outside docs/, with
links that fit their new place; the gallery of pictures; the version in the title.
Refused: links to files that do not exist (an error of the strict mode).
Left to others: rendering (MkDocs), references to other hosts (check.py).
"""

import itertools
import os
import posixpath
import re
import subprocess
import tomllib
from pathlib import Path

from mkdocs.structure.files import File, InclusionLevel

ROOT = Path(__file__).resolve().parent.parent
DOCS = "docs"
OUTSIDE = "repository"

LINK = re.compile(r"(!?\[(?:[^\[\]]|\[[^\]]*\])*\])\(([^()\s]+)\)")
FENCE = re.compile(r"^(```|~~~)")
ENTRY = re.compile(r"^\s*([-*]|\d+\.) ")
ITEM = re.compile(r"^\s*- .*?\[([^\]]+)\]\(([^)#]+\.md)\)")
# Pictures whose pages the gallery names: every picture of docs/images that a page shows.
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+\.png)\)")


def version():
    """The version in Cargo.toml."""
    return tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))["workspace"]["package"]["version"]


def tracked():
    """All files of the repository, as git lists them."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True)
    return {name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()}


FILES = tracked()
FOLDERS = {parent.as_posix() for name in FILES for parent in Path(name).parents} - {"."}


def place(path):
    """Where a file of the repository is in the site's sources."""
    if path == DOCS or path.startswith(DOCS + "/"):
        return posixpath.relpath(path, DOCS)
    return f"{OUTSIDE}/{path}"


def target(source, link):
    """The file of the repository that a link of a page names, and its fragment; None for other links."""
    if re.match(r"[a-z]+:", link) or link.startswith("#"):
        return None
    name, _, fragment = link.partition("#")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), name))
    if path in FOLDERS:
        readme = f"{path}/README.md"
        path = readme if readme in FILES else f"{path}/index.md"
    return path, fragment


def prose(text):
    """The lines of a page, each with whether it is outside code."""
    in_fence = in_block = in_list = False
    after_blank = True
    for line in text.split("\n"):
        if FENCE.match(line.lstrip()):
            in_fence = not in_fence
            yield line, False
            continue
        indent = len(line) - len(line.lstrip())
        if ENTRY.match(line):
            in_list = True
        elif line.strip() and not indent:
            in_list = False
        is_indented = bool(line.strip()) and indent >= (8 if in_list else 4)
        in_block = is_indented and (after_blank or in_block)
        after_blank = not line.strip()
        yield line, not in_fence and not in_block


def stretches(text):
    """Stretches of lines that are all prose or all code, as a link may go over the end of a line."""
    for is_prose, lines in itertools.groupby(prose(text), key=lambda entry: entry[1]):
        yield "\n".join(line for line, _ in lines), is_prose


def links(source, text):
    """The files of the repository that a page links to."""
    for stretch, is_prose in stretches(text):
        for match in LINK.finditer(stretch) if is_prose else ():
            found = target(source, match.group(2))
            if found:
                yield found[0]


def listing(folder):
    """A page for a folder without a README: its files."""
    names = sorted(name for name in FILES if posixpath.dirname(name) == folder)
    items = "\n".join(f"- [{posixpath.basename(name)}]({posixpath.basename(name)})" for name in names)
    return f"# {folder}\n\nFiles of the repository:\n\n{items}\n"


def text_of(path):
    if path not in FILES and posixpath.basename(path) == "index.md":
        return listing(posixpath.dirname(path))
    return (ROOT / path).read_text(encoding="utf-8")


def outside_pages():
    """The files outside docs/ that pages link to, directly or through others."""
    waiting = sorted(name for name in FILES if name.startswith(DOCS + "/") and name.endswith(".md"))
    seen = set(waiting)
    while waiting:
        source = waiting.pop()
        for path in sorted(set(links(source, text_of(source)))):
            exists = path in FILES or posixpath.dirname(path) in FOLDERS and posixpath.basename(path) == "index.md"
            if path in seen or not exists:
                continue
            seen.add(path)
            if path.endswith(".md"):
                waiting.append(path)
    return sorted(path for path in seen if not path.startswith(DOCS + "/"))


def navigation():
    """The sections of docs/README.md, with the pages of the commands."""
    nav = [{"Documentation": "README.md"}]
    pages = []
    for line in (ROOT / DOCS / "README.md").read_text(encoding="utf-8").split("\n"):
        if line.startswith("## "):
            pages = []
            nav.append({line.removeprefix("## "): pages})
        elif ITEM.match(line):
            # A line may name two pages.
            for title, name in re.findall(r"\[([^\]]+)\]\(([^)#]+\.md)\)", line):
                path = posixpath.normpath(posixpath.join(DOCS, name))
                pages.append({title[:1].upper() + title[1:]: place(path)})
    commands = sorted(Path(name).stem for name in FILES if name.startswith(f"{DOCS}/reference/commands/") and not name.endswith("README.md"))
    for section in nav:
        for pages in section.values():
            for at, page in enumerate(pages if isinstance(pages, list) else []):
                if list(page.values()) == ["reference/commands/README.md"]:
                    entries = ["reference/commands/README.md"]
                    entries += [{f"plenary {name}": f"reference/commands/{name}.md"} for name in commands]
                    pages[at] = {"Commands": entries}
    nav.append({"Pictures": "gallery.md"})
    return nav


def gallery():
    """All pictures that pages show, with their pages."""
    figures = []
    for source in sorted(name for name in FILES if name.startswith(DOCS + "/") and name.endswith(".md")):
        for caption, link in IMAGE.findall(text_of(source)):
            picture, _ = target(source, link)
            page = posixpath.relpath(source, DOCS).removesuffix(".md") + ".html"
            image = posixpath.relpath(picture, DOCS)
            figures.append(
                f'<figure><a href="{page}"><img src="{image}" alt="{caption}"></a><figcaption>{caption}. '
                f'<a href="{page}">The page</a></figcaption></figure>'
            )
    return "# Pictures\n\n<div class=\"gallery\">\n" + "\n".join(figures) + "\n</div>\n"


def on_config(config):
    config["site_name"] = f"plenary {version()}"
    config["nav"] = navigation()
    config["extra"]["site_version"] = os.environ.get("PLENARY_SITE_VERSION", "")
    return config


def on_files(files, config):
    for path in outside_pages():
        where = place(path)
        if path in FILES and not path.endswith(".md"):
            added = File.generated(config, where, abs_src_path=str(ROOT / path))
        else:
            added = File.generated(config, where, content=text_of(path))
            # These pages are reached by links.
            added.inclusion = InclusionLevel.NOT_IN_NAV
        files.append(added)
    files.append(File.generated(config, "gallery.md", content=gallery()))
    # A script that makes pictures is no part of the site.
    for file in [file for file in files if file.src_uri.endswith(".py") and not file.src_uri.startswith(OUTSIDE)]:
        files.remove(file)
    return files


def on_page_markdown(markdown, page, config, files):
    where = page.file.src_uri
    if where == "gallery.md":
        return markdown
    source = where.removeprefix(OUTSIDE + "/") if where.startswith(OUTSIDE + "/") else f"{DOCS}/{where}"

    def moved(match):
        found = target(source, match.group(2))
        if not found:
            return match.group(0)
        path, fragment = found
        link = posixpath.relpath(place(path), posixpath.dirname(where) or ".")
        return f"{match.group(1)}({link}{'#' + fragment if fragment else ''})"

    pieces = (LINK.sub(moved, stretch) if is_prose else stretch for stretch, is_prose in stretches(markdown))
    return spaced("\n".join(pieces))


def spaced(text):
    """The page as Python-Markdown needs it: a blank line before a list that follows a paragraph, and four blanks before what belongs to an
    item, where other renderers take as many as the mark of the item has."""
    out = []
    before = ""
    width = 0
    is_long = False
    for line, is_prose in prose(text):
        indent = len(line) - len(line.lstrip())
        mark = re.match(r"([-*]|\d+\.) +", line)
        if is_prose and mark:
            # An item that follows the last of several paragraphs of an item begins after a blank line as well.
            if before.strip() and (not width or is_long):
                out.append("")
            width = len(mark.group(0))
            is_long = False
        elif line.strip() and not indent:
            width = 0
        elif width and indent >= width:
            line = " " * (4 + indent - width) + line.lstrip()
            is_long = is_long or not before.strip()
        out.append(line)
        before = line
    return "\n".join(out)
