"""The page for operators tells of every metric and every event, and of nothing else; alerts ask for what there is."""

import ast
import re
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.core.policy import Permission
from bot.ports.figures import Figures
from bot.ports.meter import Counted, Timed
from handlers.asking_again import Names
from handlers.letters import ANSWERS, ListEffects, SettleEffect, effects_words
from handlers.metrics import Metrics
from tests.factories import NOON

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
RULES = yaml.safe_load((ROOT / "docs" / "signoff-alerts.yml").read_text(encoding="utf-8"))
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
HANDED_ON = {"_trouble"}
"""Methods that log the event that they are given."""
NAMING = {Names.__name__}
"""Classes whose values are events, which the field of one stands for where they are logged."""
OF_THE_CHAIN = {"library"}
"""Events that are not written by a call."""
FULL = Figures(
    releases={("production", "open"): 1},
    oldest_open={"production": NOON - timedelta(hours=1)},
    effects={("deploy", "unknown"): 1},
    oldest_ready={"deploy": NOON},
    inbox={"waiting": 1, "poison": 1},
    audit_head=1,
    database_bytes=1,
    disk_free=1,
)


def rows(title: str) -> dict[str, list[str]]:
    """Return the rows of the table under a title by their first cell."""
    chapter = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
    table = [line.strip("|").split(" | ") for line in chapter.splitlines() if line.startswith("| `")]
    names = [row[0].strip(" `") for row in table]
    assert len(names) == len(set(names)), "a row is there twice"
    return {name: [cell.strip() for cell in row[1:]] for name, row in zip(names, table, strict=True)}


def exported() -> dict[str, tuple[str, set[str]]]:
    """Return each metric of ours with its kind and labels, as Prometheus reads them."""
    metrics = Metrics(lambda: 0.0, {"version": "1", "python": "3", "sqlite": "3"})
    for what in Counted:
        metrics.count(what, *what.labels)
    for timed in Timed:
        metrics.took(timed, 1.0, *timed.labels)
    found = {}
    for family in text_string_to_metric_families(metrics.text(FULL, NOON).decode()):
        if family.name.startswith("signoff_"):
            name = f"{family.name}_total" if family.type == "counter" else family.name
            labels = {label for sample in family.samples for label in sample.labels} - {"le"}
            found[name] = (family.type, labels)
    return found


def test_every_metric_has_a_row_with_its_kind_and_labels_and_there_are_no_others() -> None:
    told = {name: (row[0], set(re.findall(r"`(\w+)`", row[1]))) for name, row in rows("Metrics").items()}
    assert told == exported()


def test_every_alert_asks_for_metrics_that_are_exported() -> None:
    rules = [rule for group in RULES["groups"] for rule in group["rules"]]
    asked = {name for rule in rules for name in re.findall(r"signoff_\w+", rule["expr"])}
    assert {re.sub(r"_bucket$", "", name) for name in asked} <= set(exported())
    assert all(set(rule) >= {"alert", "expr", "labels", "annotations"} for rule in rules)
    assert len({rule["alert"] for rule in rules}) == len(rules)


def test_every_label_that_an_alert_looks_at_is_one_of_its_metric() -> None:
    known = exported()
    for group in RULES["groups"]:
        for rule in group["rules"]:
            for name, matched in re.findall(r"(signoff_\w+)\{([^}]*)\}", rule["expr"]):
                assert set(re.findall(r"(\w+)=", matched)) <= known[name][1], rule["alert"]


def logged(tree: ast.AST) -> set[str]:
    """Return the event of every call of a logger, and of every call that hands events on to one."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMING:
            found |= {_event(given) for given in (*node.args, *(one.value for one in node.keywords))}
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        of, first = node.func.value, node.args[0]
        is_log = (isinstance(of, ast.Name) and of.id == "log") or "get_logger" in ast.dump(of)
        if (is_log and node.func.attr in LEVELS) or node.func.attr in HANDED_ON:
            found.add(_event(first))
    return found - {"<event>", *(f"<self.names.{field.name}>" for field in fields(Names))}


def _event(given: ast.expr) -> str:
    return str(given.value) if isinstance(given, ast.Constant) else f"<{ast.unparse(given)}>"


def test_every_event_of_the_code_has_a_row_and_there_are_no_others() -> None:
    files = [file for part in ("bot", "handlers", "storage") for file in (ROOT / part).rglob("*.py")]
    written = set().union(*(logged(ast.parse(file.read_text(encoding="utf-8"))) for file in files))
    assert set(rows("Logs")) == written | OF_THE_CHAIN


def test_what_is_told_of_effects_is_what_the_command_line_takes() -> None:
    chapter = PAGE.split("## What could not be delivered\n")[1].split("\n## ")[0]
    assert list(rows("What could not be delivered")) == list(ANSWERS)
    names = re.findall(r"`((?:effect|card|inbox)-[0-9]+)`", chapter)
    assert names == ["effect-12", "card-7", "inbox-3"]
    said = re.findall(r"`signoff (effects [^`]*?)(?: --as PERSON)?`", chapter)
    assert said == ["effects list", "effects retry NAME", "effects resolve NAME ANSWER"]
    listing, retry, resolve = said
    assert effects_words(listing) == ListEffects()
    for name in names:
        assert effects_words(retry.replace("NAME", name)) == SettleEffect(name, ANSWERS["try-again"])
        for word, answer in ANSWERS.items():
            assert effects_words(resolve.replace("NAME", name).replace("ANSWER", word)) == SettleEffect(name, answer)
    assert f"the permission `{Permission.RESOLVE.value}`" in chapter


def test_events_are_named_alike() -> None:
    assert [name for name in rows("Logs") if not re.fullmatch(r"[a-z][a-z0-9_]{2,40}", name)] == []
