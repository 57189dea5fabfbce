"""What `python -m tests examples` prints: how many examples are run, and which are not, with the reasons."""

from collections.abc import Iterator, Sequence

from tests.examples.blocks import Block


def listing(blocks: Sequence[Block]) -> Iterator[str]:
    """The lines of the list."""
    elsewhere = [block for block in blocks if block.key == "run by"]
    never = [block for block in blocks if block.key == "not run"]
    here = len(blocks) - len(elsewhere) - len(never)
    yield f"{len(blocks)} examples: {here} run here, {len(elsewhere)} run by other tests, {len(never)} not run"
    for title, listed in (("run by other tests", elsewhere), ("not run", never)):
        if listed:
            yield f"\n{title}:"
        yield from (f"  {block.place:<35} {block.value}" for block in listed)
