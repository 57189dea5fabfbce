"""Profiles in a MongoDB collection of another application. It is only read: nothing is written or created there."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any, NoReturn

from bson.codec_options import CodecOptions, DatetimeConversion

from stores.batches import MONGO_IDS, batched
from stores.domain.paging import LEARNERS as LEARNER_CURSORS
from stores.domain.paging import Page, page_of
from stores.domain.profile_mapping import ProfileMapping, value_at
from stores.domain.profiles import Profile, ProfileFilter
from stores.errors import NotSupported, ReadOnly, Rejected
from stores.mongo.client import Database, Document, translate_errors
from stores.mongo.mapped_documents import LOWEST_KEYS, key_of, profile_of
from stores.ports.profiles import Profiles

LENIENT: CodecOptions[Document] = CodecOptions(
    tz_aware=True,
    tzinfo=UTC,
    # Years beyond 9999 and invalid UTF-8 must not make the whole batch unreadable.
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
    unicode_decode_error_handler="replace",
)


class MappedProfiles(Profiles):
    """The port of profiles, read-only. Pages are in the order of the key: by number where keys are integers."""

    def __init__(self, database: Database, mapping: ProfileMapping) -> None:
        self._collection = database.get_collection(mapping.collection, codec_options=LENIENT)
        self._mapping = mapping
        self._projection = projection_of(mapping.paths)
        self._indexed: set[str] = set()

    async def ping(self) -> None:
        with translate_errors("profiles"):
            await self._collection.find_one({"_id": ""}, {"_id": 1})

    async def by_ids(self, learner_ids: Sequence[str]) -> Mapping[str, Profile]:
        found: dict[str, Profile] = {}
        with translate_errors("profiles"):
            for chosen in batched(self._keys(learner_ids), MONGO_IDS):
                selection = {self._mapping.key: {"$in": chosen}}
                documents = self._collection.find(selection, self._projection, batch_size=MONGO_IDS)
                for document in await documents.to_list():
                    profile, _ = profile_of(document, self._mapping)
                    if profile is not None:
                        found.setdefault(profile.learner_id, profile)
        return found

    async def page(self, where: ProfileFilter, *, after: str | None, first: int) -> Page[Profile]:
        last = None if after is None else self._key_in(after)
        selection = _both(await self._by_email(where.email), await self._by_name(where.name_starts_with))
        rows: dict[str, Profile] = {}
        with translate_errors("profiles"):
            for keys in self._key_ranges(where.ids, last):
                await self._read(selection, keys, rows, first + 1)
        return page_of(rows.values(), lambda row: LEARNER_CURSORS.encode(row.learner_id), first)

    async def add(self, profiles: Sequence[Profile]) -> int:
        _refuse()

    async def replace(self, profile: Profile) -> bool:
        _refuse()

    def _key_in(self, cursor: str) -> Any:
        key = key_of(LEARNER_CURSORS.decode(cursor)[0], self._mapping.key_type)
        if key is None:
            raise Rejected("profiles", "malformed cursor")
        return key

    def _keys(self, learner_ids: Iterable[str]) -> list[Any]:
        """The keys of these learners in order. Texts that are no key are left out."""
        keys = (key_of(learner_id, self._mapping.key_type) for learner_id in set(learner_ids))
        return sorted(key for key in keys if key is not None)

    def _key_ranges(self, ids: Sequence[str] | None, last: Any) -> Iterator[Document]:
        """The conditions on the key of one query each. Their results, one after the other, are in order."""
        if ids is None:
            # The lower bound leaves out keys of other types, which MongoDB sorts before and after these.
            yield {"$gte": LOWEST_KEYS[self._mapping.key_type]} if last is None else {"$gt": last}
        else:
            keys = (key for key in self._keys(ids) if last is None or key > last)
            yield from ({"$in": chosen} for chosen in batched(keys, MONGO_IDS))

    async def _read(self, selection: Document, keys: Document, rows: dict[str, Profile], wanted: int) -> None:
        """Add the profiles whose keys meet the condition, in order, until there are `wanted` rows."""
        path = self._mapping.key
        while (left := wanted - len(rows)) > 0:
            found = self._collection.find(_both(selection, {path: keys}), self._projection, batch_size=left)
            documents = await found.sort(path).limit(left).to_list()
            for document in documents:
                # A key of another kind (2.5), and one that occurs twice, makes no row of its own.
                profile, _ = profile_of(document, self._mapping)
                if profile is not None:
                    rows.setdefault(profile.learner_id, profile)
            if len(documents) < left:
                return
            keys = keys | {"$gt": value_at(documents[-1], path)}

    async def _by_email(self, email: str | None) -> Document:
        """Compares the address as given and in lower case."""
        if email is None:
            return {}
        source = self._mapping.fields.get("email")
        path = await self._searchable(None if source is None else source.path, "email")
        return {path: {"$in": sorted({email, email.lower(), email.casefold()})}}

    async def _by_name(self, text: str | None) -> Document:
        beginning = " ".join((text or "").lower().split())
        if not beginning:
            return {}
        path = await self._searchable(self._mapping.name_search, "nameStartsWith")
        return {path: {"$regex": f"^{re.escape(beginning)}"}}

    async def _searchable(self, path: str | None, searched: str) -> str:
        """The path if it is mapped and has an index. Raises `NotSupported`."""
        if path is not None and path not in self._indexed:
            self._indexed = await self.indexed_paths()
        if path is None or path not in self._indexed:
            raise NotSupported("profiles", f"{searched} needs an indexed field of the mapped collection")
        return path

    async def indexed_paths(self) -> set[str]:
        """The paths that an index begins with. Queries here cannot use partial indexes and those with a collation."""
        with translate_errors("profiles"):
            indexes = (await self._collection.index_information()).values()
        whole = (index for index in indexes if not index.keys() & {"partialFilterExpression", "collation"})
        return {"_id"} | {path for path, kind in (index["key"][0] for index in whole) if kind in (1, -1)}

    async def sample(self, most: int) -> list[Document]:
        """The first documents of the collection, whatever their keys."""
        with translate_errors("profiles"):
            return await self._collection.find({}, self._projection).limit(most).to_list()


def _both(one: Document, other: Document) -> Document:
    """A filter that requires both. The key, the e-mail and the name may be at the same path."""
    return {"$and": [one, other]} if one.keys() & other.keys() else one | other


def projection_of(paths: Iterable[str]) -> Document:
    """A projection that reads these paths and no other part of a document. Positions in a list are cut off, because
    MongoDB's projections do not know them; a path within another one would be refused."""
    whole = {_before_position(path) for path in paths}
    wanted = {path for path in whole if not any(path.startswith(f"{other}.") for other in whole)}
    return dict.fromkeys(sorted(wanted), 1)


def _before_position(path: str) -> str:
    parts = path.split(".")
    return ".".join(parts[: next((place for place, part in enumerate(parts) if part.isdigit()), len(parts))])


def _refuse() -> NoReturn:
    raise ReadOnly("profiles", "they belong to another application (GATEWAY_PROFILES_MAPPING): change them there")
