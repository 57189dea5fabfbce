"""`python -m tests examples`: how many examples README and docs have, which of them are not run, and why."""

from tests.examples.blocks import examples
from tests.examples.listing import listing

if __name__ == "__main__":
    print("\n".join(listing(examples())))
