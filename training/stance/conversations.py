#!/usr/bin/env python3
"""Check labelled conversations (`conversations/*.txt`) and write them as JSON lines.

    conversations.py [FILES or FOLDERS ...] [--out FILE.jsonl[.gz]] [--quiet]      (default: the folder conversations beside this file)

Malformed items are printed as FILE:LINE: what is wrong (line: the item's `#` line, or the P: line) and are left out of --out.
Then warnings (copies, balance of labels per proposition) and counts. Exit code 1 if anything is malformed.
"""
import argparse, glob, gzip, json, os, re, sys
from collections import Counter, defaultdict

LABEL = {"f": "favor", "a": "against", "n": "neither", "favor": "favor", "against": "against", "neither": "neither"}
SPEAKER = re.compile(r"^([^\s:*#][^:*]{0,59}?)\s*:\s+(\S.*)$")


def norm(s):
    return " ".join(re.sub(r"[^\w\s]", " ", s.lower()).split())


def parse(path):
    """(items, errors): items are dicts with the fields of conversations.jsonl plus file and line."""
    items, errors, prop, cur = [], [], None, None

    def bad(line, what):
        errors.append(f"{path}:{line}: {what}")

    def close():
        nonlocal cur
        if cur is None:
            return
        c, cur = cur, None
        if c["bad"]:
            return
        if not c["turns"]:
            return bad(c["line"], "an item without a turn (expected 1 to 4 lines 'Speaker: text')")
        if len(c["turns"]) > 6:
            return bad(c["line"], f"{len(c['turns'])} turns (expected 1 to 4)")
        marks = [(i, m) for i, (_, t) in enumerate(c["turns"]) for m in re.findall(r"\*\*(.+?)\*\*", t)]
        stars = sum(t.count("**") for _, t in c["turns"])
        if len(marks) != 1 or stars != 2:
            return bad(c["line"], f"{stars / 2:g} marked sentences (expected exactly one between ** and **)")
        at, sentence = marks[0]
        if sentence != sentence.strip():
            return bad(c["line"], "space beside ** inside the mark")
        if not re.search(r"[.?!…]['\"”’)]*$", sentence):
            return bad(c["line"], f"the marked sentence does not end in . ? or !: ...{sentence[-30:]!r}")
        raw = c["turns"][at][1]
        before, after = raw.split("**" + sentence + "**")
        if before.strip() and not re.search(r"[.?!…:;\-–—]['\"”’)]*\s+$", before):
            return bad(c["line"], f"the mark does not start where a sentence does: ...{before[-30:]!r}")
        if after.strip() and not after[0].isspace():
            return bad(c["line"], f"no space after the marked sentence: {after[:20]!r}")
        turns = [{"speaker": s, "text": " ".join(t.replace("**", "").split())} for s, t in c["turns"]]
        sentence = " ".join(sentence.split())
        if turns[at]["text"].count(sentence) != 1:
            return bad(c["line"], "the marked sentence occurs more than once in its turn")
        items.append({"proposition": prop[0], "negation": prop[1], "turns": turns, "probe": {"turn": at, "sentence": sentence},
                      "label": c["label"], "phenomenon": c["phenomenon"], "file": path, "line": c["line"]})

    with open(path, encoding="utf-8-sig", errors="strict") as f:
        for n, line in enumerate(f, 1):
            line = line.strip()
            if not line:
                continue
            if re.match(r"^P\s*:", line):
                close(); prop = None
                parts = [x.strip() for x in line.split(":", 1)[1].split("|")]
                if len(parts) != 2 or not all(parts):
                    bad(n, "a P: line needs 'proposition | negation'"); continue
                if not all(re.search(r"[.?!]$", x) for x in parts):
                    bad(n, "proposition and negation are whole sentences and end in a full stop"); continue
                if norm(parts[0]) == norm(parts[1]):
                    bad(n, "proposition and negation are the same"); continue
                prop = parts
            elif line.startswith("#"):
                close()
                m = re.match(r"^#\s*(\S.*?)\s*=\s*(\w+)\s*$", line)
                cur = {"line": n, "turns": [], "bad": False}
                if prop is None:
                    cur["bad"] = True; bad(n, "an item before a valid P: line")
                elif not m:
                    cur["bad"] = True; bad(n, f"expected '# PHENOMENON = f|a|n', found {line!r}")
                elif m.group(2).lower() not in LABEL:
                    cur["bad"] = True; bad(n, f"label {m.group(2)!r} (expected f, a or n)")
                else:
                    cur["phenomenon"], cur["label"] = m.group(1).strip().lower(), LABEL[m.group(2).lower()]
            elif cur is None:
                bad(n, f"a line that belongs to no item: {line[:40]!r}")
            else:
                m = SPEAKER.match(line)
                if not m:
                    if not cur["bad"]:
                        bad(n, f"expected 'Speaker: text' (a turn is one line, a name at most 60 characters without :), found {line[:40]!r}")
                    cur["bad"] = True
                else:
                    cur["turns"].append((m.group(1), m.group(2)))
    close()
    return items, errors


def load(paths):
    items, errors = [], []
    for p in paths:
        for f in sorted(glob.glob(f"{p}/*.txt")) if os.path.isdir(p) else [p]:
            try:
                i, e = parse(f)
            except UnicodeDecodeError as x:
                i, e = [], [f"{f}:1: not UTF-8 ({x})"]
            items += i; errors += e
    return items, errors


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("paths", nargs="*"); a.add_argument("--out"); a.add_argument("--quiet", action="store_true", help="errors and totals only")
    o = a.parse_args()
    items, errors = load(o.paths or [os.path.join(os.path.dirname(os.path.abspath(__file__)), "conversations")])
    for e in errors:
        print(e)
    by = defaultdict(list)
    for i in items:
        by[(i["file"], i["proposition"])].append(i)
    where, seen, props = {}, {}, defaultdict(set)
    for i in items:
        props[norm(i["proposition"])].add(i["file"])
        seen.setdefault(json.dumps([i["proposition"], i["turns"], i["probe"]]), []).append(i)
    if not o.quiet:
        for k, v in seen.items():
            if len(v) > 1:
                print(f"warning: {v[1]['file']}:{v[1]['line']}: the same item as {v[0]['file']}:{v[0]['line']}")
                if len({x['label'] for x in v}) > 1:
                    print("warning:   and with another label")
        for k, v in props.items():
            if len(v) > 1:
                print(f"warning: proposition in several files ({', '.join(sorted(map(os.path.basename, v)))}): {k}")
        for (f, p), v in by.items():
            c = Counter(i["label"] for i in v)
            short = {k: c[k] for k in ("favor", "against", "neither")}
            if not 12 <= len(v) <= 16 or min(short.values()) < 3 or max(short.values()) > 6:
                print(f"warning: {f}: {len(v)} items, {short} (expected 12 to 16, each label 3 to 6): {p[:70]}")
    print(f"\n{len(items)} items in {len({i['file'] for i in items})} files, {len(props)} propositions, {len(errors)} malformed")
    n = max(1, len(items))
    print("labels", {k: f"{v} ({100 * v / n:.0f} %)" for k, v in Counter(i["label"] for i in items).most_common()})
    print("turns", dict(sorted(Counter(len(i["turns"]) for i in items).items())), "marked turn has context in", f"{100 * sum(i['probe']['turn'] > 0 or not i['turns'][0]['text'].startswith(i['probe']['sentence']) for i in items) / n:.0f} %")
    lens = sorted(len(i["probe"]["sentence"].split()) for i in items)
    if lens:
        print("words of the marked sentence: 10 %, half, 90 % =", lens[len(lens) // 10], lens[len(lens) // 2], lens[len(lens) * 9 // 10])
    if not o.quiet:
        ph = defaultdict(Counter)
        for i in items:
            ph[i["phenomenon"]][i["label"]] += 1
        for k, c in sorted(ph.items(), key=lambda x: -sum(x[1].values())):
            print(f"{sum(c.values()):5d}  f {c['favor']:3d}  a {c['against']:3d}  n {c['neither']:3d}  {k}")
    if o.out:
        with (gzip.open if o.out.endswith(".gz") else open)(o.out, "wt", encoding="utf-8") as f:
            for i in items:
                f.write(json.dumps({k: v for k, v in i.items() if k not in ("file", "line")}, ensure_ascii=False) + "\n")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
