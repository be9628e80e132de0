"""What a person mistook on the command line: one sentence on standard error, exit code 2, and no traceback."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.processes.test_host import asked, signoff
from tests.processes.test_kills import free_port
from tests.processes.world import POLICY, world


@contextmanager
def taken() -> Iterator[int]:
    """Listen on a port for as long as this is open."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield int(listening.getsockname()[1])


@pytest.mark.parametrize(("option", "others"), [("--port", ()), ("--metrics-port", ("--port", "0"))])
async def test_a_port_that_is_taken_is_told_in_a_sentence(tmp_path: Path, option: str, others: tuple[str, ...]) -> None:
    (tmp_path / "signoff.yml").write_text(POLICY)
    with taken() as port:
        assert await signoff(tmp_path, "serve", *others, option, str(port)) == (
            2,
            "",
            f"127.0.0.1:{port} is in use: another program listens there. End that, or choose another port with {option}.\n",
        )


async def test_an_address_that_is_not_this_machines_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "signoff.yml").write_text(POLICY)
    assert await signoff(tmp_path, "serve", "--host", "192.0.2.1", "--port", "0") == (
        2,
        "",
        "192.0.2.1:0 cannot be listened on: Cannot assign requested address. Choose another address with --host or port with --port.\n",
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (("why", "\udcff"), "That is not UTF-8.\n"),
        (("approve", "R-1\udcff", "--as", "priya"), "That is not UTF-8.\n"),
        (("approve", "R-1", "--as", "priya\udcff"), "That is not UTF-8.\n"),
        (("effects", "retry", "\udcff", "--as", "\udcff"), "That is not UTF-8.\n"),
        (("reject", "R-1", "n" * 9000, "--as", "priya"), "That is longer than 8,000 characters.\n"),
        (("approve", "R-1", "--as", "p" * 201), "That is longer than 200 characters.\n"),
    ],
    ids=["not UTF-8", "an act", "a person", "effects", "a long reason", "a long name"],
)
async def test_words_that_nobody_can_be_sent_are_refused_unechoed(
    tmp_path: Path, said: tuple[str, ...], told: str
) -> None:
    assert await signoff(tmp_path, *said) == (2, "", told)


FULL = "Standard output cannot be written: No space left on device.\n"


async def test_an_answer_that_cannot_be_written_is_a_mistake_and_no_traceback(tmp_path: Path) -> None:
    async with world(tmp_path, free_port()) as here:
        await asked(here)
        full = os.open("/dev/full", os.O_WRONLY)
        for words in ("list", "approve R-1 --as priya", "audit verify", "audit export", "check"):
            assert await signoff(tmp_path, *words.split(), output=full) == (2, "", FULL), words
        os.close(full)
        again = await signoff(tmp_path, "approve", "R-1", "--as", "priya")
        assert again[0] == 1  # it was done all the same


async def test_a_reader_that_has_seen_enough_is_told_nothing(tmp_path: Path) -> None:
    (tmp_path / "signoff.yml").write_text(POLICY)
    reading, writing = os.pipe()
    os.close(reading)
    assert await signoff(tmp_path, "check", output=writing) == (1, "", "")
    os.close(writing)


async def test_secrets_that_the_policy_names_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "signoff.yml").write_text(
        POLICY[: POLICY.index("services:")]
        + """services:
  docs:
    channel: C0DOCS
    build: {standard: {source: docs-pipeline, secret_env: DOCS_PIPELINE_SECRET}}
    environments:
      production:
        mode: deployment
        deploy: {webhook: {url: "https://deployer.acme.example/hooks", secret_env: DOCS_DEPLOY_SECRET}}
"""
    )
    assert await signoff(tmp_path, "serve", "--port", "0") == (
        2,
        "",
        (
            "DOCS_PIPELINE_SECRET is not set; `build` of docs in the policy says that it holds a secret.\n"
            "DOCS_DEPLOY_SECRET is not set; `deploy` of docs/production in the policy says that it holds a secret.\n"
        ),
    )
    code, said, _ = await signoff(tmp_path, "check")
    assert (code, said.count("docs/production: one request")) == (0, 1)
