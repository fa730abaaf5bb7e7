"""The registry of centres: who they are, where they publish, on what terms, how they rate."""

from corpus.centres.registry import (
    REGISTRY,
    centre_names,
    identify_centre,
    load_centres,
    load_registry,
    using_registry,
)
from corpus.centres.types import Centre, Licence, Membership, Politeness, Registry, SourceSpec

__all__ = [
    "REGISTRY",
    "Centre",
    "Licence",
    "Membership",
    "Politeness",
    "Registry",
    "SourceSpec",
    "centre_names",
    "identify_centre",
    "load_centres",
    "load_registry",
    "using_registry",
]
