"""What a file must satisfy where it has releases verified: one way to find out, and a secret for each who tells."""

from collections.abc import Iterable, Iterator

from bot.config.commands import default_of, program
from bot.config.file_verify import VerifySection
from bot.config.policy_file import Inherited
from bot.config.problem import quoted
from bot.config.shape import Found
from bot.config.sources import several
from bot.config.yaml_text import Path
from bot.core.verification import CommandProbe, Verification

_WAYS = ("http", "command", "signal")


def verifications(holders: Iterable[tuple[Path, Inherited]]) -> Iterator[Found]:
    """Yield every mistake about how releases are verified."""
    secrets: dict[str, str] = {}
    for place, holder in holders:
        if holder.verify is not None:
            yield from _ways((*place, "verify"), holder.verify)
            yield from _secret((*place, "verify", "signal"), holder.verify, secrets)


def _ways(path: Path, verify: VerifySection) -> Iterator[Found]:
    ways = [key for key in _WAYS if getattr(verify, key) is not None]
    if not ways:
        yield Found(path, "`verify` does not say how; write http, command or signal.")
    if len(ways) > 1:
        yield Found(path, several(ways))
    if verify.http is not None and verify.http.equals is not None and verify.http.json_ is not None:
        yield Found((*path, "http"), several(("equals", "json")))
    if verify.command is not None:
        yield from program((*path, "command", "argv"), verify.command.argv)
        limit = verify.command.timeout or default_of(CommandProbe, "timeout")
        if limit >= (verify.within or default_of(Verification, "within")):
            yield Found((*path, "command", "timeout"), "`timeout` must be shorter than `within`, or it is never well.")


def _secret(path: Path, verify: VerifySection, secrets: dict[str, str]) -> Iterator[Found]:
    if verify.signal is None:
        return
    known = secrets.setdefault(verify.signal.source, verify.signal.secret_env)
    if known != verify.signal.secret_env:
        yield Found(
            (*path, "secret_env"),
            f"{quoted(verify.signal.source)} signs with {known} already; a source has one secret.",
        )
