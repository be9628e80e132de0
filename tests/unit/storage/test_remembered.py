"""What was learnt from outside is kept by its name; the last word counts."""

from tests.unit.storage.conftest import File


def test_what_is_remembered_last_is_told(file: File) -> None:
    with file.transaction() as tx:
        assert tx.remembered.get("workspace") is None
        tx.remembered.set("workspace", "https://old.slack.example/")
        tx.remembered.set("workspace", "https://acme.slack.example/")
        assert tx.remembered.get("workspace") == "https://acme.slack.example/"


def test_names_that_begin_alike_are_told_together(file: File) -> None:
    with file.transaction() as tx:
        tx.remembered.set("channel:#pay", "C1")
        tx.remembered.set("channel:#docs", "C2")
        tx.remembered.set("channels", "C3")
        assert tx.remembered.beginning("channel:") == {"#pay": "C1", "#docs": "C2"}
