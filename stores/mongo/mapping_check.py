"""Tries a mapping of profiles on a few documents of the collection."""

from collections import Counter
from collections.abc import Sequence

from stores.domain.profile_mapping import ProfileMapping, public_name
from stores.mongo.client import Database
from stores.mongo.mapped_documents import profile_of
from stores.mongo.mapped_profiles import MappedProfiles

TRIED_DOCUMENTS = 10


async def faults_of_mapping(database: Database, mapping: ProfileMapping) -> Sequence[str]:
    """What does not fit, as a line for each field and reason, without any value. Raises `StoreError`."""
    profiles = MappedProfiles(database, mapping)
    documents = await profiles.sample(TRIED_DOCUMENTS)
    if not documents:
        return [f"the collection {mapping.collection} has no documents"]
    counts = Counter(fault for document in documents for fault in profile_of(document, mapping)[1])
    lines = [
        f"{public_name(fault.field)} ({fault.path}) {fault.reason} in {count} of {len(documents)} documents"
        for fault, count in counts.items()
    ]
    indexed = await profiles.indexed_paths()
    searched = {"key": mapping.key, "nameSearch": mapping.name_search}
    lines += [
        f"{name} ({path}) has no index: each query would read the whole collection"
        for name, path in searched.items()
        if path is not None and path not in indexed
    ]
    return lines
