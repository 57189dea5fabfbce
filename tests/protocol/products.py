"""The subgraph `products` of Apollo's compatibility suite, built from the code that builds ours.

COMPATIBILITY.md of the suite (github.com/apollographql/apollo-federation-subgraph-compatibility) has the schema and
the data.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import strawberry
from strawberry.extensions import SchemaExtension
from strawberry.federation import field
from strawberry.schema_directive import Location, schema_directive

from resolvers.data.dataloaders import DerivedPath, Loaders
from resolvers.federation.entities import Entity
from resolvers.federation.sdl import federated_sdl
from resolvers.federation.subgraph import subgraph_query
from resolvers.schema import schema_of
from resolvers.types.store_field import Lookup, root_store_field
from resolvers.viewer import Viewer

COMPOSED = """
extend schema @link(url: "https://myspecs.dev/myCustomDirective/v1.0", import: ["@custom"])
  @composeDirective(name: "@custom")
"""


@schema_directive(locations=[Location.OBJECT], name="custom")
class Custom: ...


@schema_directive(locations=[Location.OBJECT], name="interfaceObject", print_definition=False)
class InterfaceObject: ...


@strawberry.type
class ProductVariation:
    id: strawberry.ID


@strawberry.type
class CaseStudy:
    case_number: strawberry.ID
    description: str | None


@strawberry.type
class ProductResearch:
    study: CaseStudy
    outcome: str | None = None


@strawberry.type
class ProductDimension:
    size: str | None
    weight: float | None
    unit: str | None = field(inaccessible=True)


def yearly(parent: strawberry.Parent[Any]) -> int | None:
    return int(parent.total_products_created / parent.years_of_employment)


@strawberry.type
class User:
    email: strawberry.ID
    name: str | None = field(override="users", default="Jane Smith")
    total_products_created: int | None = field(external=True, default=1337)
    years_of_employment: int = field(external=True, default=10)

    average_products_created_per_year: int | None = field(
        resolver=yearly, requires=["totalProductsCreated", "yearsOfEmployment"]
    )


@strawberry.type
class DeprecatedProduct:
    sku: str
    package: str
    reason: str | None = None
    created_by: User | None = None


@strawberry.type(directives=[Custom()])
class Product:
    id: strawberry.ID
    sku: str | None
    package: str | None
    variation: ProductVariation | None
    dimensions: ProductDimension | None
    research: list[ProductResearch]
    created_by: User | None = field(provides=["totalProductsCreated"])
    notes: str | None = field(tags=["internal"], default=None)


@strawberry.type(directives=[InterfaceObject()])
class Inventory:
    id: strawberry.ID
    deprecated_products: list[DeprecatedProduct]


EMAIL = "support@apollographql.com"
USER = User(email=strawberry.ID(EMAIL))
DIMENSIONS = ProductDimension(size="small", weight=1, unit="kg")
FEDERATION, STUDIO = (
    ProductResearch(study=CaseStudy(case_number=strawberry.ID(number), description=description))
    for number, description in (("1234", "Federation Study"), ("1235", "Studio Study"))
)
DEPRECATED = DeprecatedProduct(
    sku="apollo-federation-v1",
    package="@apollo/federation-v1",
    reason="Migrate to Federation V2",
    created_by=USER,
)
PRODUCTS = [
    Product(
        id=strawberry.ID(f"apollo-{sku}"),
        sku=sku,
        package=package,
        variation=ProductVariation(id=strawberry.ID(variation)),
        dimensions=DIMENSIONS,
        research=[research],
        created_by=USER,
    )
    for sku, package, variation, research in (
        ("federation", "@apollo/federation", "OSS", FEDERATION),
        ("studio", "", "platform", STUDIO),
    )
]


def by_key(rows: Mapping[Any, Any]) -> DerivedPath[Any, Any, Any]:
    async def read(loaders: Loaders, keys: Sequence[Hashable], _: object) -> Mapping[Hashable, Any]:
        return {key: rows[key] for key in keys if key in rows}

    return DerivedPath(read)


async def read_users(loaders: Loaders, keys: Sequence[tuple[str, int, int]], _: object) -> Mapping[Any, User]:
    """The users, with what the router says of them."""
    return {
        key: User(email=strawberry.ID(key[0]), total_products_created=key[1], years_of_employment=key[2])
        for key in keys
        if key[0] == EMAIL
    }


IDS = by_key({each.id: each for each in PRODUCTS})
PACKAGES = by_key({(each.sku, each.package): each for each in PRODUCTS})
VARIATIONS = by_key({(each.sku, each.variation and each.variation.id): each for each in PRODUCTS})
DEPRECATIONS = by_key({(DEPRECATED.sku, DEPRECATED.package): DEPRECATED})
RESEARCH = by_key({each.study.case_number: each for each in (FEDERATION, STUDIO)})
INVENTORIES = by_key({"apollo-oss": Inventory(id=strawberry.ID("apollo-oss"), deprecated_products=[DEPRECATED])})
USERS: DerivedPath[Any, Any, User] = DerivedPath(read_users)


def lookup_user(viewer: Viewer, given: Mapping[str, Any]) -> Lookup:
    return Lookup(USERS, (given["email"], given.get("totalProductsCreated", 1337), given.get("yearsOfEmployment", 10)))


def lookup_product(viewer: Viewer, *, id: strawberry.ID) -> Lookup:
    return Lookup(IDS, id)


def lookup_deprecated(viewer: Viewer, *, sku: str, package: str) -> Lookup:
    return Lookup(DEPRECATIONS, (sku, package))


ENTITIES = (
    Entity(
        Product,
        {
            "id": lambda viewer, given: Lookup(IDS, given["id"]),
            "sku package": lambda viewer, given: Lookup(PACKAGES, (given["sku"], given["package"])),
            "sku variation { id }": lambda viewer, given: Lookup(VARIATIONS, (given["sku"], given["variation"]["id"])),
        },
    ),
    Entity(
        DeprecatedProduct,
        {"sku package": lambda viewer, given: Lookup(DEPRECATIONS, (given["sku"], given["package"]))},
    ),
    Entity(
        ProductResearch,
        {"study { caseNumber }": lambda viewer, given: Lookup(RESEARCH, given["study"]["caseNumber"])},
    ),
    Entity(User, {"email": lookup_user}),
    Entity(Inventory, {"id": lambda viewer, given: Lookup(INVENTORIES, given["id"])}),
)


@strawberry.type
class Query:
    product = root_store_field(lookup=lookup_product, returns=Product, description="A product.")
    deprecated_product = root_store_field(
        lookup=lookup_deprecated, returns=DeprecatedProduct, description="A deprecated product."
    )
    deprecated_product.deprecation_reason = "Use product query instead"


def products_subgraph(*tracing: type[SchemaExtension]) -> strawberry.Schema:
    plain = schema_of(Query, types=[entity.type for entity in ENTITIES]).as_str()
    sdl = federated_sdl(plain + COMPOSED, ENTITIES, ["ProductDimension"])
    return schema_of(subgraph_query(Query, ENTITIES, sdl), tracing=tracing)
