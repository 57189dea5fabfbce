"""Who makes a request: tokens, keys, claims and revocations.

access.py            Access: the Authorization header → a viewer
verification.py      Verification: a token → a viewer, cached until it expires
keys.py              Key, KeySet: keys by id, each bound to one algorithm
key_files.py         reads secrets, PEM, JWK and JWKS as keys
jwks.py              RemoteKeys: the keys of a JWKS URL, refreshed
jwks_request.py      one bounded request to a JWKS URL
claims.py            ClaimMapping: where a token has the subject, role, courses and scopes
refusals.py          Unauthenticated, and the log of refused tokens
tokens.py            Tokens: mints HS256 tokens
configured.py        the Verification that the settings describe
revocation_watch.py  RevocationWatch: the revocations, re-read each second
open_streams.py      OpenStreams: sockets and event streams, which end with their token
"""
