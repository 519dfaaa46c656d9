#!/usr/bin/env python3
"""Render turns as transcripts in many layouts, for fitting the confidence of attribution.

    render.py EVALUATION OUT [--documents 1600] [--seed 1]

EVALUATION is the folder of evaluation/segmentation.py. Turns are taken from its gold sets and from invented sentences in
sixteen languages (words.json). A kind is a way to print bylines (KINDS). Each document has one kind, and a random selection
of what surrounds turns: headings, lists of people, roll calls, running heads, notes, quotations, clauses with a colon,
similar names, wrapped lines, misread names, speech without punctuation. Many kinds are ones that plenary reads wrongly: the models need both.

Writes OUT/documents/, OUT/gold.jsonl (turns with aliases) and OUT/kinds.jsonl. Standard library only.
"""
import argparse
import gzip
import html
import json
import random
import re
import textwrap
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORDS = json.loads((HERE / "words.json").read_text(encoding="utf-8"))
SETS = ["qmsum_committees.jsonl.gz", "us_debates.jsonl.gz", "winnipeg_checked.jsonl.gz", "tei.jsonl.gz",
        "congressional_record_checked.jsonl.gz"]
CONFUSIONS = {"l": "1", "O": "0", "m": "rn", "e": "c", "c": "e", "a": "o", "n": "u", "u": "n", "h": "b", "i": "l", "t": "f"}

# A kind: how a byline is printed before (or after) the speech. Fields: {n} the label, {N} in capitals, {s} the surname,
# {S} in capitals, {f} the first name, {h} an honorific, {o} an office, {b} a body, {t} a clock time, {k} a number, {x} the speech.
# A line break in a kind is a line break in the document; two are a blank line.
KINDS = {
    "colon": "{n}: {x}", "colon-space": "{n} : {x}", "colon-tab": "{n}:\t{x}", "colon-wide": "{n}:   {x}", "capitals-colon": "{N}: {x}",
    "surname-colon": "{h} {s}: {x}", "surname-capitals-colon": "{h} {S}: {x}", "body-colon": "{n} ({b}): {x}", "comma-body-colon": "{n}, {b}: {x}",
    "surname-first": "{s}, {f}: {x}", "office-name-colon": "{o} ({h} {s}): {x}", "honorific-colon": "{h} {n}: {x}",
    "square-colon": "[{n}]: {x}", "square": "[{n}] {x}", "round": "({n}) {x}", "angle": "<{n}> {x}", "corner": "【{n}】{x}", "corner-two": "「{n}」{x}",
    "circle": "○{n} {x}", "circle-wide": "○{n}　　{x}", "double-angle": "<< {n} >> {x}", "chevrons": ">> {n}: {x}", "guillemets": "«{n}» {x}", "braces": "{{{n}}} {x}",
    "dash-spaced": "{n} – {x}", "dash-unspaced": "{n}—{x}", "dash-point": "{n}. — {x}", "dash-point-comma": "{n}, {o}. – {x}", "point-dash": "{N}.- {x}",
    "double-hyphen": "{n} -- {x}", "hyphen": "{n} - {x}", "dash-seat-time": "{n} ({b}) ({t})—{x}", "colon-dash": "{n}:— {x}",
    "point": "{h} {S}. {x}", "point-full": "{N}. {x}", "point-office": "The {S}. {x}",
    "bold-colon": "**{n}:** {x}", "bold": "**{n}** {x}", "bold-body": "**{n}** ({b}): {x}", "bold-square": "**[{n}]** {x}", "italic-colon": "*{n}:* {x}", "italic": "_{n}_ {x}",
    "bold-line": "**{n}**\n\n{x}", "bold-line-body": "**{n}**, {b}\n\n{x}", "bold-line-tight": "**{n}**\n{x}", "bold-office-line": "**{n}**  \n*{b}*\n\n{x}",
    "heading": "### {n}\n\n{x}", "heading-two": "## {n}, {b}\n\n{x}", "heading-plain": "# {n}\n{x}",
    "line": "{n}\n{x}", "line-blank": "{n}\n\n{x}", "line-colon": "{n}:\n{x}", "line-capitals": "{N}\n{x}", "line-capitals-blank": "{N}\n\n{x}",
    "line-body": "{n}, {b}\n{x}", "line-body-below": "{n}\n{b}\n\n{x}", "line-square": "[{n}]\n{x}", "line-rules": "--- {n} ---\n{x}", "line-centred": "                    {N}\n\n{x}",
    "line-office": "{o}\n{x}", "line-honorific": "{h} {S}\n{x}", "line-indented": "{n}\n    {x}",
    "time-colon": "[{t}] {n}: {x}", "time-plain": "{t} {n}: {x}", "time-name": "{t} {n} {x}", "name-time-square": "{n} [{t}] {x}", "name-time-round": "{n} ({t}): {x}",
    "time-line": "{n} {t}\n{x}", "time-line-two": "{t}\n{n}\n{x}", "time-bar": "{n} | {t}\n{x}", "time-dash": "{t} – {n} – {x}", "time-hash": "{n}: {x} #{t}-0#",
    "tab": "{n}\t{x}", "wide": "{n}   {x}", "bar": "{n} | {x}", "equals": "{n} = {x}", "slash": "{n} / {x}", "at": "@{n} {x}", "hash": "#{n}: {x}", "chevron": "{n} > {x}", "arrow": "{n} -> {x}", "semicolon": "{n}; {x}",
    "number-colon": "{k}. {n}: {x}", "number-round": "({k}) {n}: {x}", "bullet-colon": "- {n}: {x}", "bullet-bold": "* **{n}** {x}", "number-line": "{k}. {n}\n{x}", "number-question": "{k}. {n}. {x}",
    "name-last": "{x}\n— {n}", "name-last-round": "{x} ({n})", "name-last-square": "{x} [{n}]", "name-last-bold": "{x}\n\n**{n}**",
    "says": "{n} said: {x}", "speaker-colon": "Speaker: {n}\n{x}", "speaker-line": "SPEAKER {n}\n{x}", "asked-by": "Asked by {n}\n\n{x}", "spoken-by": "{n} (speaking): {x}",
    "initials": "{i}: {x}", "initials-point": "{i}. {x}", "anonymous": "Speaker {a}: {x}", "letter": "{a}: {x}", "coded": "P{a}: {x}", "coded-tab": "P{a}\t{x}", "interviewer": "{r}: {x}",
    "inline-dashes": "{n}: {x}", "inline-em": "{n}. {x}",
    "nameless-chevrons": ">> {x}", "nameless-dash": "— {x}", "nameless-hyphen": "- {x}", "nameless-some": ">> {n}: {x}",
    "signed-name": "{x}\n\n{n}", "signed-place": "{x}\n\n{n}, {b}", "signed-regards": "{x}\n\nBest regards,\n{n}",
    "html-spans": "<div><span class=\"member\">{n}</span><span class=\"party\">{b}</span><p>{x}</p></div>",
    "html-bold": "<p><b>{n}</b> {x}</p>", "html-bold-colon": "<p><strong>{n}:</strong> {x}</p>", "html-class": "<p class=\"speaker\">{n}</p>\n<p>{x}</p>", "html-list": "<dt>{n}</dt>\n<dd>{x}</dd>",
    "html-italic": "<p><i>{n}.</i> {x}</p>", "html-span": "<div><span>{n}</span> <span>{x}</span></div>", "html-heading": "<h4>{n}</h4>\n<p>{x}</p>", "html-row": "<tr><td>{n}</td><td>{x}</td></tr>", "html-break": "<p>{n}<br>{x}</p>",
    "srt-colon": "{n}: {x}", "srt-chevrons": ">> {n}: {x}", "srt-square": "[{n}] {x}", "srt-capitals": "{N}: {x}", "srt-dash": "- {n}: {x}", "srt-line": "{n}\n{x}", "vtt-voice": "<v {n}>{x}", "vtt-colon": "{n}: {x}",
}
EXTENSIONS = {"html": "html", "srt": "srt", "vtt": "vtt"}
MARKDOWN = ("bold", "italic", "heading", "bullet-bold", "name-last-bold")


def gold_turns(evaluation):
    """Runs of turns with one language: [(set, [text, ...])] per document."""
    out = []
    for name in SETS:
        documents = {}
        with gzip.open(evaluation / "segmentation" / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                documents.setdefault(row["document"], []).append(row["text"])
        out += [[re.sub(r"[ \t]*\n[ \t]*", " ", text).strip() for text in texts if text.strip()] for texts in documents.values()]
    return out


class Cast:
    """The people of a document: what is printed for each, and the names that count as right."""

    def __init__(self, rng, language, kind):
        words = WORDS[language]
        self.words, self.people, used = words, [], set()
        joined = words.get("joined", False)
        size = rng.choice([2, 2, 3, 4, 5, 6, 8, 12])
        for k in range(size):
            first, last = rng.choice(words["first"]), rng.choice(words["last"])
            if rng.random() < 0.12 and self.people:
                last = rng.choice(self.people)["s"]
            if (first, last) in used:
                continue
            used.add((first, last))
            name = last + first if joined else f"{first} {last}"
            parts = [first[:1], last[:1]]
            self.people.append({
                "n": name, "N": name.upper(), "s": last, "S": last.upper(), "f": first, "h": rng.choice(words["honorifics"] or [""]),
                "o": words["offices"][k % len(words["offices"])], "b": rng.choice(words["bodies"]), "i": "".join(parts).upper(),
                "a": "ABCDEFGHJKLM"[k] if rng.random() < 0 or kind in ("letter",) else str(k + 1), "r": ["Interviewer", "Respondent", "Interviewer 2", "Respondent 2"][k % 4]})
        self.office = rng.random() < 0.3

    def aliases(self, person, printed):
        names = [person["n"], printed]
        return [name for name in dict.fromkeys(names) if name]


def speech(rng, language, sources, n):
    """Texts of n turns."""
    if language == "en" and rng.random() < 0.7:
        texts = rng.choice(sources)
        start = rng.randrange(max(1, len(texts) - n))
        texts = texts[start:start + n]
        longest = rng.choice([40, 120, 400])
        return [" ".join(text.split()[:longest]) + ("" if len(text.split()) <= longest else ".") for text in texts]
    sentences = WORDS[language]["sentences"]
    glue = "" if WORDS[language].get("joined") and language in ("zh", "ja") else " "
    return [glue.join(rng.choice(sentences) for _ in range(rng.choice([1, 1, 2, 3, 5, 9]))) for _ in range(n)]


def clock(rng, k):
    seconds = 5 + 23 * k + rng.randrange(15)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def damage(rng, text, rate):
    return "".join(CONFUSIONS.get(c, c) if rng.random() < rate else c for c in text)


def order(rng, n_people, n):
    """Who speaks in each turn: people alternate, some speak once."""
    out, once = [], n_people > 3 and rng.random() < 0.4
    for k in range(n):
        choice = rng.randrange(n_people if not once else max(2, n_people // 2))
        if once and rng.random() < 0.15:
            choice = rng.randrange(n_people)
        if out and out[-1] == choice and rng.random() < 0.97:
            choice = (choice + 1) % n_people
        out.append(choice)
    return out


def document(rng, name, kind, sources):
    """A document: its text, extension and gold turns."""
    family = kind.split("-")[0]
    captions, is_html = family in ("srt", "vtt"), family == "html"
    languages = list(WORDS)
    language = "en" if rng.random() < 0.55 else rng.choice(languages)
    cast = Cast(rng, language, kind)
    if len(cast.people) < 2:
        cast = Cast(rng, "en", kind)
        language = "en"
    if cast.words.get("joined") and kind == "surname-first":
        kind = "colon"
    words = cast.words
    n = rng.choice([3, 4, 6, 8, 12, 20, 30, 45])
    texts = speech(rng, language, sources, n)
    if rng.random() < 0.12 and len(cast.people) >= 3:                 # each speaks once
        texts = texts[:len(cast.people)]
        who = list(range(len(texts)))
    else:
        who = order(rng, len(cast.people), len(texts))
    template = KINDS[kind]
    second = KINDS[rng.choice(list(KINDS))] if rng.random() < 0.06 and not captions and not is_html else None
    plain = not captions and not is_html
    chance = lambda p: rng.random() < p
    has = {key: chance(p) for key, p in {
        "headings": 0.25, "notes": 0.3, "clauses": 0.35, "roll": 0.08, "list": 0.12, "present": 0.15, "quote": 0.1, "heads": 0.15, "noise": 0.12,
        "wrap": 0.4, "tight": 0.25, "paragraphs": 0.3, "indent": 0.08, "front": 0.6, "foot": 0.15, "numbers": 0.04, "short": 0.1, "intro": 0.08,
        "minutes": 0.2, "items": 0.08, "footnotes": 0.06, "vocatives": 0.15}.items()}
    rate = rng.choice([0.005, 0.02]) if has["noise"] else 0.0
    office = template.count("{n}") == 1 and cast.office
    spelling = rng.choices(["usual", "bare", "small"], [0.88, 0.07, 0.05])[0]       # as recognisers and people in chats write
    gold, parts = [], []
    for k, (person, text) in enumerate(zip((cast.people[i] for i in who), texts)):
        if has["short"] and chance(0.4):
            text = rng.choice([words["sentences"][4 % len(words["sentences"])], words["sentences"][-1]])
        if has["clauses"] and chance(0.25):
            text = f"{text}\n\n{rng.choice(words['clauses'])}" if chance(0.5) else f"{rng.choice(words['clauses'])} {text}"
        if has["list"] and chance(0.15):
            items = [rng.choice(words["sentences"]) for _ in range(3)]
            marks = rng.choice([["1.", "2.", "3."], ["(a)", "(b)", "(c)"], ["-", "-", "-"]])
            text += "\n\n" + "\n".join(f"{mark} {item}" for mark, item in zip(marks, items))
        if has["quote"] and chance(0.15):
            other = rng.choice(words["first"]), rng.choice(words["last"])
            text += f"\n\n{' '.join(other)}: {rng.choice(words['sentences'])}" if chance(0.3) else f"\n\n\"{rng.choice(words['sentences'])}\""
        if has["paragraphs"] and len(text.split()) > 30:
            pieces = re.split(r"(?<=[.?!]) ", text)
            half = len(pieces) // 2
            text = " ".join(pieces[:half]) + "\n\n" + " ".join(pieces[half:]) if half else text
        others = [cast.people[i] for i in (who[k - 1:k] if k else []) + who[k + 1:k + 2]]
        if has["vocatives"] and others and chance(0.35) and not words.get("joined"):
            named = rng.choice(others)
            called = f"{named['h']} {named['s']}".strip()
            text = f"{called}, {text}" if named is others[0] and k else f"{text.rstrip('.?!')}, {called}{rng.choice('.?')}"
        if spelling == "bare":
            text = re.sub(r"[^\w\s'’-]|(?<!\w)-", "", text).lower()
        elif spelling == "small":
            text = text[:1].lower() + text[1:].rstrip(".") if chance(0.5) else text.lower()
        fields = dict(person)
        if office and person is cast.people[0]:
            fields.update(n=person["o"], N=person["o"].upper())
        elif template.count("{n}") == 1 and "{h}" not in template and chance(0.03) and not words.get("joined"):
            fields.update(n=f"{person['h']} {person['s']}".strip())
        fields = {key: damage(rng, value, rate) if key in "nNsS" and chance(0.5) else value for key, value in fields.items()}
        used = second if second and person is cast.people[0] else template
        nameless = kind.startswith("nameless") and (kind != "nameless-some" or chance(0.4))
        used = ">> {x}" if nameless and kind == "nameless-some" else used
        fields.update(t=clock(rng, k), k=str(k + 1))
        if is_html:
            fields = {key: html.escape(value) for key, value in fields.items()}
        shown = html.escape(text).replace("\n\n", "</p>\n<p>" if "<p>{x}" in used or " {x}</p>" in used else "<br>") if is_html else text
        printed = next((person[key] for key in "nNsSoiar" if "{" + key + "}" in used), person["n"])
        if "{f}" in used:
            printed = person["n"]
        aliases = cast.aliases(person, fields["n"] if office and person is cast.people[0] else printed)
        for prefix in ("Speaker ", "P"):
            aliases += [prefix + person["a"]] if "{a}" in used else []
        aliases += [person["o"]] if "{o} (" in used or used.startswith("{o}") else []
        aliases += [f"SPEAKER {person['n']}"] if used.startswith("SPEAKER") else []
        block = used.format(**{key: value for key, value in fields.items() if key != "x"}, x=shown)
        if has["wrap"] and plain and "\t" not in block:
            width = 68
            indent = "    " if has["indent"] else ""
            block = "\n".join(textwrap.fill(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) if len(line) > width else line
                              for line in block.split("\n"))
        if family == "inline" and k % 2 and parts[-1][0] == "turn":     # the answer is in the line of the question
            block = parts.pop()[1].rstrip(".") + ("? --- " if kind == "inline-dashes" else "? — ") + text
        parts.append(("turn", block))
        speaker, aliases = (None, []) if nameless else (person["n"], aliases)
        gold.append({"document": name, "order": k, "speaker": speaker, "aliases": aliases, "text": html.unescape(text) if is_html else text})
        if has["notes"] and chance(0.12):
            parts.append(("note", rng.choice(words["notes"])))
        if has["minutes"] and chance(0.12) and family != "inline":
            parts.append(("note", rng.choice(words["minutes"])))
        if has["items"] and chance(0.12):
            parts.append(("heading", rng.choice(["{:02} {}", "{}. {}", "[{}] {}", "{}) {}", "({}) {}"]).format(rng.randrange(1, 40), rng.choice(words["headings"]))))
        if has["footnotes"] and chance(0.12):
            parts.append(("note", rng.choice(["[1] {}", "1/ {}", "* {}", "² {}", "— {}"]).format(rng.choice(words["sentences"]))))
        if has["headings"] and chance(0.1):
            parts.append(("heading", rng.choice(words["headings"])))
        if has["roll"] and chance(0.1):
            names = [f"{rng.choice(words['last'])}" for _ in range(rng.choice([6, 12, 30]))]
            parts.append(("roll", rng.choice([
                "\n".join(f"{a}: {rng.choice(['Yea', 'Nay', 'aye', 'no'])}" for a in names), "\n".join(names), "Ayes: " + ", ".join(names), "\n".join(f"{a} - present" for a in names)])))
    body = lay_out(rng, parts, has, kind, captions, is_html)
    extension = EXTENSIONS.get(family, "md" if kind.startswith(MARKDOWN) else "txt")
    if plain:
        body = front(rng, words, cast, has, kind) + body
        if has["foot"]:
            body += "\n\n" + rng.choice(["End of transcript", "Printed by the clerk's office, 12 May 2019", "© Harbour Forum. All rights reserved.", "Transcribed by J. Marsh\n[End]", words["minutes"][1]]) + "\n"
        if has["heads"] and extension == "txt":
            body = pages(rng, body, words)
        if has["numbers"]:
            body = "\n".join(f"{k % 25 + 1:>2}  {line}" for k, line in enumerate(body.split("\n")))
    return body, extension, gold


def lay_out(rng, parts, has, kind, captions, is_html):
    if captions:
        out, k = ["WEBVTT\n"] if kind.startswith("vtt") else [], 0
        point = "." if kind.startswith("vtt") else ","
        for what, text in parts:
            if what == "turn":
                for piece in [text]:
                    k += 1
                    stamp = lambda s: f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}{point}000"
                    out.append((f"{k}\n" if kind.startswith("srt") else "") + f"{stamp(k * 4)} --> {stamp(k * 4 + 3)}\n" + piece.replace("\n\n", " ") + "\n")
        return "\n".join(out)
    if is_html:
        tags = {"note": "<p><i>{}</i></p>", "heading": "<h3>{}</h3>", "roll": "<p>{}</p>"}
        body = "\n".join(text if what == "turn" else tags[what].format(html.escape(text).replace("\n", "<br>")) for what, text in parts)
        wrap = {"html-list": "<dl>{}</dl>", "html-row": "<table>{}</table>"}.get(kind, "{}")
        return f"<!DOCTYPE html><html><head><title>Record</title></head><body><h1>Record of the meeting</h1>\n{wrap.replace('{}', body)}\n</body></html>\n"
    glue = "\n" if has["tight"] and "\n\n" not in KINDS[kind] and not kind.startswith(("bold", "italic", "heading")) else "\n\n"
    return glue.join(text for _, text in parts) + "\n"


def front(rng, words, cast, has, kind):
    if not has["front"]:
        return ""
    lines = [rng.choice(["Record of the meeting", "HARBOUR FORUM", "Water and who pays for it", "Interview", rng.choice(words["headings"])])]
    if kind.startswith(MARKDOWN):
        lines[0] = "# " + lines[0]
    if rng.random() < 0.5:
        lines.append(rng.choice(["12 May 2019", "Tuesday, 3 March 2020", "Date: 4 June 2018", "2021-10-05"]))
    if has["present"]:
        names = [person["n"] for person in cast.people]
        lines.append(rng.choice(["Present: " + ", ".join(names), "PRESENT\n\n" + "\n".join(names), "Participants:\n" + "\n".join(f"- {n}" for n in names), f"Chair: {names[0]}"]))
    if rng.random() < 0.08:
        named = cast.people[-1]
        lines.append(f"{named['o']}: {named['n']}, {rng.choice(words['offices'])}, {named['b']}")
    if has["intro"]:
        lines.append(" ".join(rng.choice(words["sentences"]) for _ in range(rng.choice([4, 12, 30]))))
    return "\n\n".join(lines) + "\n\n"


def pages(rng, body, words):
    """The body with running heads, some of which look like bylines."""
    lines, out = body.split("\n"), []
    head = rng.choice(["HARBOUR FORUM", "Record of the meeting", "Ann Lee", "Session 4:", rng.choice(words["headings"]), f"{rng.choice(words['first'])} {rng.choice(words['last'])}"])
    per_page = rng.choice([25, 40, 55])
    for k, line in enumerate(lines):
        if k and k % per_page == 0:
            number = k // per_page + 1
            out += ["", rng.choice([f"{head}    {number}", f"{number}    {head}", f"{head}\n{number}", f"- {number} -", head]), ""]
        out.append(line)
    return "\n".join(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluation", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--documents", type=int, default=1600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sources = gold_turns(options.evaluation)
    (options.out / "documents").mkdir(parents=True, exist_ok=True)
    kinds = list(KINDS)
    with open(options.out / "gold.jsonl", "w", encoding="utf-8") as gold_file, open(options.out / "kinds.jsonl", "w", encoding="utf-8") as kind_file:
        for at in range(options.documents):
            kind = kinds[at % len(kinds)]
            name = f"r{at:05}"
            text, extension, gold = document(random.Random(f"{options.seed}/{at}"), name, kind, sources)
            (options.out / "documents" / f"{name}.{extension}").write_text(text, encoding="utf-8", newline="")
            for row in gold:
                gold_file.write(json.dumps(row, ensure_ascii=False) + "\n")
            kind_file.write(json.dumps({"document": name, "kind": kind}) + "\n")


if __name__ == "__main__":
    main()
