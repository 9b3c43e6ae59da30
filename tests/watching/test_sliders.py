"""The sliders of ``forecast watch``: which priors have them, what is tried and written, and who may ask for it."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from forecast.actions.check import check
from forecast.actions.update import update
from forecast.book.files.problems import has_errors
from forecast.model.settings import Settings
from forecast.schema.topic import read_content
from forecast.watching.drafts import draft_topic
from forecast.watching.serving import MOST_SENT, Site, application
from forecast.watching.shown import Board
from forecast.watching.sliders import SLIDER_STEPS, movable_priors, short_answer, slider_position, sliders_section, unmoved_sentence
from forecast.watching.trying import PriorTrials
from tests.cli.conftest import TINY_BOOK, files_of
from tests.cli.test_watch import get, watching
from tests.support.chromium import Chromium, find_chromium
from tests.watching.test_browser import complaints, text_of, wait_until

pytestmark = pytest.mark.medium

DAY = date(2025, 1, 1)
SMALL = Settings(engine="importance", draws=512)
OTHER = "LogNormal(p5=0.2, p95=6)"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny book, published; to be left as it is found."""
    root = tmp_path_factory.mktemp("moved") / "book"
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    update(root, as_of=DAY, today=DAY, settings=Settings(), referee=False)
    return root


@pytest.fixture
def book(published: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(published, tmp_path / "book"))


def site_of(root: Path) -> Site:
    """A server of a book, on its day."""
    return Site(root, 8642, Board(), asyncio.Event(), today=lambda: DAY, settings=SMALL)


def sent_by(site: Site, **other: str | None) -> dict[str, str]:
    """The headers that a page of a server sends, some of them others or left out (None)."""
    headers = {
        "host": "127.0.0.1:8642", "origin": "http://127.0.0.1:8642", "content-type": "application/json", "x-forecast-token": site.token,
    } | other  # fmt: skip
    return {name.replace("_", "-"): value for name, value in headers.items() if value is not None}


def post(site: Site, path: str, request: object, headers: dict[str, str]) -> tuple[int, str]:
    """The status and text that a server answers to what is sent."""
    body = request if isinstance(request, bytes) else json.dumps(request).encode()
    answered: list[dict] = []

    async def receive() -> dict:  # noqa: RUF029 - as the protocol has it
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict) -> None:  # noqa: RUF029 - as the protocol has it
        answered.append(message)

    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "http_version": "1.1",
        "scheme": "http", "root_path": "", "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    asyncio.run(application(site)(scope, receive, send))
    return answered[0]["status"], b"".join(message.get("body", b"") for message in answered[1:]).decode()


def test_priors_have_sliders_for_their_quantiles(published: Path):
    """Those said by quantiles have these, others those of their family; categories and what depends on parameters have none."""
    content = read_content((published / "reports/ferry.json").read_bytes())
    priors = {prior.key: prior for prior in movable_priors(content)}
    shown = {key: [(slider.name, slider.spacing) for slider in prior.sliders] for key, prior in priors.items()}
    assert shown == {
        "breakdown_rate": [("p5", "log"), ("p95", "log")],
        "burstiness": [("p5", "log"), ("p95", "log")],
        "usual_crossings": [("p5", "linear"), ("p95", "linear")],
        "usual_lateness": [("p5", "logit"), ("p95", "logit")],
        "lateness[rough]": [("p5", "logit"), ("p95", "logit")],
    }
    assert [slider.value for slider in priors["breakdown_rate"].sliders] == [0.02, 0.6]
    assert all(slider.low <= slider.value <= slider.high for prior in priors.values() for slider in prior.sliders)
    assert slider_position(priors["breakdown_rate"].sliders[0]) == SLIDER_STEPS / 2


def test_priors_without_sliders_are_named_with_the_reason(published: Path):
    """Labels that differ by their priors are named one by one, where not all lack one for the same reason; a page without any slider says so too."""
    content = read_content((published / "reports/ferry.json").read_bytes())
    said = "There is no slider for `fault`, which has a chance for each option; for `lateness[calm]`, where the prior depends on other parameters."
    assert unmoved_sentence(content) == said
    assert said in unescape(sliders_section(content))
    choices = [parameter for parameter in content["parameters"] if parameter["categories"]]
    linked = {**content["parameters"][0], "name": "linked", "statement": "posterior(other.rate)"}
    odd = {**content["parameters"][0], "name": "odd", "statement": "Unheard(of=1)"}
    calm = [
        {**parameter, "label": label} for parameter in content["parameters"] if parameter["label"] == "calm" for label in ("calm", "still")
    ]
    calm[1]["statement"] = "Beta(mean=usual_lateness, strength=30)"
    section = sliders_section({**content, "parameters": [*choices, {**choices[0], "name": "why"}, linked, odd, *calm]})
    assert (
        "There is no slider for `fault` and `why`, which have a chance for each option; for `linked`, where another topic's posterior is the prior; "
        "for `odd`, which has no quantiles that could be moved; for `lateness`, where the prior depends on other parameters."
    ) in unescape(section)
    assert ('type="range"' in section, "data-priors" in section, "forecast whatif" in section) == (False, False, True)
    moved = [parameter for parameter in content["parameters"] if parameter["name"] == "burstiness"]
    assert "no slider" not in sliders_section({**content, "parameters": moved})
    assert not sliders_section({**content, "parameters": []})


def test_every_slider_has_a_label_and_texts_are_text(published: Path):
    """Each input has a label of its own and a name for its value, and a hostile unit stays text."""
    content = read_content((published / "reports/ferry.json").read_bytes())
    content["parameters"][0]["unit"] = "<script>alert(1)</script>\u202e"
    section = sliders_section(content)
    inputs = re.findall(r'<input id="([^"]+)"', section)
    assert len(set(inputs)) == len(inputs) > 5
    assert {*re.findall(r'<label for="([^"]+)"', section)} == {*inputs}
    assert section.count("aria-valuetext=") == section.count('type="range"')
    assert "<script" not in section
    assert "\u202e" not in section


def test_what_is_tried_is_what_the_draft_says_and_nothing_is_written(book: Path):
    """The answers with another prior are those of the draft after that prior has been saved."""
    before = files_of(book)
    tried = PriorTrials(book, SMALL).try_priors({"topic": "ferry", "priors": {"breakdown_rate": OTHER}}, DAY)
    assert files_of(book) == before
    prior = book / "priors/ferry.toml"
    prior.write_text(prior.read_text().replace("LogNormal(p5=0.02, p95=0.6)", OTHER))
    draft = draft_topic(book, "ferry", as_of=DAY, settings=SMALL, insight=False)
    assert [(its["name"], its["says"]) for its in tried["answers"]] == [
        (its["name"], short_answer(its)) for its in draft.content["answers"]
    ]
    published = read_content((book / "reports/ferry.json").read_bytes())
    assert [its["says"] for its in tried["answers"]] != [short_answer(its) for its in published["answers"]]


def test_a_prior_that_cannot_be_is_refused_with_its_reason(book: Path):
    """Quantiles that do not rise are a problem with its place, both where they are tried and where they are written."""
    site, before = site_of(book), files_of(book)
    wrong = "LogNormal(p5=6, p95=0.2)"
    for path, request in (
        ("/.try", {"topic": "ferry", "priors": {"breakdown_rate": wrong}}),
        ("/.prior", {"topic": "ferry", "prior": "breakdown_rate", "statement": wrong, "why": "I think so."}),
    ):
        status, text = post(site, path, request, sent_by(site))
        assert status == 200
        assert "priors/ferry.toml:" in json.loads(text)["problems"]
    assert files_of(book) == before


def test_a_prior_is_written_with_its_reason_and_day(book: Path):
    """The line of the prior, its reason and the day of review change, and nothing else; the book has no error."""
    site, prior = site_of(book), book / "priors/ferry.toml"
    before = prior.read_text().splitlines()
    request = {"topic": "ferry", "prior": "breakdown_rate", "statement": OTHER, "why": 'The "old" ferry broke down more often.'}
    status, text = post(site, "/.prior", request, sent_by(site))
    assert (status, json.loads(text)) == (200, {"written": "priors/ferry.toml:4"})
    after = prior.read_text().splitlines()
    changed = [line.partition("=")[0].strip() for old, line in zip(before, after, strict=True) if old != line]
    assert changed == ["prior", "why", "reviewed"]
    assert f'prior    = "{OTHER}"' in after
    assert "reviewed = 2025-01-01" in after
    assert not has_errors(check(book, None, as_of=DAY).problems)


def test_a_reason_without_a_full_stop_gets_one(book: Path):
    """As `forecast prior set` gives it one: a person types a line, and no sentence of TOML."""
    site, prior = site_of(book), book / "priors/ferry.toml"
    request = {"topic": "ferry", "prior": "breakdown_rate", "statement": OTHER, "why": " The old ferry broke down more often "}
    assert "written" in json.loads(post(site, "/.prior", request, sent_by(site))[1])
    assert 'why      = "The old ferry broke down more often."\n' in prior.read_text()


def test_a_prior_of_a_label_is_written(book: Path):
    """Of a prior by label that of the label alone changes."""
    site, prior = site_of(book), book / "priors/ferry.toml"
    request = {
        "topic": "ferry",
        "prior": "lateness[rough]",
        "statement": "Beta(p5=0.1, p95=0.5)",
        "why": "Waves delay a ferry more than we thought.",
    }
    assert "written" in json.loads(post(site, "/.prior", request, sent_by(site))[1])
    assert 'prior.rough = "Beta(p5=0.1, p95=0.5)"' in prior.read_text()
    assert 'prior.calm  = "Beta(mean=usual_lateness, strength=20)"' in prior.read_text()


def test_nothing_is_written_without_a_reason(book: Path):
    """An empty reason, or one of blanks, is asked for again."""
    site, before = site_of(book), files_of(book)
    for why in ("", "  "):
        request = {"topic": "ferry", "prior": "breakdown_rate", "statement": OTHER, "why": why}
        assert "Say why" in json.loads(post(site, "/.prior", request, sent_by(site))[1])["problems"]
    assert files_of(book) == before


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": None}, 403),
        ({"origin": "http://localhost:8642"}, 403),  # another name than the one asked
        ({"origin": "https://127.0.0.1:8642"}, 403),
        ({"x_forecast_token": None}, 403),
        ({"x_forecast_token": "guess"}, 403),
        ({"content_type": "text/plain"}, 403),
        ({"content_type": None}, 403),
        ({"host": "evil.example:8642", "origin": "http://evil.example:8642"}, 421),
        ({}, 200),
    ],
)
def test_only_pages_of_this_server_may_send(book: Path, other: dict[str, str | None], status: int):
    """Another origin, a missing or wrong token, and what a form could send are refused, and nothing changes."""
    site, before = site_of(book), files_of(book)
    headers = {name: value for name, value in sent_by(site).items() if name.replace("-", "_") not in other}
    headers |= {name.replace("_", "-"): value for name, value in other.items() if value is not None}
    request = {"topic": "ferry", "prior": "breakdown_rate", "statement": OTHER, "why": "I think so."}
    assert post(site, "/.prior", request, headers)[0] == status
    assert (files_of(book) == before) == (status != 200)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b"[" * 30_000, 400),
        ({"topic": "nothing", "priors": {}}, 400),
        ({"topic": "../seeds", "priors": {}}, 400),
        ({"topic": "ferry", "priors": []}, 400),
        ({"topic": "ferry", "priors": {"breakdown_rate": 3}}, 400),
        ({"topic": "ferry", "priors": {"breakdown_rate": "x" * 2_001}}, 400),
        (b" " * (MOST_SENT + 1), 413),
    ],
)
def test_what_no_slider_sends_is_refused(published: Path, request_: object, status: int):
    """What is no JSON, too large, or of another shape gets a line that says so, and no traceback."""
    site = site_of(published)
    answered, text = post(site, "/.try", request_, sent_by(site))
    assert answered == status
    assert text.count("\n") == 1


def test_the_page_of_a_topic_has_them_and_no_other_has_the_token(published: Path):
    """The token stands in the pages of topics alone, in a script with the page's nonce."""
    site = site_of(published)
    pages = {}
    for path in ("/ferry.html", "/index.html", "/ferry.json", "/ferry.md"):
        answered: list[dict] = []

        async def send(message: dict, kept: list[dict] = answered) -> None:  # noqa: RUF029 - as the protocol has it
            kept.append(message)

        async def receive() -> dict:  # noqa: RUF029 - as the protocol has it
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {
            "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "http_version": "1.1",
            "scheme": "http", "root_path": "", "headers": [(b"host", b"127.0.0.1:8642")],
        }  # fmt: skip
        asyncio.run(application(site)(scope, receive, send))
        pages[path] = b"".join(message.get("body", b"") for message in answered[1:]).decode()
    assert [path for path, text in pages.items() if site.token in text] == ["/ferry.html"]
    assert len(set(re.findall(r'<script nonce="([^"]+)"', pages["/ferry.html"]))) == 1
    assert "data-priors" in pages["/ferry.html"]


@pytest.mark.slow
def test_a_real_request_tries_and_writes(book: Path):
    """Over a socket, with the token of the page that the server gave, a prior is tried and then written; without it neither."""
    with watching(book) as (_, port):
        page = get(port, "/ferry.html")
        token = unescape(re.search(r'data-token="([^"]+)"', page)[1])
        origin = f"http://127.0.0.1:{port}"

        def ask(path: str, request: object, **headers: str) -> dict:
            sent = {"Content-Type": "application/json", "Origin": origin, **headers}
            with urlopen(Request(origin + path, json.dumps(request).encode(), sent, method="POST"), timeout=120) as answer:
                return json.loads(answer.read())

        tried = ask("/.try", {"topic": "ferry", "priors": {"breakdown_rate": OTHER}}, **{"X-Forecast-Token": token})
        assert len(tried["answers"]) == len(read_content((book / "reports/ferry.json").read_bytes())["answers"])
        request = {"topic": "ferry", "prior": "breakdown_rate", "statement": OTHER, "why": "I think so."}
        with pytest.raises(HTTPError, match="403"):
            ask("/.prior", request)
        assert OTHER not in (book / "priors/ferry.toml").read_text()
        assert "written" in ask("/.prior", request, **{"X-Forecast-Token": token})
        assert OTHER in (book / "priors/ferry.toml").read_text()


@pytest.mark.slow
@pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine")
def test_a_slider_moved_by_the_keyboard_moves_the_answers_and_is_written(tmp_path: Path):
    """Keys move it, the answers follow as a trial, a click without a reason asks for one, and with it the file has the line and the page its draft."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    today = datetime.now(UTC).date()
    update(root, as_of=today, today=today, settings=Settings(), referee=False)
    first = "document.querySelector('[data-prior=breakdown_rate]')"
    with watching(root) as (_, port), Chromium() as page:
        page.open(f"http://127.0.0.1:{port}/ferry.html")
        wait_until(page, "document.querySelector('[data-priors]') !== null")
        page.run("document.querySelector('[data-priors] details').open = true")
        page.run(f"{first}.querySelectorAll('input[type=range]')[1].focus()")
        for _ in range(20):
            for kind in ("keyDown", "keyUp"):
                page.send("Input.dispatchKeyEvent", type=kind, key="ArrowRight", code="ArrowRight", windowsVirtualKeyCode=39)
        assert page.run(f"{first}.querySelectorAll('output')[1].textContent") != "0.6"
        statement = page.run(f"{first}.querySelector('[data-now]').textContent")
        assert re.fullmatch(r"LogNormal\(p5=0\.02, p95=0\.\d+\)", statement)
        wait_until(page, "document.querySelector('[data-tried] li') !== null")
        assert "tried and not written" in text_of(page)
        assert statement not in (root / "priors/ferry.toml").read_text()
        page.run(f"{first}.querySelector('[data-write]').click()")
        wait_until(page, f"{first}.querySelector('[data-said]').textContent.includes('Say why first')")
        assert page.run(f"document.activeElement === {first}.querySelector('[data-why]')")
        page.send("Input.insertText", text="It is older than I thought.")
        page.run(f"{first}.querySelector('[data-write]').click()")
        wait_until(page, "document.body.innerText.includes('Draft, not published')")
        written = (root / "priors/ferry.toml").read_text()
        assert f'"{statement}"' in written
        assert '"It is older than I thought."' in written
        wait_until(page, f"{first}.dataset.statement === {json.dumps(statement)}")
        assert complaints(page) == []
