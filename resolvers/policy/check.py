"""The start-up check: the schema and the table have the same fields."""

from graphql import GraphQLObjectType, GraphQLSchema

from resolvers.policy.table import TABLE


def check_policy(schema: GraphQLSchema) -> None:
    """Raise RuntimeError with every field that has no row in the table, and every row without a field. Rows of
    federation (`_…`), and of what is no field (`Action`), need none."""
    fields = {
        (name, field)
        for name, kind in schema.type_map.items()
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
        for field in kind.fields
    }
    missing = [f"{kind}.{field} has no row in resolvers/policy/table.py" for kind, field in sorted(fields - set(TABLE))]
    unused = [
        f"{kind}.{field} is in resolvers/policy/table.py and not in the schema"
        for kind, field in sorted(set(TABLE) - fields)
        if kind != "Action" and not kind.startswith("_") and not field.startswith("_")
    ]
    if missing or unused:
        raise RuntimeError("; ".join(missing + unused))
