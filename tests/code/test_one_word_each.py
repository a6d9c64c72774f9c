"""No two modules of the app call different things by one name."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

APP = Path(__file__).parents[2] / "app"


def defined(module: ast.Module) -> Iterator[str]:
    """The public classes and type aliases of a module."""
    for statement in module.body:
        match statement:
            case ast.ClassDef(name=name) | ast.TypeAlias(name=ast.Name(id=name)):
                pass
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if not is_type_name(name):
                    continue
            case _:
                continue
        if not name.startswith("_"):
            yield name


def is_type_name(name: str) -> bool:
    """Whether a name is written as types are, in CamelCase."""
    return name[0].isupper() and any(letter.islower() for letter in name)


def test_every_class_and_type_alias_has_a_name_of_its_own() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(APP.rglob("*.py")):
        for name in defined(ast.parse(path.read_text("utf-8"))):
            found[name].append(str(path.relative_to(APP)))
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}


def test_what_counts_as_a_definition() -> None:
    module = ast.parse(
        "from elsewhere import Other\n"
        "class Thing: ...\n"
        "type Alias = int\n"
        "Words = list[str]\n"
        "Given: object = None\n"
        "class _Own: ...\n"
        "LIMIT = 3\n"
        "T = int\n"
        "small = 4\n"
    )
    assert list(defined(module)) == ["Thing", "Alias", "Words", "Given"]
