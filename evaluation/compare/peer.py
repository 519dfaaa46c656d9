#!/usr/bin/env python3
"""Runs one job with one peer in a separate process; prints its figures as JSON.

    peer.py embed  torch|onnx|onnx-int8|openvino|fastembed FOLDER TEXTS.jsonl
    peer.py infer  FOLDER TEXTS.jsonl --hypothesis TEXT
    peer.py export FOLDER OUT          the ONNX forms (fp32, int8) and the OpenVINO form of an encoder
"""
import argparse
import json
import os
import resource
import shutil
import sys
import time
from pathlib import Path

began = time.perf_counter()
os.environ.update(HF_HUB_OFFLINE="1", OMP_NUM_THREADS="2", TOKENIZERS_PARALLELISM="false")
INT8 = "onnx/model_qint8_{}.onnx"


def limited():
    import torch

    torch.set_num_threads(2)


def session_options():
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = 2, 1
    return options


def int8_form():
    """The form of int8 that the library recommends for this processor."""
    facts = Path("/proc/cpuinfo")
    return "avx512_vnni" if facts.exists() and "avx512_vnni" in facts.read_text() else "avx2"


def encoder(backend, folder):
    """A function from texts to vectors."""
    limited()
    if backend == "fastembed":
        from fastembed import TextEmbedding

        model = TextEmbedding("sentence-transformers/all-MiniLM-L6-v2", specific_model_path=folder, threads=2)
        return lambda texts: list(model.embed(texts, batch_size=32))
    from sentence_transformers import SentenceTransformer

    if backend == "torch":
        model = SentenceTransformer(folder, device="cpu")
    elif backend == "openvino":
        options = {"ov_config": {"INFERENCE_NUM_THREADS": 2, "PERFORMANCE_HINT": "LATENCY"}}
        model = SentenceTransformer(folder, backend="openvino", device="cpu", model_kwargs=options)
    else:
        name = "onnx/model.onnx" if backend == "onnx" else INT8.format(int8_form())
        options = {"file_name": name, "provider": "CPUExecutionProvider", "session_options": session_options()}
        model = SentenceTransformer(folder, backend="onnx", device="cpu", model_kwargs=options)
    return lambda texts: model.encode(texts, show_progress_bar=False)


def export(folder, out):
    limited()
    from sentence_transformers import SentenceTransformer, export_dynamic_quantized_onnx_model

    model = SentenceTransformer(folder, backend="onnx", device="cpu")
    model.save_pretrained(out)
    form = int8_form()
    export_dynamic_quantized_onnx_model(model, form, out)
    shutil.copy(Path(out, "onnx", "model.onnx"), Path(out, "model.onnx"))  # where fastembed looks for it
    SentenceTransformer(folder, backend="openvino", device="cpu").save_pretrained(out)


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
        run = encoder(*how)
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
