"""Which embeddings belong to one voice: agglomerative clustering with average linkage on cosine distance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ingest.errors import ExtraMissing

THRESHOLD = 0.6  # mean cosine distance between the windows of two clusters at which they are two people
SAME_VOICE = (
    0.55  # cosine similarity of two clusters' centres from which on they are one person: noise in single
)
# windows makes the mean distance too large on poor recordings, the centres average it away
MOST_AT_ONCE = 1500  # windows that are leaves of the tree themselves: about 20 minutes of speech
BLOCK = 1000  # windows that are grouped together in a longer recording
LEAVES = 1500  # groups in all; 3 hours are 14 blocks of about 100 each
SMALL = 3  # windows: a cluster of fewer is a cough or two people at once, not another person
BRIEF = (
    80  # windows, about a minute of speech: in so short a recording two windows may be all that somebody says
)

Embeddings = NDArray[np.float32]
Labels = NDArray[np.int64]


def voices(embeddings: Embeddings, *, speakers: int | None = None, at_most: int | None = None) -> Labels:
    """A label from 0 for each row of ``embeddings`` (unit length). ``speakers``: exactly so many (where there are as
    many rows); ``at_most``: no more than that. Memory grows with the rows, not with their square."""
    count = embeddings.shape[0]
    if count < 2 or speakers == 1 or at_most == 1:
        return np.zeros(count, dtype=np.int64)
    groups, tree = grown(embeddings)
    labels = merged(embeddings, cut(tree, "distance", THRESHOLD)[groups])
    labels = without_small(embeddings, labels)
    most = at_most if speakers is None else speakers
    if most is not None and labels.max() + 1 > most:
        labels = merged(embeddings, labels, most)
    if speakers is not None and labels.max() + 1 < speakers:
        labels = cut(tree, "maxclust", min(speakers, count))[groups]
    return labels


def grown(embeddings: Embeddings) -> tuple[Labels, NDArray[np.float64]]:
    """The tree of average linkage, and which of its leaves each row is.

    Up to ``MOST_AT_ONCE`` rows are leaves themselves. More are first grouped, block by block in order of time, into
    ``LEAVES`` small groups in all, far more than there are voices; from then on the linkage is exact: the mean
    distance between two groups of unit vectors is one less the product of their means.
    """
    count = embeddings.shape[0]
    if count <= MOST_AT_ONCE:
        return np.arange(count), linkage(embeddings)
    blocks = -(-count // BLOCK)
    groups = np.empty(count, dtype=np.int64)
    found = 0
    for rows in np.array_split(np.arange(count), blocks):
        labels = cut(linkage(embeddings[rows]), "maxclust", max(2, LEAVES // blocks))
        groups[rows] = labels + found
        found += int(labels.max()) + 1
    sums = np.zeros((found, embeddings.shape[1]), dtype=np.float32)
    np.add.at(sums, groups, embeddings)
    return groups, group_linkage(sums, np.bincount(groups).astype(np.float64))


def group_linkage(sums: Embeddings, sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average linkage on groups of unit vectors, given as their sums and sizes, as a tree like SciPy's."""
    count = sizes.shape[0]
    sizes, leaves, ids = sizes.copy(), np.ones(count), np.arange(count)
    distances = 1.0 - (sums @ sums.T) / np.outer(sizes, sizes)
    np.fill_diagonal(distances, np.inf)
    tree = np.empty((count - 1, 4))
    for step in range(count - 1):
        one, other = divmod(int(distances.argmin()), count)
        tree[step] = ids[one], ids[other], distances[one, other], leaves[one] + leaves[other]
        weighted = sizes[one] * distances[one] + sizes[other] * distances[other]
        sizes[one] += sizes[other]
        leaves[one] += leaves[other]
        distances[one] = distances[:, one] = weighted / sizes[one]
        distances[one, one] = np.inf
        distances[other] = distances[:, other] = np.inf
        ids[one] = count + step
    return tree


def linkage(embeddings: Embeddings) -> NDArray[np.float64]:
    try:
        from scipy.cluster import hierarchy
    except ImportError as error:
        raise ExtraMissing("scipy", "speech") from error
    return np.asarray(hierarchy.linkage(embeddings, method="average", metric="cosine"))


def cut(tree: NDArray[np.float64], criterion: str, value: float) -> Labels:
    from scipy.cluster import hierarchy

    return np.asarray(hierarchy.fcluster(np.maximum(tree, 0.0), value, criterion=criterion), np.int64) - 1


def merged(embeddings: Embeddings, labels: Labels, most: int | None = None) -> Labels:
    """The two closest clusters joined, again and again, while their centres are ``SAME_VOICE`` or closer; with
    ``most`` instead until no more than that are left."""
    while labels.max() > 0:
        means = centres(embeddings, labels)
        alike = means @ means.T
        np.fill_diagonal(alike, -1.0)
        first, second = divmod(int(alike.argmax()), alike.shape[0])
        if alike[first, second] < SAME_VOICE if most is None else alike.shape[0] <= most:
            break
        labels = np.unique(np.where(labels == second, first, labels), return_inverse=True)[1]
    return np.asarray(labels, dtype=np.int64)


def without_small(embeddings: Embeddings, labels: Labels) -> Labels:
    """Clusters of fewer than ``SMALL`` windows go to the nearest larger one; all are small: nothing is changed."""
    sizes = np.bincount(labels)
    large = np.flatnonzero(sizes >= (SMALL if labels.size > BRIEF else SMALL - 1))
    if not large.size or large.size == sizes.size:
        return labels
    place = {int(label): number for number, label in enumerate(large)}
    means = centres(embeddings, labels)[large]
    out = np.array([place.get(int(label), -1) for label in labels], dtype=np.int64)
    lost = out < 0
    out[lost] = nearest(embeddings[lost], means)
    return out


def centres(embeddings: Embeddings, labels: Labels) -> Embeddings:
    sums = np.zeros((int(labels.max()) + 1, embeddings.shape[1]), dtype=np.float32)
    np.add.at(sums, labels, embeddings)
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)


def nearest(embeddings: Embeddings, means: Embeddings) -> Labels:
    return np.asarray((embeddings @ means.T).argmax(axis=1), dtype=np.int64)
