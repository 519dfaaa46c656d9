"""Models on lists of texts: order, batches, lengths, and what is refused."""
from __future__ import annotations

import random

import numpy as np
import pandas as pd
import pytest

from plenary_text import Encoder, InputError, ModelError, SentimentModel, StanceModel, StudyError

WORDS = "we need a treaty on borders and trade because the sea is cold and people want to go home soon".split()


def texts(n: int) -> list[str]:
    draw = random.Random(1)
    return [" ".join(draw.choices(WORDS, k=draw.randint(1, 40))) for _ in range(n)]


def test_vectors_are_the_same_in_any_order_and_in_batches_of_any_size(encoder: Encoder) -> None:
    all_texts = texts(1000)
    vectors = encoder.encode(all_texts)
    assert vectors.shape == (1000, 384) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(encoder.encode(all_texts[::-1])[::-1], vectors)
    for size in [1, 7, 64]:
        some = range(0, 192, size)
        assert np.array_equal(np.concatenate([encoder.encode(all_texts[at : at + size]) for at in some]), vectors[: 192 + -192 % size])
    assert np.array_equal(Encoder(threads=np.int64(1)).encode(all_texts[:50]), vectors[:50])
    assert np.array_equal(encoder.encode(all_texts[:3], batch_size=1), vectors[:3])


def test_the_encoder_is_called_like_that_of_sentence_transformers(encoder: Encoder) -> None:
    assert encoder.get_sentence_embedding_dimension() == encoder.dimension == 384
    assert encoder.encode("One text.").shape == (384,)
    assert np.array_equal(encoder.encode("One text."), encoder.encode(["One text."])[0])
    assert encoder.encode([]).shape == (0, 384)
    vectors = encoder.encode(pd.Series(["a", "b"]), show_progress_bar=False, convert_to_numpy=True, normalize_embeddings=True)
    assert vectors.shape == (2, 384) and vectors.flags.writeable
    assert repr(encoder) == "<Encoder all-minilm-l6-v2: 384 dimensions>"


def test_texts_with_gaps_and_other_models_are_refused(encoder: Encoder) -> None:
    for wrong in [["a", None], ["a", 3], [b"a"]]:
        with pytest.raises(InputError, match="type"):
            encoder.encode(wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="torch"):
        encoder.encode(["a"], convert_to_numpy=False)
    with pytest.raises(ModelError):
        Encoder("sentiment-minilm-l6")
    with pytest.raises(ModelError, match="there is no model `none`"):
        Encoder("none")
    with pytest.raises(InputError, match="threads"):
        Encoder(threads=0)
    with pytest.raises(InputError, match="single str"):
        SentimentModel().score("a text")


def test_tone() -> None:
    tone = SentimentModel().score(["This is wonderful news.", "This is a terrible disaster.", "The session begins at ten."])
    assert tone.labels == ["positive", "negative", "neutral"]
    assert tone.probabilities.shape == (3, 3) and np.allclose(tone.probabilities.sum(axis=1), 1, atol=1e-5)
    assert np.array_equal(tone.scores, tone.probabilities[:, 2] - tone.probabilities[:, 0])


def test_stance() -> None:
    model = StanceModel()
    said = ["Borders should be open to everybody.", "We must close the borders.", "The soup was hot."]
    stance = model.code(said, "Borders should be open.", "Borders should be closed.")
    assert stance.labels == ["favor", "against", None]
    assert stance.reasons == [None, None, "off_topic"]
    assert stance.relevance[2] < 0.15 < stance.relevance[0] <= 1
    assert np.isnan(stance.probabilities[2]).all() and np.allclose(stance.probabilities[:2].sum(axis=1), 1, atol=1e-5)
    again = model.code(said[::-1], "Borders should be open.", "Borders should be closed.")
    assert np.array_equal(again.probabilities[::-1], stance.probabilities, equal_nan=True)
    with pytest.raises(StudyError, match="proposition"):
        model.code(said, " ")
    with pytest.raises(StudyError, match="relevance_floor"):
        StanceModel(relevance_floor=2)
