"""The encoder as an embedding model of BERTopic: `BERTopic(embedding_model=Embedder())`."""
from __future__ import annotations

from typing import TYPE_CHECKING

from ._errors import MissingPackageError
from ._models import Encoder

if TYPE_CHECKING:
    from ._models import Vectors

try:
    from bertopic.backend import BaseEmbedder
except ImportError:
    raise MissingPackageError("plenary_text.bertopic needs bertopic", hint="Install it with `pip install bertopic`") from None


class Embedder(BaseEmbedder):  # type: ignore[misc]
    """Embeds the documents of BERTopic with an encoder of plenary."""

    def __init__(self, encoder: Encoder | None = None) -> None:
        self._encoder = encoder or Encoder()
        super().__init__(embedding_model=self._encoder)

    def embed(self, documents: list[str], verbose: bool = False) -> Vectors:
        """The vectors of documents; with `verbose` with a bar."""
        return self._encoder.encode(documents, show_progress_bar=verbose)
