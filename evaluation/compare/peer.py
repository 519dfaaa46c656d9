#!/usr/bin/env python3
"""Runs one job with one peer in a separate process; prints its figures as JSON.

    peer.py embed  torch|onnx|onnx-int8 FOLDER TEXTS.jsonl
    peer.py infer  FOLDER TEXTS.jsonl --hypothesis TEXT
    peer.py export FOLDER OUT          the ONNX forms of an encoder, fp32 and int8
"""
import argparse
import json
import os
import resource
import sys
import time

began = time.perf_counter()
os.environ.update(HF_HUB_OFFLINE="1", OMP_NUM_THREADS="2", TOKENIZERS_PARALLELISM="false")


def limited():
    import torch

    # Names that newer exporters import and this torch does not have; they are not used here.
    for name in ("int4", "uint4"):
        setattr(torch, name, getattr(torch, name, torch.int8))
    torch.set_num_threads(2)
    return torch


def session_options():
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = 2, 1
    return options


def encoder(backend, folder):
    limited()
    from sentence_transformers import SentenceTransformer

    if backend == "torch":
        return SentenceTransformer(folder, device="cpu")
    name = {"onnx": "onnx/model.onnx", "onnx-int8": "onnx/model_quint8_avx2.onnx"}[backend]
    options = {"file_name": name, "provider": "CPUExecutionProvider", "session_options": session_options()}
    return SentenceTransformer(folder, backend="onnx", device="cpu", model_kwargs=options)


def export(folder, out):
    limited()
    from sentence_transformers import SentenceTransformer, export_dynamic_quantized_onnx_model

    model = SentenceTransformer(folder, backend="onnx", device="cpu")
    model.save_pretrained(out)
    export_dynamic_quantized_onnx_model(model, "avx2", out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("job", choices=["embed", "infer", "export"])
    parser.add_argument("rest", nargs="+")
    parser.add_argument("--hypothesis")
    arguments = parser.parse_args()
    if arguments.job == "export":
        return export(*arguments.rest)
    *how, texts = arguments.rest
    with open(texts, encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    if arguments.job == "embed":
        model = encoder(*how)
        run = lambda some: model.encode(some, show_progress_bar=False)
    else:
        limited()
        from transformers import pipeline

        classify = pipeline("text-classification", model=how[0], device="cpu", top_k=None)
        run = lambda some: classify([{"text": t, "text_pair": arguments.hypothesis} for t in some], batch_size=32, truncation=True)
    run(texts[:1])
    first_result = time.perf_counter() - began
    at = time.perf_counter()
    run(texts)
    seconds = time.perf_counter() - at
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump({"per_second": len(texts) / seconds, "first_result_s": first_result, "peak_mib": peak}, sys.stdout)


main()
