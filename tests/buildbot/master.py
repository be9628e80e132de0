"""Starts a real Buildbot in a folder and ends it; its worker runs in the same process."""

import json
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BIN = Path(sys.prefix, "buildbot", "bin")
INSTALLED = (BIN / "buildbot").exists()
"""Whether `make test` could install it."""
BUILD, DEPLOY, SCHEDULER, FORGETFUL = "legacy-build", "deploy legacy", "force-deploy", "forgetful"
USER, PASSWORD, SECRET = "signoff", "pw", "buildbot-push-secret"
READY_WITHIN = 60.0
"""Seconds; it takes two on a machine that has nothing else to do."""


@dataclass(slots=True)
class Master:
    """A running Buildbot."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> Any:
        """Return what its API answers."""
        request = urllib.request.Request(f"{self.url}/api/v2/{path}", headers={"Accept": "application/json"})  # noqa: S310 - our own address
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
            return json.load(answer)

    def commit(self, sha: str, title: str, author: str = "Ann <ann@acme.example>", branch: str = "main") -> None:
        """Tell it of a commit, which it builds at once when it is on the main branch."""
        said = {"revision": sha, "branch": branch, "author": author, "comments": title}
        body = urllib.parse.urlencode(said).encode()
        with urllib.request.urlopen(f"{self.url}/change_hook/base", body, timeout=10) as answer:  # noqa: S310 - the same
            answer.read()

    def breaks(self, sha: str) -> None:
        """Let the build of a commit fail."""
        (self.folder / f"broken-{sha}").touch()

    def ends(self, key: str, code: int = 0) -> None:
        """Let the deploy of a key end, which waits for that."""
        (self.folder / f"end-{key}").write_text(str(code))

    def deployed(self) -> list[tuple[str, str]]:
        """Return key and commit of every deploy that its worker has begun: the oracle of «exactly once»."""
        log = self.folder / "deployed"
        lines = log.read_text().splitlines() if log.exists() else []
        return [(key, sha) for key, _, sha in (line.partition(" ") for line in lines)]

    def forced(self) -> list[str]:
        """Return the key of every request that the deploy builder has got, oldest first."""
        number = self.get(f"builders/{urllib.parse.quote(DEPLOY)}")["builders"][0]["builderid"]
        page = self.get(f"builders/{number}/buildrequests?property=signoff_key&order=buildrequestid")
        return [one["properties"]["signoff_key"][0] for one in page["buildrequests"]]


@contextmanager
def master(folder: Path, port: int, hook: str) -> Iterator[Master]:
    """Start a Buildbot that pushes to `hook`, and end it afterwards."""
    home = folder / "master"
    environ = {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "HOME": str(folder),
        "PORT": str(port),
        "HOOK": hook,
        "SECRET": SECRET,
        "FOLDER": str(folder),
    }
    with (folder / "buildbot.log").open("wb") as log:
        made = [str(BIN / "buildbot"), "create-master", "-q", "--relocatable", str(home)]
        subprocess.run(made, check=True, env=environ, stdout=log, stderr=log)
        (home / "master.cfg").write_text(Path(__file__).with_name("master.cfg").read_text())
        run = [str(BIN / "twistd"), "--nodaemon", "--no_save", "--pidfile=", "-y", "buildbot.tac"]
        process = subprocess.Popen(run, cwd=home, env=environ, stdout=log, stderr=log)
        try:
            here = Master(folder, port)
            _until_ready(here, process)
            yield here
        finally:
            process.terminate()  # it ignores SIGINT
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _until_ready(here: Master, process: "subprocess.Popen[bytes]") -> None:
    """Return once its worker is there."""
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            workers = here.get("workers")["workers"]
        except OSError:
            workers = []
        if workers and workers[0]["connected_to"]:
            return
        time.sleep(0.05)
    raise AssertionError(f"Buildbot does not start; see {here.folder / 'buildbot.log'}")
