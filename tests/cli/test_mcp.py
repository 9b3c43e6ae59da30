"""``forecast mcp``: the tools with the library's own client, over standard input and output as a client starts it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from forecast.cli.mcp_tools import BookTools, Refused
from tests.cli.conftest import Run, files_of
from tests.support.json_schema import schema_faults
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium


def fits(text: str, name: str) -> Any:
    """The value of a text that fits the schema of an output."""
    value = json.loads(text)
    schema = json.loads((ROOT / "forecast" / "schemas" / "json" / f"{name}.json").read_text(encoding="utf-8"))
    assert schema_faults(value, schema, closed=True) == []
    return value


def test_each_tool_returns_what_its_command_prints(published: Path, run: Run):
    """The JSON of the tool is that of the command, byte for byte."""
    tools = BookTools(published)
    supposed = "burstiness=LogNormal(p5=0.5, p95=9)"
    for said, words in (
        (tools.show("three_more"), ("show", "three_more")),
        (tools.why("three_more"), ("why", "three_more")),
        (tools.check(), ("check",)),
        (tools.whatif("ferry", [supposed], []), ("whatif", "ferry", "--prior", supposed)),
    ):
        assert said + "\n" == run(*words, "--json", on=published).out


def test_say_appends_a_row_and_the_others_write_nothing(published: Path):
    """What is said stands in the record with who said it and why."""
    tools = BookTools(published)
    before = files_of(published)
    tools.show()
    tools.why("three_more")
    tools.check()
    assert files_of(published) == before
    with (published / "seeds/ferry/topic.toml").open("a") as file:
        file.write('[questions.later]\nasks = "Will it?"\nby = 2099-12-31\nanswer = "total(breakdowns) >= 99"\nsettled = "By the log."\n')
    done = fits(tools.say("ferry.later", "30%", "A guess.", "Ana"), "record")
    assert done["question"] == "ferry.later"
    assert "Ana" in (published / done["path"]).read_text()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (lambda tools: tools.show("nothing"), "no answer to a question `nothing`"),
        (lambda tools: tools.why("nothing"), "no answer to a question `nothing`"),
        (lambda tools: tools.whatif("ferry"), "suppose something"),
        (lambda tools: tools.whatif("ferry", ["burstiness"]), "is not NAME="),
        (lambda tools: tools.whatif("ferry", [], ["breakdowns"]), "is not STREAM DAY"),
        (lambda tools: tools.whatif("--trust", ["a=Normal(mu=0, sigma=1)"]), "--trust"),
        (lambda tools: tools.say("three_more", "30%", "two\nlines", "Ana"), "line"),
        (lambda tools: tools.say("three_more", "30%", "", "Ana"), "a forecast needs its reason"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(published: Path, asked: Callable[[BookTools], str], message: str):
    """Problems come as they do on the command line, and nothing is written."""
    before = files_of(published)
    with pytest.raises(Refused) as refused:
        asked(BookTools(published))
    assert message in str(refused.value)
    assert files_of(published) == before


def test_without_the_library_the_command_names_the_extra(run: Run, monkeypatch: pytest.MonkeyPatch):
    """Exit code 2 with what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    ran = run("mcp")
    assert (ran.code, "pip install 'forecast-book[mcp]'" in ran.err) == (2, True)


async def talk(book: Path, more: tuple[str, ...], use: Callable[[Any], Awaitable[None]]) -> None:
    """Start the command as a client does, and use it."""
    from mcp import Client, StdioServerParameters

    words = ["-m", "forecast", "mcp", "--book", str(book), *more]
    environment = {name: os.environ[name] for name in ("PYTHONPATH", "FORECAST_CACHE_DIR") if name in os.environ}
    async with Client(StdioServerParameters(command=sys.executable, args=words, env=environment)) as client:
        await use(client)


@pytest.mark.slow
def test_a_client_calls_every_tool(published: Path):
    """The library's client lists the tools with what they change, gets JSON from each, and an error where one is refused."""
    pytest.importorskip("mcp")
    import anyio

    async def use(client: Any) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert {name: tool.annotations.read_only_hint for name, tool in tools.items()} == {
            "show": True,
            "why": True,
            "whatif": True,
            "check": True,
            "say": False,
        }
        for name, given in (
            ("show", {}),
            ("why", {"question": "three_more"}),
            ("check", {}),
            ("whatif", {"topic": "ferry", "priors": ["burstiness=LogNormal(p5=0.5, p95=9)"]}),
        ):
            told = await client.call_tool(name, given)
            assert not told.is_error
            assert fits(told.content[0].text, name)
        refused = await client.call_tool("why", {"question": "nothing"})
        assert refused.is_error
        assert "no answer to a question `nothing`" in refused.content[0].text

    anyio.run(talk, published, (), use)


@pytest.mark.slow
def test_a_read_only_server_has_no_tool_that_writes(published: Path):
    """`say` is not there."""
    pytest.importorskip("mcp")
    import anyio

    async def use(client: Any) -> None:
        assert sorted(tool.name for tool in (await client.list_tools()).tools) == ["check", "show", "whatif", "why"]

    anyio.run(talk, published, ("--read-only",), use)
