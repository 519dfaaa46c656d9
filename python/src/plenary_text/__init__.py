"""Transcripts of speech to tables: who said what, in which tone, for or against which proposition, on which themes, with how much
certainty.

    import plenary_text

    corpus = plenary_text.read("talks/")            # who speaks; no model is loaded
    results = corpus.measure(plenary_text.Study(targets=[{"id": "open", "proposition": "Borders should be open."}]))
    results["analysis"].to_polars()

Everything runs offline. The models are part of the package.
"""
from ._corpus import Corpus, read
from ._errors import (
    CodesError,
    Failure,
    ForkError,
    InputError,
    MeasureError,
    MissingPackageError,
    ModelError,
    OpenError,
    PlenaryError,
    ReadError,
    StudyError,
    WriteError,
)
from ._models import Encoder, Sentiment, SentimentModel, Stance, StanceModel
from ._native import VERSION as __version__
from ._package import set_up as _set_up
from ._results import Results, agree, open, run
from ._study import Study
from ._table import Table

_set_up()

__all__ = [
    "CodesError",
    "Corpus",
    "Encoder",
    "Failure",
    "ForkError",
    "InputError",
    "MeasureError",
    "MissingPackageError",
    "ModelError",
    "OpenError",
    "PlenaryError",
    "ReadError",
    "Results",
    "Sentiment",
    "SentimentModel",
    "Stance",
    "StanceModel",
    "Study",
    "StudyError",
    "Table",
    "WriteError",
    "__version__",
    "agree",
    "open",
    "read",
    "run",
]
