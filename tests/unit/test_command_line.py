"""What the command line takes, before anything runs."""

import pytest

from bot.cli.table import parsed


@pytest.mark.parametrize(("command", "option"), [("serve", "--port"), ("serve", "--metrics-port"), ("demo", "--port")])
@pytest.mark.parametrize("said", ["65536", "-1", "http", "\u0661", "", "008080"])
def test_what_is_no_port_is_told_in_a_sentence(
    command: str, option: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed([command, f"{option}={said}"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"signoff {command}: error: argument {option}: a port is a number from 0 (any free one) to 65535"
    )


@pytest.mark.parametrize("port", [0, 65535])
def test_every_port_is_one(port: int) -> None:
    asked = parsed(["serve", "--port", str(port), "--metrics-port", str(port)])
    assert (asked.port, asked.metrics_port, parsed(["demo", "--port", str(port)]).port) == (port, port, port)
