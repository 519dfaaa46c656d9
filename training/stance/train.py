#!/usr/bin/env python3
"""Fine-tune the inference model on prepared rows (prepare.py), one pass over the file.

    train.py --base WEIGHTS --rows ROWS.jsonl.gz --out FOLDER [--lr 1e-4] [--tokens 2600] [--minutes M] [--threads 2] [--frozen N] [--half] [--trust 0.6]

Rows: {premise, hypothesis, label, weight?, teacher?}; label is entailment, neutral or contradiction, teacher what a larger model says: three
probabilities (teach.py), mixed with the label in the share --trust. The file's order is kept in the large (prepare.py
shuffles), inside stretches of some thousand rows batches hold pairs of similar length, at most --tokens tokens, padded to multiples of 16.
AdamW, weight decay 0.01, label smoothing, linear warm-up and decay; the schedule follows the larger of the share of rows and the share of
minutes. Token embeddings stay as they are, and so do the first --frozen layers. A head that the base lacks learns four times as fast.
The last weights are kept: nothing is chosen on a development set.

bf16 autocast where the processor has it; --fp32 turns it off; --half keeps the weights themselves in bf16 beside fp32 copies that the
optimiser changes, which is twice as fast for large models (there it is best without dropout). With large models on Linux,
MALLOC_MMAP_THRESHOLD_=8589934592 MALLOC_TRIM_THRESHOLD_=17179869184 saves the time of giving memory back.
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


def target(row, smoothing, trust):
    """Probabilities of the three labels that the model is to learn."""
    own = [smoothing / 3 + (1 - smoothing) * (label == row["label"]) for label in LABELS]
    return [(1 - trust) * a + trust * b for a, b in zip(own, row["teacher"])] if "teacher" in row else own


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--base", required=True); a.add_argument("--rows", required=True); a.add_argument("--out", required=True)
    a.add_argument("--lr", type=float, default=1e-4); a.add_argument("--tokens", type=int, default=2600); a.add_argument("--max-len", type=int, default=176)
    a.add_argument("--minutes", type=float, default=1e9); a.add_argument("--threads", type=int, default=2); a.add_argument("--seed", type=int, default=1)
    a.add_argument("--smoothing", type=float, default=0.05); a.add_argument("--dropout", type=float, default=0.1); a.add_argument("--fp32", action="store_true")
    a.add_argument("--save-every", type=float, default=10, help="minutes between saved states")
    a.add_argument("--frozen", type=int, default=0, help="layers, from the first, that stay as they are"); a.add_argument("--half", action="store_true")
    a.add_argument("--trust", type=float, default=0.6, help="share of the teacher in the target of rows that have one")
    o = a.parse_args()
    torch.set_num_threads(o.threads); torch.manual_seed(o.seed); random.seed(o.seed)
    tok = AutoTokenizer.from_pretrained(o.base)
    model, report = AutoModelForSequenceClassification.from_pretrained(o.base, output_loading_info=True, num_labels=3, id2label=dict(enumerate(LABELS)), label2id={l: i for i, l in enumerate(LABELS)},
                                                                       hidden_dropout_prob=o.dropout, attention_probs_dropout_prob=o.dropout)
    with gzip.open(o.rows, "rt", encoding="utf-8") as f:
        rows = [json.loads(line) for line in f]
    enc = tok([r["premise"] for r in rows], [r["hypothesis"] for r in rows], truncation="only_first", max_length=o.max_len)
    fill = {"input_ids": tok.pad_token_id, "token_type_ids": 0, "attention_mask": 0}
    names = [k for k in fill if k in enc]
    sizes = [-(-len(x) // 16) * 16 for x in enc["input_ids"]]
    y = [target(r, o.smoothing, o.trust) for r in rows]; w = [r.get("weight", 1.0) for r in rows]
    encoder = model.base_model.encoder
    for part in (model.base_model.embeddings, *encoder.layer[: o.frozen], getattr(encoder, "relative_attention_bias", None) if o.frozen else None):
        for p in part.parameters() if part is not None else ():
            p.requires_grad_(False)
    copies = {n: p.detach().clone().requires_grad_(True) if o.half else p for n, p in model.named_parameters() if p.requires_grad}
    if o.half:
        model.bfloat16()
    live = dict(model.named_parameters()); model.train()
    new = lambda n: n in report["missing_keys"]
    groups = [([p for n, p in copies.items() if p.dim() > 1 and not new(n)], 0.01, 1), ([p for n, p in copies.items() if p.dim() <= 1 and not new(n)], 0.0, 1), ([p for n, p in copies.items() if new(n)], 0.0, 4)]
    opt = torch.optim.AdamW([{"params": p, "weight_decay": d, "times": t} for p, d, t in groups if p], lr=o.lr, fused=True)

    def save():
        whole = {k: v.float() for k, v in model.state_dict().items()}
        whole.update({n: p.detach() for n, p in copies.items()})
        out = type(model)(model.config).float(); out.load_state_dict(whole); out.save_pretrained(o.out); tok.save_pretrained(o.out)

    start = saved = time.time(); seen = step = 0; loss_avg = None
    for batch in batches(sizes, o.tokens, 4000, o.seed):
        done = max(seen / len(rows), (time.time() - start) / (o.minutes * 60))
        if done >= 1:
            break
        for g in opt.param_groups:
            g["lr"] = g["times"] * o.lr * min(done / 0.06, 1.0, (1 - done) / 0.94)
        n = max(sizes[i] for i in batch)
        x = {k: torch.tensor([enc[k][i] + [fill[k]] * (n - len(enc[k][i])) for i in batch]) for k in names}
        t = torch.tensor([y[i] for i in batch]); k = torch.tensor([w[i] for i in batch])
        with torch.autocast("cpu", torch.bfloat16, enabled=not (o.fp32 or o.half)):
            z = model(**x).logits
        loss = (torch.nn.functional.cross_entropy(z.float(), t, reduction="none") * k).sum() / k.sum()
        loss.backward()
        if o.half:
            for name, p in copies.items():
                p.grad = live[name].grad.float(); live[name].grad = None
        torch.nn.utils.clip_grad_norm_(copies.values(), 1.0); opt.step(); opt.zero_grad(set_to_none=True)
        if o.half:
            with torch.no_grad():
                for name, p in copies.items():
                    live[name].copy_(p)
        step += 1; seen += len(batch); loss_avg = loss.item() if loss_avg is None else 0.98 * loss_avg + 0.02 * loss.item()
        if step % 100 == 0:
            print(f"step {step} rows {seen}/{len(rows)} {seen / (time.time() - start):.0f} rows/s loss {loss_avg:.3f} done {done:.3f} min {(time.time() - start) / 60:.1f}", flush=True)
        if time.time() - saved > o.save_every * 60:
            saved = time.time(); save()
    save()
    print(f"final: {step} steps, {seen} rows, {(time.time() - start) / 60:.1f} min, loss {loss_avg:.3f}", flush=True)


if __name__ == "__main__":
    main()
