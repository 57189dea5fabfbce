"""The faults that are seeded: each is one replacement in the text of a module of the executor, or of what it uses."""

from typing import NamedTuple

COMPILED = "resolvers/execution/compiled"


class Mutant(NamedTuple):
    """`old` occurs once in the module."""

    fault: str
    module: str
    old: str
    new: str


MUTANTS = (
    Mutant(
        "a null passes where the type excludes it",
        f"{COMPILED}/completion.py",
        "if value is None and self.non_null:",
        "if value is None and self.non_null and place:",
    ),
    Mutant(
        "an error in a non-null position nulls that position only",
        f"{COMPILED}/completion.py",
        "if self.non_null or not run.errors.found:",
        "if not run.errors.found:",
    ),
    Mutant(
        "a nulled item stays in a list that excludes null",
        f"{COMPILED}/completion.py",
        "if self.items.non_null and run.errors.found:",
        "if self.items.non_null and len(run.errors.found) > 1:",
    ),
    Mutant(
        "paths of items of a second list count on",
        f"{COMPILED}/completion.py",
        "number - starts[place]",
        "number",
    ),
    Mutant(
        "an error has the path of its row's neighbour where rows are left out",
        f"{COMPILED}/completion.py",
        "lambda number: paths(places[number])",
        "lambda number: paths(number)",
    ),
    Mutant(
        "text is an empty list",
        f"{COMPILED}/completion.py",
        "return list(value) if is_iterable(value) else None",
        "return list(value) if is_iterable(value) else [] if isinstance(value, str) else None",
    ),
    Mutant(
        "objects of a wrong type are served",
        f"{COMPILED}/objects.py",
        "            if all(each is True for each in checked):\n                checked = None",
        "            if any(each is True for each in checked):\n                checked = None",
    ),
    Mutant(
        "objects of an interface come in the order of their types",
        f"{COMPILED}/objects.py",
        "            found = objects.finish(run, level, _paths_of(paths, places))\n"
        "            for place, value in zip(places, found, strict=True):\n",
        "            found = objects.finish(run, level, _paths_of(paths, places))\n"
        "            for place, value in zip(sorted(places, reverse=True), found, strict=True):\n",
    ),
    Mutant(
        "an error of a record at several places is reported at the first only",
        f"{COMPILED}/distinct.py",
        "return [path for place in places_of[number] for path in paths(place)]",
        "return paths(places_of[number][0])",
    ),
    Mutant(
        "records that are equal in the first column are taken for one",
        f"{COMPILED}/distinct.py",
        "list(map(id, values))",
        "[type(value) for value in values]",
    ),
    Mutant(
        "an object that a field nulls is kept with a null in it",
        f"{COMPILED}/value_by_value.py",
        "objects.append(NULLED if nulled else built)",
        "objects.append(built)",
    ),
    Mutant(
        "a field that failed in line has no error",
        f"{COMPILED}/value_by_value.py",
        "run.errors.add(value, part.field, [",
        "list([",
    ),
    Mutant(
        "a level with a completed null in a non-null field is taken as sound",
        f"{COMPILED}/builder.py",
        'body += [f"if {variable} is NULLED: raise NullInNonNull"]',
        'body += [f"if {variable} is NULLED: {variable} = None"]',
    ),
    Mutant(
        "a record that was not read has the attributes of its row",
        f"{COMPILED}/builder.py",
        'return [f"v{number} = None if r{part.join} is None else r{part.join}.{part.attribute}"]',
        'return [f"v{number} = row.key if r{part.join} is None else r{part.join}.{part.attribute}"]',
    ),
    Mutant(
        "integers of more than 32 bits are served",
        f"{COMPILED}/leaves.py",
        "{v}.__class__ is int and -2147483648 <= {v} <= 2147483647",
        "{v}.__class__ is int",
    ),
    Mutant(
        "NaN is served",
        f"{COMPILED}/leaves.py",
        "{v}.__class__ is float and {v} - {v} == 0.0",
        "{v}.__class__ is float",
    ),
    Mutant(
        "a rule that cannot be decided permits",
        f"{COMPILED}/masks.py",
        "return failures.get(subject.learner_id) or students.get(subject.learner_id) is not None",
        "return True",
    ),
    Mutant(
        "a rule is decided by the viewer alone where it depends on the record",
        f"{COMPILED}/masks.py",
        "        mask = [may(subject) for subject in found]",
        "        mask = [may(found[0]) for subject in found]",
    ),
    Mutant(
        "values of permitted rows move up into refused ones",
        f"{COMPILED}/masks.py",
        "deliver([next(found) if may is True else may or refusal for may in mask])",
        "deliver([next(found, refusal) for may in mask])",
    ),
    Mutant(
        "fields of one record share a read, whatever their rules are",
        f"{COMPILED}/compile.py",
        "name = (declared.path, declared.key, stricter)",
        "name = (declared.path, declared.key)",
    ),
    Mutant(
        "merged selections of a field: only the first is compiled",
        f"{COMPILED}/compile.py",
        "self._beneath(kind, field.details)",
        "self._beneath(kind, field.details[:1])",
    ),
    Mutant(
        "a plan serves the document whatever the variables of its conditions are",
        f"{COMPILED}/plan_cache.py",
        "(part, *(values.get(name) for name in operation.conditions))",
        "(part, *(values.get(name) for name in operation.conditions[:1]))",
    ),
    Mutant(
        "arguments with variables keep their first values",
        f"{COMPILED}/arguments.py",
        "        if self._constant:\n            self._known = converted",
        "        self._known = converted",
    ),
    Mutant(
        "all rows of a level get the arguments of the first one's scope",
        f"{COMPILED}/store_sources.py",
        "    if len(set(values)) == 1:\n",
        "    if values:\n",
    ),
    Mutant(
        "rows with the same arguments by different scopes lose those before them",
        f"{COMPILED}/store_sources.py",
        "groups[args] = sorted([*groups[args], *places]) if args in groups else places",
        "groups[args] = places",
    ),
    Mutant(
        "rows of different scopes with equal arguments get the values of each other",
        f"{COMPILED}/store_sources.py",
        "groups[args] = sorted([*groups[args], *places]) if args in groups else places",
        "groups[args] = [*groups[args], *places] if args in groups else places",
    ),
    Mutant(
        "the value of a row whose key is null is that of its neighbour",
        f"{COMPILED}/requests.py",
        "            chosen.append(place)\n",
        "            chosen.append(len(chosen))\n",
    ),
    Mutant(
        "a store's error becomes null without an error",
        f"{COMPILED}/requests.py",
        "values[place] = failure\n",
        "values[place] = None\n",
    ),
    Mutant(
        "a level is delivered when the first of its sets has arrived",
        f"{COMPILED}/requests.py",
        "self._left += len(wanted)",
        "self._left += min(len(wanted), 1)",
    ),
    Mutant(
        "the elements of a list of look-ups by several paths come in the order of the paths",
        f"{COMPILED}/root_sources.py",
        "{name: (places, [some[place].key for place in places])",
        "{name: (range(len(places)), [some[place].key for place in places])",
    ),
    Mutant(
        "an error names one of the merged selections",
        f"{COMPILED}/field.py",
        "return [each.node for each in self.details]",
        "return [each.node for each in self.details[:1]]",
    ),
    Mutant(
        "a set arrives when the first of its batches has",
        "resolvers/data/key_sets.py",
        "            if not waiter.left:\n",
        "            if True:\n",
    ),
    Mutant(
        "keys that failed are known to have no value",
        "resolvers/data/key_sets.py",
        "for key in batch.keys if key not in failures",
        "for key in batch.keys",
    ),
    Mutant(
        "keys that are being read are read again",
        "resolvers/data/key_sets.py",
        "[key for key in keys if key not in reading] if reading else keys, batch",
        "keys, batch",
    ),
    Mutant(
        "a path's rows are not kept for the paths that would read them again",
        "resolvers/data/dataloaders.py",
        "            path.prime(self, found)\n",
        "            pass\n",
    ),
    Mutant(
        "the keys beyond the size of a batch are not read",
        "resolvers/data/dataloaders.py",
        "for start in range(0, len(keys), size)]",
        "for start in range(0, size, size)]",
    ),
)
