"""The written excerpts: rows with their setting, language, role, place in the turn and label. Standard library only."""
import glob
import os
import re


def excerpts(folder):
    """Lists of rows, one list per excerpt, in the order of the files."""
    found = []
    for path in sorted(glob.glob(os.path.join(folder, "*.tsv"))):
        rows = None
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                line = line.rstrip("\n")
                if not line.strip():
                    continue
                head = re.match(r"# setting: (.*); language: ([a-z]{2})\s*$", line)
                if head:
                    rows = []
                    found.append(rows)
                    setting, language = head.groups()
                    continue
                fields = line.split("\t")
                if rows is None or len(fields) != 3 or fields[1] not in ("p", "s") or not fields[2].strip():
                    raise SystemExit(f"{path}, line {number}: expected role, label p or s, and a sentence, separated by tabs")
                role, label, text = fields
                same_turn = bool(rows) and rows[-1]["role"] == role
                rows.append({
                    "file": os.path.basename(path)[:-4], "setting": setting, "language": language, "role": role, "text": text,
                    "procedural": label == "p", "position": rows[-1]["position"] + 1 if same_turn else 1, "excerpt": len(found),
                })
    return found
