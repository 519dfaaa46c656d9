#!/usr/bin/env python3
"""Training rows of the inference model in context.

    prepare.py --conversations FILES --speech FILES --inference nli_stance.jsonl.gz --out FOLDER [--passes 3] [--conversation-times 1] [...]

Writes FOLDER/train.jsonl.gz ({premise, hypothesis, label, source}, in the order of training, all passes one after the other),
FOLDER/held_conversations.jsonl.gz and held_speech.jsonl.gz (rows as they were, of propositions that are not trained on: for the
decision layer) and prints counts. A proposition is held out by a hash of its words. Propositions of --exclude files are left out of training.

Each pass draws anew what varies: names are replaced, context that the label does not need is dropped, foreign talk is put before,
foreign propositions are paired (neither), neutral rows of speech are drawn, and the moves of discourse.py are put together.
"""
import argparse, glob, gzip, hashlib, json, random, re, sys
from collections import Counter, defaultdict
import context as form
import discourse

NLI = {"favor": "entailment", "against": "contradiction", "neither": "neutral"}
FLIP = discourse.FLIP
FREE = re.compile(r"plain|consequence|evaluative|negated statement|double negation|rhetorical|statistic|praise|attack|understatement|description|definition|procedure|thanks|balanced|hedged|long |counterfactual|call to vote|announcement|personal")


def rows(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as f:
        for line in f:
            if line.strip():
                yield json.loads(line)


def norm(s):
    return " ".join(re.sub(r"[^\w\s]", " ", s.lower()).split())


def held(p, share):
    return int(hashlib.sha256(norm(p).encode()).hexdigest()[:8], 16) / 2**32 < share


WORD = re.compile(r"[A-Z][\w'’-]+")
KEEP = set("""The Chair Moderator President Mr Mrs Ms Dr Prof Professor Senator Minister Judge Ambassador Delegate Representative Commissioner Speaker Host Deputy Member Lord Lady Sir Dame
Interviewer Cllr Councillor Mayor Witness Secretary General Rapporteur Chairman Chairwoman Convener Father Sister Bishop Captain Colonel Presenter Caller Q A of for and""".split())


def rename(rng, r):
    """New surnames and first names for the speakers of a conversation, wherever they are said in it."""
    used = {w for t in r["turns"] for w in WORD.findall(t["speaker"]) if w not in KEEP and len(w) > 2}
    if not used:
        return r
    new = dict(zip(sorted(used), rng.sample(discourse.NAMES, min(len(used), len(discourse.NAMES)))))
    sub = lambda s: WORD.sub(lambda m: new.get(m.group(), m.group()), s)
    return {**r, "turns": [{"speaker": sub(t["speaker"]), "text": sub(t["text"])} for t in r["turns"]], "probe": {"turn": r["probe"]["turn"], "sentence": sub(r["probe"]["sentence"])}}


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--conversations", nargs="+", default=[]); a.add_argument("--speech", nargs="+", default=[]); a.add_argument("--inference"); a.add_argument("--exclude", nargs="*", default=[])
    a.add_argument("--out", required=True); a.add_argument("--passes", type=int, default=3); a.add_argument("--seed", type=int, default=1)
    a.add_argument("--hold", type=float, default=0.08); a.add_argument("--hold-speech", type=float, default=0.12)
    a.add_argument("--moves", type=int, default=4000, help="rows of discourse.py a pass"); a.add_argument("--old", type=int, default=7000, help="rows of --inference a pass")
    a.add_argument("--neutral", type=float, default=2.0, help="neither rows of speech for each row with a side (before both wordings)"); a.add_argument("--thin", type=float, default=1.0, help="share of the neither rows of conversations that a pass takes"); a.add_argument("--side-times", type=int, default=2)
    o = a.parse_args()
    rng = random.Random(o.seed)
    out_of = {norm(r["proposition"]) for f in o.exclude for r in rows(f)}
    conv, speech, hc, hs = [], [], [], []
    seen = set()
    for f in o.conversations:
        for r in rows(f):
            key = json.dumps([norm(r["proposition"]), r["turns"], r["probe"]])
            if norm(r["proposition"]) in out_of or key in seen:
                continue
            seen.add(key); (hc if held(r["proposition"], o.hold) else conv).append(r)
    for f in o.speech:
        for r in rows(f):
            key = json.dumps([norm(r["proposition"]), r["text"]])
            if norm(r["proposition"]) in out_of or key in seen:
                continue
            seen.add(key); (hs if held(r["proposition"], o.hold_speech) else speech).append(r)
    # arguments by proposition, for the moves of conversation
    args, neg, by_prop = defaultdict(lambda: defaultdict(list)), {}, defaultdict(list)
    for r in conv:
        by_prop[r["proposition"]].append(r)
        neg[r["proposition"]] = r["negation"]
        if r["label"] != "neither" and r["probe"]["turn"] == 0 and len(r["probe"]["sentence"].split()) >= 7 and r["turns"][0]["text"].startswith(r["probe"]["sentence"]) and not r["probe"]["sentence"].endswith("?"):
            args[r["proposition"]][r["label"]].append(r["probe"]["sentence"])
    old = list(rows(o.inference)) if o.inference else []
    groups = defaultdict(list)
    for r in old:
        groups[r["source"]].append(r)
        if r["source"] in ("ibm_argq", "perspectrum", "ibm_claims", "touche_valueeval") and not r["hypothesis"].startswith(("The speaker", "In the speaker", "It is right")) and 6 <= len(r["premise"].split()) <= 40 and r["hypothesis"].endswith("."):
            text = r["premise"].strip(); text = text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")
            args[r["hypothesis"]]["favor" if r["label"] == "entailment" else "against"].append(text)
    propositions = [p for p in args if len(args[p]) == 2]
    weights = [2.0 if p in neg else 1.0 for p in propositions]
    pool = [s for p in args for v in args[p].values() for s in v]
    neutral_of = defaultdict(list)
    for r in speech:
        if r["label"] == "neither":
            neutral_of[r["proposition"]].append(r)
    sided = [r for r in speech if r["label"] != "neither"]
    everything, count = [], Counter()
    for p in range(o.passes):
        out = []

        def add(premise, prop, negation, label, source, both=True):
            if both is True or rng.random() < 0.5 or not negation:
                out.append({"premise": premise, "hypothesis": prop, "label": NLI[label], "source": source})
            if negation and (both is True or not out or out[-1]["premise"] != premise):
                out.append({"premise": premise, "hypothesis": negation, "label": NLI[FLIP[label]], "source": source})

        for r in conv:
            if r["label"] == "neither" and rng.random() >= o.thin:
                continue
            x = rename(rng, r) if rng.random() < 0.5 else r
            before, turn, who, text = form.of_conversation(x)
            y = rng.random()
            if before and FREE.search(r["phenomenon"]) and y < 0.3:
                before = []
            elif y > 0.88 and len(before) <= 1:
                before = [(turn - 2 if turn else -1, discourse.person(rng), rng.choice(pool))] + before
            add(form.premise(before, turn, who, text), r["proposition"], r["negation"], r["label"], "conversations")
            if rng.random() < 0.08:
                q = rng.choice(conv)
                if q["proposition"] != r["proposition"]:
                    add(form.premise(before, turn, who, text), q["proposition"], q["negation"], "neither", "foreign proposition", both=False)
        take = []
        for r in sided:
            take += [r] * o.side_times
        want = int(o.neutral * o.side_times * len(sided)) // max(1, o.side_times)
        neutral = [r for v in neutral_of.values() for r in v]
        # nearest by cosine more often: the hard ones
        neutral.sort(key=lambda r: rng.random() ** (1 / (0.2 + max(0.0, r.get("cosine") or 0.5))), reverse=True)
        take += neutral[:want]
        for r in take:
            before, turn, who, text = form.of_speech(r)
            if rng.random() < 0.1:
                before = before[-1:]
            add(form.premise(before, turn, who, text), r["proposition"], r["negation"], r["label"], "speech", both=True if r["label"] != "neither" else False)
        for h in rng.choices(propositions, weights, k=o.moves):
            foreign = rng.choice(pool)
            turns, sentence, label = discourse.move(rng, h, args[h], foreign)
            r = {"turns": [{"speaker": s, "text": t} for s, t in turns], "probe": {"turn": len(turns) - 1, "sentence": sentence}}
            if r["turns"][-1]["text"].count(sentence) < 1:
                continue
            add(form.premise(*form.of_conversation(r)), h, neg.get(h), label, "moves", both=False)
        share = {"ibm_argq": 0.16, "ibm_argq_other_topic": 0.06, "ibm_argkp": 0.08, "ibm_argkp_not_said": 0.05, "perspectrum": 0.1, "perspectrum_other_topic": 0.02, "own_sentences": 0.08,
                 "newsmtsc_no_stance": 0.04, "mnli": 0.13, "mnli_taxinli": 0.09, "snli": 0.05, "cad_nli": 0.05, "conjnli": 0.03, "negation_nli": 0.03, "med": 0.01, "touche_valueeval": 0.01, "ibm_claims": 0.01}
        for s, w in share.items():
            v = groups.get(s, [])
            for r in rng.sample(v, min(len(v), int(w * o.old))):
                t = r["premise"]
                if s.split("_")[0] in ("ibm", "perspectrum", "own", "touche", "newsmtsc") and rng.random() < 0.25:
                    other = rng.choice(pool)
                    t = form.premise([(0, discourse.person(rng), other)], rng.choice([0, 1]), discourse.person(rng), t)
                out.append({"premise": t, "hypothesis": r["hypothesis"], "label": r["label"], "source": s})
        rng.shuffle(out)
        everything += out
        for r in out:
            count[(r["source"] if r["source"] not in share else "inference", r["label"])] += 1
    with gzip.open(f"{o.out}/train.jsonl.gz", "wt", encoding="utf-8", compresslevel=4) as f:
        for r in everything:
            f.write(json.dumps(r, ensure_ascii=False) + "\n")
    for name, v in (("conversations", hc), ("speech", hs)):
        with gzip.open(f"{o.out}/held_{name}.jsonl.gz", "wt", encoding="utf-8") as f:
            for r in v:
                f.write(json.dumps(r, ensure_ascii=False) + "\n")
    print(f"conversations {len(conv)} ({len({r['proposition'] for r in conv})} propositions), held out {len(hc)} ({len({r['proposition'] for r in hc})}); speech {len(speech)} ({len({r['proposition'] for r in speech})} propositions, {len(sided)} with a side), held out {len(hs)} ({len({r['proposition'] for r in hs})}, {sum(r['label'] != 'neither' for r in hs)} with a side)")
    print(f"{len(propositions)} propositions with arguments of both sides; {len(everything)} rows in {o.passes} passes")
    for k in sorted({k for k, _ in count}):
        print(f"  {k:<22}", {l: count[(k, l)] for l in NLI.values()})


if __name__ == "__main__":
    main()
