"""Checks configuration files against a JSON Schema: validate.py SCHEMA FILE…

Prints a JSON object: for each file the places and messages of what is wrong, once as YAML 1.1 reads
it, once as YAML 1.2 does, where `off` and `yes` are text.
"""

import json
import re
import sys

import jsonschema
import yaml


class Core(yaml.SafeLoader):
    """YAML 1.2's core schema, as far as it differs."""


Core.yaml_implicit_resolvers = {}
for tag, pattern in [
    ("null", r"^(|~|null|Null|NULL)$"),
    ("bool", r"^(true|True|TRUE|false|False|FALSE)$"),
    ("int", r"^[-+]?[0-9]+$"),
    ("float", r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"),
    ("merge", r"^<<$"),
]:
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), None)


class Old(yaml.SafeLoader):
    """YAML 1.1, but without dates, which JSON does not have."""


Old.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith("timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def leaf(error):
    """The error that speaks about what was meant: of alternatives, the one of the right kind."""
    if not error.context:
        return error
    branches = {}
    for inner in error.context:
        branches.setdefault(inner.relative_schema_path[0], []).append(inner)
    meant = [
        errors
        for errors in branches.values()
        if not any(not e.relative_path and e.validator in ("type", "pattern") for e in errors)
        and not any(not e.relative_path and e.validator == "enum" for e in errors)
    ]
    if len(meant) != 1:
        return error
    return max((leaf(e) for e in meant[0]), key=lambda e: len(e.absolute_path))


def place(error):
    path = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path)
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        path += "." + next(key for key in error.instance if key not in known)
    return path.lstrip(".")


schema = json.load(open(sys.argv[1], encoding="utf-8"))
for dialect in (jsonschema.Draft202012Validator, jsonschema.Draft7Validator):
    dialect.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
found = {}
for name in sys.argv[2:]:
    found[name] = []
    for loader in (Old, Core):
        with open(name, encoding="utf-8") as file:
            value = yaml.load(file, loader)
        errors = [leaf(error) for error in validator.iter_errors(value)]
        found[name].append([{"place": place(e), "message": e.message[:300]} for e in errors])
json.dump(found, sys.stdout)
