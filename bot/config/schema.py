"""The policy file's JSON Schema, for editors and for whoever asks what this version accepts."""

from typing import Any

import yaml

from bot.config.policy_file import PolicyFile


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the file; `permissions` and every other section are closed lists."""
    schema = PolicyFile.model_json_schema(by_alias=True, mode="validation")
    plain: dict[str, Any] = _without_noise(schema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **plain,
        "title": "Signoff's policy file",
    }


def _without_noise(node: Any, *, names: bool = False) -> Any:
    """Drop what pydantic adds for Python (titles, null for an optional key); say what it leaves out."""
    if isinstance(node, list):
        return [_without_noise(one) for one in node]
    if not isinstance(node, dict):
        return node
    if not names and {"type": "null"} in node.get("anyOf", ()):
        others = [one for one in node["anyOf"] if one != {"type": "null"}]
        written = others[0] if len(others) == 1 else {"anyOf": others}
        rest = {key: value for key, value in node.items() if key not in {"anyOf", "default"}}
        node = {**written, **rest}
    if "patternProperties" in node:
        node = {**node, "additionalProperties": False}
    if not names and "examples" in node:
        node = {**node, "examples": [yaml.safe_load(example) for example in node["examples"]]}
    # Beneath "properties" and "$defs" the keys are names of the file, and one may be called "title".
    return {
        key: _without_noise(value, names=key in {"properties", "$defs"})
        for key, value in node.items()
        if names or key != "title"
    }
