"""The form in which a segment and what was said before it are given to the inference model.

The same rules are implemented in Rust (`plenary-measure`); `python context.py` prints the cases of the tests.

    premise = "Name: text text Name2: text || Name: segment"      (without context: the segment alone)
"""
import re

MAX_WORDS, MAX_TURNS, MAX_NAME = 60, 3, 6


def clean(text):
    return " ".join(text.replace("|", "/").split())


def name_of(speaker):
    return " ".join((speaker or "").replace("|", " ").replace(":", " ").split()[:MAX_NAME]) or "Speaker"


def take(before, own_turn):
    """before: [(turn number, speaker, text)] in order of time, without units that are not speech -> those given as context."""
    taken, words = [], 0
    for turn, speaker, text in reversed(before):
        text = clean(text)
        n = len(text.split())
        if turn < own_turn - MAX_TURNS:
            break
        if n == 0:
            continue
        if words + n > MAX_WORDS:
            if not taken:
                taken.append((turn, speaker, " ".join(text.split()[-MAX_WORDS:])))
            break
        taken.append((turn, speaker, text))
        words += n
    return taken[::-1]


def premise(before, own_turn, speaker, segment):
    context = take(before, own_turn)
    if not context:
        return clean(segment)
    out, last = [], None
    for turn, who, text in context:
        out.append(text if turn == last else f"{name_of(who)}: {text}")
        last = turn
    return " ".join(out) + f" || {name_of(speaker)}: {clean(segment)}"


def sentences(text):
    """A rough split into sentences, for texts that come as whole turns."""
    protected = re.sub(r"\b(Mr|Mrs|Ms|Dr|Prof|Hon|St|No|Cllr|Sen|Rep|Gen|Lt|Col|Sr|Jr|vs|e\.g|i\.e)\.", lambda m: m.group(1) + "\0", text)
    return [s.replace("\0", ".").strip() for s in re.split(r"(?<=[.?!…])['\"”’)]*\s+(?=\S)", protected) if s.strip()]


def of_conversation(r):
    """Row with turns and probe -> (before, own turn, speaker, segment)."""
    at, segment = r["probe"]["turn"], r["probe"]["sentence"]
    before = [(i, t["speaker"], s) for i, t in enumerate(r["turns"][:at]) for s in sentences(t["text"])]
    turn = r["turns"][at]
    head = turn["text"][: turn["text"].index(segment)]
    before += [(at, turn["speaker"], s) for s in sentences(head)]
    return before, at, turn["speaker"], segment


def of_speech(r):
    """Row with context, speaker and text -> the same; the context has one entry per sentence."""
    before, turn, last = [], 0, None
    for c in r["context"]:
        turn += last is not None and c["speaker"] != last
        before.append((turn, c["speaker"], c["text"]))
        last = c["speaker"]
    return before, turn + (last is not None and r["speaker"] != last), r["speaker"], r["text"]


def of_row(r):
    """The premise of a row of any of the three kinds, and the texts of its context."""
    if "probe" in r:
        parts = of_conversation(r)
    elif "context" in r:
        parts = of_speech(r)
    else:
        return r["text"], [], r["text"]
    return premise(*parts), [t for _, _, t in take(parts[0], parts[1])], parts[3]


if __name__ == "__main__":
    long = " ".join(f"w{i}" for i in range(70))
    for case in (([], 0, "Bob", "I agree."), ([(0, "Chair", "Should it be  rebuilt?"), (1, "Ann Lee", "It is the only way."), (2, "Bob", "I heard Ann.")], 2, "Bob", "I agree with her."),
                 ([(0, "A", long)], 1, "B", "Yes."), ([(0, "A", "Old."), (1, "B", "x"), (2, "C", "y"), (3, "D", "z")], 4, "E", "No.")):
        print(premise(*case))
