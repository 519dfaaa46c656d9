"""What a user writes, for the type checker: `mypy --strict` finds nothing here."""
from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

import plenary_text


def speakers_of(path: str) -> list[str]:
    corpus: plenary_text.Corpus = plenary_text.read([path], on_error="raise")
    return [str(name) for name in corpus.speakers.column("name")]


def mean_tone(frame: pl.DataFrame) -> float:
    study = plenary_text.Study(columns={"text": "speech"}, targets=[{"id": "open", "proposition": "Borders should be open."}])
    results = plenary_text.run(frame, study, cache=False, progress=lambda stage, done, total: None)
    analysis: pl.DataFrame = results["analysis"].to_polars()
    return float(analysis["sentiment_score"].to_numpy().mean())


def vectors_of(texts: list[str]) -> NDArray[np.float32]:
    return plenary_text.Encoder().encode(texts)


def failures_of(path: str) -> list[plenary_text.Failure]:
    try:
        plenary_text.read(path)
    except plenary_text.ReadError as error:
        return error.failures
    return []
