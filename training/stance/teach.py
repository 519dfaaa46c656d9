#!/usr/bin/env python3
"""Add to prepared rows (prepare.py) what a larger model says of them, for train.py --trust.

    teach.py --teacher WEIGHTS --rows ROWS.jsonl.gz --out TAUGHT.jsonl.gz [--limit N] [--threads 2]

Adds to each row "teacher": the probabilities of entailment, neutral and contradiction. --limit keeps only the first rows.
"""
import argparse, gzip, itertools, json, time
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--teacher", required=True); a.add_argument("--rows", required=True); a.add_argument("--out", required=True)
    a.add_argument("--limit", type=int); a.add_argument("--max-len", type=int, default=176); a.add_argument("--threads", type=int, default=2)
    o = a.parse_args()
    torch.set_num_threads(o.threads)
    tok = AutoTokenizer.from_pretrained(o.teacher)
    model = AutoModelForSequenceClassification.from_pretrained(o.teacher).bfloat16().eval()
    with gzip.open(o.rows, "rt", encoding="utf-8") as f:
        rows = [json.loads(line) for line in itertools.islice(f, o.limit)]
    enc = tok([r["premise"] for r in rows], [r["hypothesis"] for r in rows], truncation="only_first", max_length=o.max_len)
    order = sorted(range(len(rows)), key=lambda i: len(enc["input_ids"][i])); start = time.time()
    for at in range(0, len(order), 48):
        batch = order[at : at + 48]
        n = -(-max(len(enc["input_ids"][i]) for i in batch) // 16) * 16
        x = tok.pad({k: [enc[k][i] for i in batch] for k in enc}, padding="max_length", max_length=n, return_tensors="pt")
        with torch.inference_mode():
            p = model(**x).logits.float().softmax(-1)
        for i, row in zip(batch, p.tolist()):
            rows[i]["teacher"] = [round(v, 4) for v in row]
        if at % 4800 == 0:
            print(f"{at + len(batch)} of {len(rows)} rows, {time.time() - start:.0f} s", flush=True)
    with gzip.open(o.out, "wt", encoding="utf-8") as f:
        f.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


if __name__ == "__main__":
    main()
