"""Profiles in MongoDB: one document for each learner, with `_id` = learner id."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bson.codec_options import CodecOptions
from bson.regex import Regex
from pymongo.errors import BulkWriteError

from stores.batches import MONGO_IDS, MONGO_INSERTS, batched
from stores.domain.names import name_matches, words_of
from stores.domain.paging import EPOCH, Page, page_of
from stores.domain.paging import LEARNERS as LEARNER_CURSORS
from stores.domain.profiles import Consent, Profile, ProfileFilter, check_profile
from stores.domain.quick_records import maker
from stores.mongo.client import LEARNERS, Database, Document, translate_errors
from stores.mongo.key_escaping import escape_keys, unescape_keys
from stores.mongo.key_ranges import KeyRanges, above
from stores.mongo.name_terms import LONGEST_PREFIX, name_terms, prefix_term
from stores.ports.profiles import Profiles

DUPLICATE_KEY = 11000
OLD_NAME_KEY = "nameKey"
"""Earlier versions search names by this field. `migrate_profiles` recognises their documents by it."""
HIGHEST = "\U0010ffff"
"""The last code point. It is in no word."""
SHORT_WORDS_AT_ONCE = 1_000
"""Learners in the first range in which short words are searched. The index reads only those that match."""
SEARCHED: Document = {"nameWords": 0, "emailKey": 0}
"""The projection that leaves out what is only searched: a third of a document."""
WITHOUT_ZONE: CodecOptions[Document] = CodecOptions(tz_aware=False)
"""The driver takes ten times as long to decode a time with its zone."""
NAIVE_EPOCH = EPOCH.replace(tzinfo=None)
make_profile, make_consent = maker(Profile), maker(Consent)
OPTIONAL = ("email", "emailKey", "avatarUrl", "goals", "skills", "preferences", "attributes", "consents")


class MongoProfiles(Profiles):
    """The port of profiles."""

    def __init__(self, database: Database) -> None:
        self._learners = database.get_collection(LEARNERS, codec_options=WITHOUT_ZONE)
        self._ranges = KeyRanges(database, LEARNERS, store="profiles")

    async def ping(self) -> None:
        # The command `ping` succeeds without a login, a read does not.
        with translate_errors("profiles"):
            await self._learners.find_one({"_id": ""}, {"_id": 1})

    async def by_ids(self, learner_ids: Sequence[str]) -> Mapping[str, Profile]:
        found: dict[str, Profile] = {}
        with translate_errors("profiles"):
            for chosen in batched(sorted(set(learner_ids)), MONGO_IDS):
                documents = self._learners.find({"_id": {"$in": chosen}}, SEARCHED, batch_size=MONGO_IDS)
                found |= {document["_id"]: _profile(document) for document in await documents.to_list()}
        return found

    async def page(self, where: ProfileFilter, *, after: str | None, first: int) -> Page[Profile]:
        past = None if after is None else LEARNER_CURSORS.decode(after)[0]
        rows: list[Profile] = []
        for keys in await self._key_conditions(where, past, wanted=first + 1):
            if (left := first + 1 - len(rows)) == 0:
                break
            rows += await self._matching(where, keys, left)
        return page_of(rows, lambda row: LEARNER_CURSORS.encode(row.learner_id), first)

    async def add(self, profiles: Sequence[Profile]) -> int:
        new: dict[str, Profile] = {}
        for profile in profiles:
            check_profile(profile)
            new.setdefault(profile.learner_id, profile)
        await self._ranges.add(new)
        added = 0
        for some in batched(new.values(), MONGO_INSERTS):
            added += await self._insert([_document(profile) for profile in some])
        return added

    async def replace(self, profile: Profile) -> bool:
        check_profile(profile)
        document = _document(profile)
        gone = {name: "" for name in (*OPTIONAL, OLD_NAME_KEY) if name not in document}
        # Only the fields of this project are set or unset; fields that others added stay.
        change = {"$set": document, "$unset": gone}
        with translate_errors("profiles"):
            done = await self._learners.update_one({"_id": profile.learner_id, "version": profile.version - 1}, change)
        return done.matched_count == 1

    async def _key_conditions(self, where: ProfileFilter, past: str | None, *, wanted: int) -> Sequence[Document]:
        """The conditions on the id of one query each. Their results, one after the other, are the list in order."""
        if where.ids is not None:
            ids = sorted(key for key in set(where.ids) if past is None or key > past)
            return [{"$in": chosen} for chosen in batched(ids, MONGO_IDS)]
        searched = words_of(where.name_starts_with or "")
        if where.email is not None or max(map(len, searched), default=0) > LONGEST_PREFIX:
            return [above(past)]  # the index of e-mails or of words selects few
        return await self._ranges.after(past, wanted=SHORT_WORDS_AT_ONCE if searched else wanted)

    async def _matching(self, where: ProfileFilter, keys: Document, most: int) -> list[Profile]:
        """The first profiles whose id meets the condition `keys`, in order."""
        # The longest word first: MongoDB searches the index for one of them.
        searched = sorted(words_of(where.name_starts_with or ""), key=len, reverse=True)
        is_scanned = bool(searched) and await self._ranges.needed()
        selection: Document = {}
        if where.email is not None:
            selection["emailKey"] = where.email.casefold()
        if searched and len(searched[0]) <= LONGEST_PREFIX:
            terms = [prefix_term(word) for word in searched]
            selection["nameWords"] = terms[0] if is_scanned else {"$all": terms}
        elif is_scanned:
            # SecantusDB searches an index by bounds, not by regular expressions. The rest is compared here.
            selection["nameWords"] = {"$gte": searched[0], "$lt": f"{searched[0]}{HIGHEST}"}
        elif searched:
            # Words are letters and numbers, so there is nothing to escape; flags (`re.compile` has one) would keep
            # MongoDB from using the index.
            selection["nameWords"] = {"$all": [Regex(f"^{word}") for word in searched]}
        if keys:
            selection["_id"] = keys
        found = self._learners.find(selection, SEARCHED, batch_size=most).sort("_id").limit(0 if is_scanned else most)
        rows: list[Profile] = []
        with translate_errors("profiles"):
            async with found:
                async for document in found:
                    if not is_scanned or name_matches(document["displayName"], searched):
                        rows.append(_profile(document))
                    if len(rows) == most:
                        break
        return rows

    async def _insert(self, documents: list[Document]) -> int:
        with translate_errors("profiles"):
            try:
                return len((await self._learners.insert_many(documents, ordered=False)).inserted_ids)
            except BulkWriteError as error:
                failures = error.details["writeErrors"]
                if error.details["writeConcernErrors"] or any(each["code"] != DUPLICATE_KEY for each in failures):
                    raise
                return len(documents) - len(failures)


def _document(profile: Profile) -> Document:
    document: Document = {
        "_id": profile.learner_id,
        "displayName": profile.display_name,
        "nameWords": name_terms(profile.display_name),
        "locale": profile.locale,
        "timeZone": profile.time_zone,
        "version": profile.version,
        "createdAt": profile.created_at,
        "updatedAt": profile.updated_at,
    }
    if profile.email is not None:
        document |= {"email": profile.email, "emailKey": profile.email.casefold()}
    consents = [{"purpose": each.purpose, "granted": each.granted, "at": each.at} for each in profile.consents]
    optional: Document = {
        "avatarUrl": profile.avatar_url,
        "goals": list(profile.goals),
        "skills": list(profile.skills),
        "preferences": escape_keys(profile.preferences),
        "attributes": escape_keys(profile.attributes),
        "consents": consents,
    }
    # Empty values are left out: most are empty, and the index on e-mails is sparse.
    return document | {name: value for name, value in optional.items() if value not in (None, [], {})}


def _profile(document: Document) -> Profile:
    get = document.get
    return make_profile(
        learner_id=document["_id"],
        display_name=document["displayName"],
        email=get("email"),
        locale=document["locale"],
        time_zone=document["timeZone"],
        avatar_url=get("avatarUrl"),
        goals=tuple(get("goals", ())),
        skills=tuple(get("skills", ())),
        preferences=unescape_keys(get("preferences", {})),
        attributes=unescape_keys(get("attributes", {})),
        consents=tuple([_consent(each) for each in get("consents", ())]),
        version=get("version", 1),
        created_at=_in_utc(document["createdAt"]),
        updated_at=_in_utc(document["updatedAt"]),
    )


def _consent(document: Document) -> Consent:
    return make_consent(purpose=document["purpose"], granted=document["granted"], at=_in_utc(document["at"]))


def _in_utc(moment: datetime) -> datetime:
    """A time of a document with its zone. `datetime.replace` would take ten times as long."""
    return EPOCH + (moment - NAIVE_EPOCH)
