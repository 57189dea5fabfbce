"""Find faults of a store that a ping does not show. Each function returns a line for each fault, without data."""

from collections.abc import Sequence

from gateway.config.store_clients import StoreClients
from gateway.config.urls import Url, mapping_of


async def check_mapped_profiles(clients: StoreClients, url: Url) -> Sequence[str]:
    """Try the mapping of profiles on a few documents."""
    from stores.mongo.client import open_mongo
    from stores.mongo.mapping_check import faults_of_mapping

    return await faults_of_mapping(await clients.client_for(url, open_mongo), mapping_of(url))
