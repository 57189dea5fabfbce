"""The layers of the source tree: docs/architecture.md draws them, and the imports must follow the drawing.

The drawing is a Mermaid flowchart with a subgraph per package. A node `id["name name"]` stands for the folders and
modules of these names directly below the package; `a --> b & c` allows imports from `a` to `b`, to `c`, and to
whatever these reach.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

BLOCK = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)
SUBGRAPH = re.compile(r"subgraph (\w+)")
NODE = re.compile(r'(\w+)\["([^"]+)"\]')
ARROWS = re.compile(r"(\w+) --> (\w+(?: & \w+)*)")


@dataclass(slots=True)
class Drawing:
    """`nodes`: `package/name` → node id. `arrows`: node id → the ids that it may import."""

    nodes: dict[str, str] = field(default_factory=dict)
    arrows: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def reach(self, node: str) -> set[str]:
        """All nodes that the arrows lead to from this one."""
        found: set[str] = set()
        waiting = [node]
        while waiting:
            for below in self.arrows.get(waiting.pop(), set()) - found:
                found.add(below)
                waiting.append(below)
        return found


def drawing_in(document: str) -> Drawing:
    """The drawing of the first Mermaid block of a Markdown document."""
    drawing = Drawing()
    block = BLOCK.search(document)
    package = ""
    for line in (block[1] if block else "").splitlines():
        if found := SUBGRAPH.search(line):
            package = found[1]
        elif found := NODE.search(line):
            drawing.nodes |= {f"{package}/{name}": found[1] for name in found[2].split()}
        elif found := ARROWS.search(line):
            drawing.arrows[found[1]].update(found[2].split(" & "))
    return drawing


def place_of(path: str) -> str:
    """`package/name` of a source file: its folder below the package, or the module itself."""
    parts = PurePosixPath(path).with_suffix("").parts
    return "/".join(parts[:2])


def violations(drawing: Drawing, imports: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """What is wrong: circles in the drawing, places without a node, imports against the arrows.

    `imports`: the path of each source file → the paths of the source files that it imports.
    """
    for node in set(drawing.nodes.values()):
        if node in drawing.reach(node):
            yield f"docs/architecture.md: the arrows from {node} lead back to it"
    for path, imported in imports.items():
        if place_of(path) not in drawing.nodes:
            yield f"{path}: docs/architecture.md has no node for {place_of(path)}"
            continue
        node = drawing.nodes[place_of(path)]
        allowed = {node, *drawing.reach(node)}
        for other in imported:
            if drawing.nodes.get(place_of(other)) not in allowed:
                yield f"{path}: imports {other} against the arrows of docs/architecture.md"
