"""Models on lists of texts."""
from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from . import _native
from ._errors import InputError
from ._inputs import threads_of
from ._progress import Progress, reporting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ._inputs import StrPath

    Vectors = NDArray[np.float32]


def _texts(texts: Iterable[str]) -> list[str]:
    """The texts as a list; data frames' columns and arrays are lists of texts as well."""
    if isinstance(texts, (str, bytes)):
        raise InputError(f"the texts are a single {type(texts).__name__}; expected a list of texts")
    if not isinstance(texts, Iterable):
        raise InputError(f"the texts are a value of the type {type(texts).__name__}; expected a list of texts")
    listed = list(texts)
    for position, text in enumerate(listed):
        if not isinstance(text, str):
            raise InputError(f"text {position} is a value of the type {type(text).__name__}; expected texts without gaps")
    return listed


def _numbers(numbers: bytearray, width: int) -> Vectors:
    import numpy as np

    return np.frombuffer(numbers, dtype=np.float32).reshape(-1, width)


class Encoder:
    """A model that embeds texts. The vector of a text depends only on the text: not on the other texts, their order or their number.

    It has the methods of sentence-transformers that other libraries call, so that it can be passed where these expect such a model.
    """

    def __init__(self, model: str = "all-minilm-l6-v2", *, models: StrPath | None = None, threads: int | None = None) -> None:
        folder = None if models is None else os.fspath(models)
        self._native = _native.Encoder(model, folder, threads_of(threads))
        self.model = model

    @property
    def dimension(self) -> int:
        """Number of dimensions of the vectors."""
        return self._native.dimensions

    def get_sentence_embedding_dimension(self) -> int:
        """Number of dimensions of the vectors."""
        return self.dimension

    def encode(
        self,
        sentences: str | Iterable[str],
        batch_size: int = 32,
        show_progress_bar: bool | None = None,
        *,
        convert_to_numpy: bool = True,
        normalize_embeddings: bool = True,
        progress: Progress = None,
    ) -> Vectors:
        """The vectors of texts, shape (texts, dimensions), each of length 1; of a single text its vector.

        `batch_size` and `normalize_embeddings` are accepted because libraries pass them to sentence-transformers: texts are computed one by
        one on all threads, and vectors always have the length 1.
        """
        if not convert_to_numpy:
            raise InputError("convert_to_numpy is False; vectors are arrays of numpy, which torch.from_numpy takes")
        is_single = isinstance(sentences, str)
        texts = [sentences] if isinstance(sentences, str) else _texts(sentences)
        with reporting(True if show_progress_bar else progress) as report:
            vectors = _numbers(self._native.encode(texts, report), self.dimension)
        return vectors[0] if is_single else vectors

    def __repr__(self) -> str:
        return f"<Encoder {self.model}: {self.dimension} dimensions>"


class Sentiment(NamedTuple):
    """The tone of texts."""

    labels: list[str]
    """`negative`, `neutral` or `positive`."""
    probabilities: Vectors
    """Probabilities of negative, neutral and positive: shape (texts, 3)."""
    scores: Vectors
    """Positive minus negative, in [-1, 1]."""


class SentimentModel:
    """A model that scores the tone of texts."""

    def __init__(
        self, model: str = "sentiment-minilm-l6", *, models: StrPath | None = None, threads: int | None = None
    ) -> None:
        folder = None if models is None else os.fspath(models)
        self._native = _native.SentimentModel(model, folder, threads_of(threads))
        self.model = model

    def score(self, texts: Iterable[str], *, progress: Progress = None) -> Sentiment:
        """The tone of each text."""
        with reporting(progress) as report:
            numbers, labels = self._native.score(_texts(texts), report)
        probabilities = _numbers(numbers, 3)
        return Sentiment(labels, probabilities, probabilities[:, 2] - probabilities[:, 0])

    def __repr__(self) -> str:
        return f"<SentimentModel {self.model}>"


class Stance(NamedTuple):
    """The stance of texts towards a proposition."""

    labels: list[str | None]
    """`favor`, `against` or `neither`; `None` where the model abstains."""
    reasons: list[str | None]
    """Why the model abstains: `off_topic` or `low_confidence`; `None` where it does not."""
    probabilities: Vectors
    """Probabilities of favor, against and neither: shape (texts, 3). Not numbers where the text is off the topic."""
    relevance: Vectors
    """How close each text is to the proposition, in [0, 1]."""


class StanceModel:
    """An inference model that codes the stance of texts towards a proposition, with an embedding model that decides whether a text is on
    the topic."""

    def __init__(
        self,
        model: str = "nli-minilm-l6",
        *,
        embedding: str = "all-minilm-l6-v2",
        relevance_floor: float = 0.15,
        confidence_floor: float = 0.4,
        models: StrPath | None = None,
        threads: int | None = None,
    ) -> None:
        folder = None if models is None else os.fspath(models)
        floors = (relevance_floor, confidence_floor)
        self._native = _native.StanceModel((embedding, model), floors, folder, threads_of(threads))
        self.model = model

    def code(
        self, texts: Iterable[str], proposition: str, negation: str | None = None, *, progress: Progress = None
    ) -> Stance:
        """The stance of each text, as of a segment before which nothing was said."""
        with reporting(progress) as report:
            relevance, probabilities, labels, reasons = self._native.code(_texts(texts), proposition, negation, report)
        return Stance(labels, reasons, _numbers(probabilities, 3), _numbers(relevance, 1)[:, 0])

    def __repr__(self) -> str:
        return f"<StanceModel {self.model}>"
