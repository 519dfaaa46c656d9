"""BERTopic on top of the encoder."""
from __future__ import annotations

import random

import pytest


@pytest.mark.filterwarnings("ignore")
def test_topics_are_found_in_vectors_of_the_encoder() -> None:
    bertopic = pytest.importorskip("bertopic")
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA

    from plenary_text.bertopic import Embedder

    draw = random.Random(0)
    subjects = ["border trade migrant visa customs passport", "fish sea boat harbour net cod", "school teacher pupil exam lesson class"]
    texts = [" ".join(draw.choices(words.split(), k=8)) for words in subjects for _ in range(40)]
    clusters = KMeans(n_clusters=3, n_init=3, random_state=0)
    model = bertopic.BERTopic(embedding_model=Embedder(), umap_model=PCA(n_components=5), hdbscan_model=clusters)
    topics, _ = model.fit_transform(texts)
    assert [len(set(topics[at : at + 40])) for at in (0, 40, 80)] == [1, 1, 1]
    assert model.find_topics("fishing boats", top_n=1)[0] == [topics[40]]
