#!/usr/bin/env python3
"""Fine-tune the inference model on prepared rows (prepare.py), one pass over the file.

    train.py --base WEIGHTS --rows ROWS.jsonl.gz --out FOLDER [--lr 1e-4] [--tokens 2600] [--minutes M] [--threads 2]

Rows: {premise, hypothesis, label, weight?}; label is entailment, neutral or contradiction. The file's order is kept in the large (prepare.py
shuffles), inside stretches of some thousand rows batches hold pairs of similar length, at most --tokens tokens. bf16 autocast where the
processor has it; AdamW, weight decay 0.01, label smoothing, linear warm-up and decay; the schedule follows the larger of the share of
rows and the share of minutes. Token embeddings stay as they are. The last weights are kept: nothing is chosen on a development set.
"""
import argparse, gzip, json, random, time
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

LABELS = ["entailment", "neutral", "contradiction"]


def batches(lengths, tokens, stretch, seed):
    rng = random.Random(seed)
    for a in range(0, len(lengths), stretch):
        order = sorted(range(a, min(a + stretch, len(lengths))), key=lambda i: lengths[i] + rng.random() * 4)
        out, cur, longest = [], [], 0
        for i in order:
            longest = max(longest, lengths[i])
            if cur and longest * (len(cur) + 1) > tokens:
                out.append(cur); cur, longest = [], lengths[i]
            cur.append(i)
        out.append(cur)
        rng.shuffle(out)
        yield from out


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--base", required=True); a.add_argument("--rows", required=True); a.add_argument("--out", required=True)
    a.add_argument("--lr", type=float, default=1e-4); a.add_argument("--tokens", type=int, default=2600); a.add_argument("--max-len", type=int, default=176)
    a.add_argument("--minutes", type=float, default=1e9); a.add_argument("--threads", type=int, default=2); a.add_argument("--seed", type=int, default=1)
    a.add_argument("--smoothing", type=float, default=0.05); a.add_argument("--dropout", type=float, default=0.1); a.add_argument("--fp32", action="store_true")
    a.add_argument("--save-every", type=float, default=10, help="minutes between saved states")
    o = a.parse_args()
    torch.set_num_threads(o.threads); torch.manual_seed(o.seed); random.seed(o.seed)
    tok = AutoTokenizer.from_pretrained(o.base)
    model = AutoModelForSequenceClassification.from_pretrained(o.base, hidden_dropout_prob=o.dropout, attention_probs_dropout_prob=o.dropout)
    with gzip.open(o.rows, "rt", encoding="utf-8") as f:
        rows = [json.loads(line) for line in f]
    enc = tok([r["premise"] for r in rows], [r["hypothesis"] for r in rows], truncation="only_first", max_length=o.max_len)
    ids, types = enc["input_ids"], enc["token_type_ids"]
    y = [LABELS.index(r["label"]) for r in rows]; w = [r.get("weight", 1.0) for r in rows]
    for p in model.get_input_embeddings().parameters():
        p.requires_grad_(False)
    decay = [p for n, p in model.named_parameters() if p.dim() > 1 and p.requires_grad]
    rest = [p for n, p in model.named_parameters() if p.dim() <= 1]
    opt = torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0.0}], lr=o.lr, fused=True)
    start = saved = time.time(); seen = step = 0; loss_avg = None; model.train()
    for batch in batches([len(x) for x in ids], o.tokens, 4000, o.seed):
        done = max(seen / len(rows), (time.time() - start) / (o.minutes * 60))
        if done >= 1:
            break
        for g in opt.param_groups:
            g["lr"] = o.lr * min(done / 0.06, 1.0, (1 - done) / 0.94)
        n = max(len(ids[i]) for i in batch)
        x = {"input_ids": torch.tensor([ids[i] + [0] * (n - len(ids[i])) for i in batch]),
             "token_type_ids": torch.tensor([types[i] + [0] * (n - len(ids[i])) for i in batch]),
             "attention_mask": torch.tensor([[1] * len(ids[i]) + [0] * (n - len(ids[i])) for i in batch])}
        t = torch.tensor([y[i] for i in batch]); k = torch.tensor([w[i] for i in batch])
        with torch.autocast("cpu", torch.bfloat16, enabled=not o.fp32):
            z = model(**x).logits
        loss = (torch.nn.functional.cross_entropy(z.float(), t, label_smoothing=o.smoothing, reduction="none") * k).sum() / k.sum()
        loss.backward(); torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0); opt.step(); opt.zero_grad(set_to_none=True)
        step += 1; seen += len(batch); loss_avg = loss.item() if loss_avg is None else 0.98 * loss_avg + 0.02 * loss.item()
        if step % 100 == 0:
            print(f"step {step} rows {seen}/{len(rows)} {seen / (time.time() - start):.0f} rows/s loss {loss_avg:.3f} done {done:.3f} min {(time.time() - start) / 60:.1f}", flush=True)
        if time.time() - saved > o.save_every * 60:
            saved = time.time(); model.save_pretrained(o.out); tok.save_pretrained(o.out)
    model.save_pretrained(o.out); tok.save_pretrained(o.out)
    print(f"final: {step} steps, {seen} rows, {(time.time() - start) / 60:.1f} min, loss {loss_avg:.3f}", flush=True)


if __name__ == "__main__":
    main()
