"""Files with one row a forecast: Fatebook, PredictionBook, Manifold, and a CSV whose columns are declared."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forecast.actions.import_record import ImportResult, import_files
from forecast.forecasts.record import ForecastRecord
from forecast.importers.choices import ImportChoices
from forecast.importers.fatebook import EXPORT_HEADINGS
from forecast.importers.formats import FORMATS
from tests.importers.conftest import NOW, Collected, complaints
from tests.support.fixtures import fixture_file

pytestmark = pytest.mark.medium

type Bring = Callable[..., ImportResult]

FATEBOOK = (
    ",".join(EXPORT_HEADINGS)
    + '\n"Will it rain?",,"Ann",0.8,2025-03-01 10:20:3,"Ann",2025-03-01 10:20:3,2025-04-01 00:00:0,"YES",2025-03-20 08:0:0,0.1,,"one\ntwo","",true,"Bob: ""no""","sky; long"\n'
    + '"Will it rain?",,"Bob",0.3,2025-03-02 10:20:3,"Ann",2025-03-01 10:20:3,2025-04-01 00:00:0,"YES",2025-03-20 08:0:0,0.1,,"","",true,"",""\n'
    + '"A secret",,"Ann",0.5,2025-03-02 10:20:3,"Ann",2025-03-02 10:20:3,,,,,,"","",false,"",""\n'
    + '"Who?","Red","Ann",70,2025-03-02 10:20:3,"Ann",2025-03-02 10:20:3,,,,,,"","",true,"",""\n'
)
PREDICTIONS = {
    "user": {"id": 7},
    "predictions": [
        {
            "id": 101,
            "description_with_group": "[Work] Done by April",
            "created_at": "2022-03-01T10:00:00.000Z",
            "deadline": "2022-04-01T00:00:00.000Z",
            "outcome": True,
            "last_judgement_at": "2022-03-28T09:00:00.000Z",
            "visibility": "visible_to_everyone",
            "withdrawn": False,
            "responses": [
                {"id": 1, "user_id": 7, "confidence": 70, "created_at": "2022-03-01T10:00:00.000Z"},
                {"id": 2, "user_id": 8, "confidence": 100, "created_at": "2022-03-02T10:00:00.000Z"},
                {"id": 3, "user_id": 7, "confidence": None, "comment": "hm", "created_at": "2022-03-03T10:00:00.000Z"},
                {"id": 4, "user_id": 7, "confidence": 170, "created_at": "2022-03-03T10:00:00.000Z"},
            ],
        },
        {
            "id": 102,
            "description": "Quiet",
            "created_at": "2022-03-01T10:00:00.000Z",
            "visibility": "visible_to_creator",
            "outcome": None,
            "responses": [{"id": 5, "user_id": 7, "confidence": 0, "created_at": "2022-03-01T10:00:00.000Z"}],
        },
        {"id": 103, "withdrawn": True, "responses": []},
    ],
}
START = 1_700_000_000_000


def market(name: str = "abc", **others: object) -> dict[str, object]:
    """A market that is not resolved."""
    usual = {"question": "Will it?", "outcomeType": "BINARY", "mechanism": "cpmm-1", "createdTime": START, "closeTime": START + 9_000_000}
    return {"id": name, **usual, **others}


def bet(name: str, after: int, probability: float, **others: object) -> dict[str, object]:
    """A bet, so many milliseconds after the beginning."""
    return {"id": name, "contractId": "abc", "createdTime": START + after, "probAfter": probability, **others}


@pytest.fixture
def bring(root: Path, tmp_path: Path) -> Bring:
    """Import texts or paths as files of a format."""

    def run(name: str, *contents: object, **choices: object) -> ImportResult:
        files = []
        for number, content in enumerate(contents):
            path = content if isinstance(content, Path) else tmp_path / f"{number}.txt"
            if isinstance(content, (str, bytes)):
                path.write_bytes(content.encode() if isinstance(content, str) else content)
            elif not isinstance(content, Path):
                path.write_text(json.dumps(content), encoding="utf-8")
            files.append(path)
        return import_files(root, FORMATS[name], files, ImportChoices(**choices), clock=lambda: NOW)

    return run


def said(record: ForecastRecord) -> list[tuple[str, str, str, object]]:
    """Text of the question, person, time and value of each forecast."""
    return [(record.questions[its.question][-1].text, its.who, its.at.isoformat(), its.value) for its in record.forecasts]


def test_fatebook_in_fractions_with_unpadded_seconds_and_without_what_is_private(bring: Bring, collected: Collected):
    """One's own forecasts of public questions; a percentage is refused with its line, others are counted; a second import adds nothing."""
    result = bring("fatebook", FATEBOOK, zone="UTC", me=("Ann",))
    assert (result.others, result.added["questions"], result.added["forecasts"], result.left_out) == (1, 1, 1, {"0.txt": 1})
    ((_, line, message),) = complaints(result)
    assert (line, message) == (6, "left out: the forecast 70 is no probability")
    assert result.notes == ("Left out 1 question not public, with 1 forecast; --private brings it in.",)
    record = collected("fatebook")
    assert said(record) == [("Will it rain?", "me", "2025-03-01T10:20:03+00:00", 0.8)]
    assert [(its.outcome, its.on) for its in record.resolutions] == [("yes", datetime(2025, 3, 20, 8, tzinfo=UTC))]
    again = bring("fatebook", FATEBOOK, zone="UTC", me=("Ann",))
    assert not any(again.added.values())
    more = bring("fatebook", FATEBOOK, zone="UTC", me=("Ann",), private=True, others=True)
    assert (more.added["questions"], more.added["forecasts"]) == (1, 2)


def test_fatebook_needs_a_zone(bring: Bring):
    """Times without one are not guessed; those that the clocks of a zone skip are left out."""
    (problem,) = bring("fatebook", FATEBOOK, me=("Ann",)).problems
    assert "--zone" in problem.hint
    skipped = FATEBOOK.replace("2025-03-02 10:20:3", "2025-03-30 02:30:0")
    assert "stands twice or not at all" in complaints(bring("fatebook", skipped, zone="Europe/Berlin", me=("Ann",), others=True))[0][2]
    assert "no time zone" in bring("fatebook", FATEBOOK, zone="Nowhere/At_all").problems[0].message


def test_fatebook_in_the_layout_of_its_import_is_in_percent(bring: Bring, collected: Collected):
    """70 is 0.7 there."""
    result = bring("fatebook", "questionTitle,forecast,qCreatedAt\nIs it?,70,2025-01-02 03:04:5\n", zone="UTC")
    assert result.problems == ()
    assert said(collected("fatebook")) == [("Is it?", "me", "2025-01-02T03:04:05+00:00", 0.7)]


def test_the_shape_of_a_fatebook_export_is_read_whole(bring: Bring, collected: Collected):
    """Three forecasts of one person of two questions, one of which is an option."""
    result = bring("fatebook", fixture_file("fatebook", "export_shape.csv"), zone="UTC", me=("<name>",), private=True)
    assert (result.problems, result.left_out, result.added["questions"]) == ((), {}, 2)
    assert [its[3] for its in said(collected("fatebook"))] == [0.9, 0.95, 0.4]


def test_predictionbook_json_has_percentages_comments_and_what_was_withdrawn(bring: Bring, collected: Collected):
    """The user's own responses; what cannot be read is listed by its id."""
    result = bring("predictionbook", PREDICTIONS)
    assert [message for *_, message in complaints(result)] == [
        "left out: prediction 101, response 4: `170` is no confidence",
        "left out: prediction 103: it was withdrawn",
    ]
    assert (result.others, result.me) == (1, ("me",))
    record = collected("predictionbook")
    assert said(record) == [("[Work] Done by April", "me", "2022-03-01T10:00:00+00:00", 0.7)]
    assert [its.outcome for its in record.resolutions] == ["yes"]
    assert not any(bring("predictionbook", PREDICTIONS).added.values())
    more = bring("predictionbook", PREDICTIONS, private=True, others=True)
    assert (more.added["forecasts"], more.added["people"]) == (2, 1)


@pytest.mark.parametrize("people", [[], ["person-1"]])
def test_nobody_is_taken_for_a_user_who_said_nothing(bring: Bring, collected: Collected, people: list[str]):
    """Others' forecasts come in where they are asked for, and under pseudonyms."""
    prediction = PREDICTIONS["predictions"][0]
    content = {"user": {"id": 7}, "predictions": [{**prediction, "responses": [its for its in prediction["responses"] if its["id"] == 2]}]}
    result = bring("predictionbook", content, others=bool(people))
    assert (result.me, result.others) == ((), 1 - len(people))
    assert list(collected("predictionbook").people) == people


def test_the_csv_of_predictionbook_is_refused_with_its_reason(bring: Bring):
    """It holds the mean of everybody, and no forecasts of one's own."""
    (problem,) = bring("predictionbook", "created_at,creator_id,mean_confidence\n").problems
    assert "mean of everybody" in problem.message
    (problem,) = bring("predictionbook", fixture_file("predictionbook", "my_predictions.csv")).problems
    assert "/api/my_predictions" in problem.hint


def test_columns_that_a_later_csv_lacks_stay_as_they_are(bring: Bring, collected: Collected):
    """A question's text, times, tags and address are no poorer after a file without them; what the file says anew comes in."""
    full = "question,text,at,value,opens,close,tags,url\nq,Is it?,2026-01-02T00:00:00Z,0.5,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,sky,https://a.b\n"
    bring("csv", full)
    before = collected("csv").questions["q"]
    result = bring("csv", "question,at,value\nq,2026-01-02T00:00:00Z,0.5\nq,2026-01-03T00:00:00Z,0.6\n")
    assert {what: count for what, count in result.added.items() if count} == {"forecasts": 1}
    assert collected("csv").questions["q"] == before
    result = bring("csv", "question,at,value,tags\nq,2026-01-03T00:00:00Z,0.6,sea\n")
    assert (result.added["questions revised"], collected("csv").questions["q"][-1].tags) == (1, ("sea",))


def test_files_without_names_are_of_the_owner_of_the_record(bring: Bring, collected: Collected):
    """A CSV that names nobody, and the layout of Fatebook's import, add newer forecasts of a question to those of "me"."""
    for value in ("0.5", "0.6"):
        bring("csv", f"question,at,value\nq,2026-01-02T00:00:0{value[-1]}Z,{value}\n")
        bring(
            "fatebook",
            f"questionTitle,forecast,qCreatedAt,fCreatedAt\nWill it?,{value},2025-03-01 10:20:3,2025-03-02 10:20:{value[-1]}\n",
            zone="UTC",
        )
    for name in ("csv", "fatebook"):
        assert [(its.who, its.at.second) for its in collected(name).forecasts] == [("me", 5), ("me", 6)]


def test_the_layout_of_fatebook_s_import_keeps_what_its_export_said(bring: Bring, collected: Collected):
    """A file without `resolveBy` and `tags` leaves the close and the tags as they are."""
    bring("fatebook", FATEBOOK, zone="UTC", me=("Ann",))
    (before,) = (its for its in collected("fatebook").questions.values() if its[-1].tags)
    bring("fatebook", "questionTitle,forecast,qCreatedAt\nWill it rain?,80,2025-03-01 10:20:3\n", zone="UTC")
    assert collected("fatebook").questions[before[-1].id] == before


def test_responses_of_predictionbook_are_read_by_a_mapping(bring: Bring, collected: Collected, tmp_path: Path):
    """588 of 600 rows: eleven are of questions that close before they open, and one stands twice."""
    mapping = tmp_path / "mapping.toml"
    columns = {"question": "question_id", "who": "user_id", "at": "timestamp", "value": "probability", "opens": "open_time"}
    columns |= {"close": "close_time", "resolution": "outcome", "resolved": "resolve_time"}
    lines = "".join(f'{name} = "{heading}"\n' for name, heading in columns.items())
    mapping.write_text(f'platform = "predictionbook"\n[columns]\n{lines}[outcomes]\nyes = ["1.0"]\nno = ["0.0"]\n', encoding="utf-8")
    result = bring("csv", fixture_file("predictionbook", "responses.csv"), mapping=mapping, others=True)
    assert (result.added["questions"], result.added["forecasts"], result.added["people"]) == (208, 588, 105)
    assert (result.left_out, len(result.problems)) == ({"responses.csv": 12}, 12)
    record = collected("csv")
    assert (record.source is not None and record.source.platform, said(record)[0]) == (
        "predictionbook",
        ("2491", "person-1", "2011-04-06T03:28:57+00:00", 0.05),
    )


PLAIN_MAPPING = '[columns]\nquestion = "q"\nat = "day"\nvalue = "p"\nresolution = "end"\nresolved = "known"\n'


def test_a_table_whose_times_have_no_zone_is_refused_once(bring: Bring, tmp_path: Path):
    """Not row by row: with the option that says it, or the key of the mapping."""
    (problem,) = bring("csv", "question,at,value\na,2025-01-02,0.3\nb,2025-01-03,0.4\n").problems
    assert (problem.level, problem.message, problem.hint) == (
        "error",
        "`2025-01-02` names no time zone",
        "say which it is in with --zone, as in --zone UTC",
    )
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(PLAIN_MAPPING, encoding="utf-8")
    (problem,) = bring("csv", "q,day,p,end,known\na,2025-01-02,0.3,,\n", mapping=mapping).problems
    assert problem.hint == 'say which it is in with --zone, as in --zone UTC, or write zone = "UTC" in mapping.toml'


def test_outcomes_are_words_in_any_case(bring: Bring, collected: Collected, tmp_path: Path):
    """A mapping that declares none knows YES and no; of another word it is said where to declare it, and a declared word counts as it is written."""
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(PLAIN_MAPPING, encoding="utf-8")
    ends = {"a": "YES", "b": "No", "c": "Ambiguous", "d": "won"}
    rows = "".join(f"{name},2025-01-02,0.3,{end},2025-02-01\n" for name, end in ends.items())
    (left,) = bring("csv", f"q,day,p,end,known\n{rows}", mapping=mapping, zone="UTC").problems
    assert (left.message, left.hint) == (
        "left out: `won` is no outcome that the mapping names",
        'write under [outcomes] what it means, as in yes = ["won"]',
    )
    assert [its.outcome for its in collected("csv").resolutions] == ["yes", "no", "ambiguous"]


def test_other_headings_than_those_of_the_export_ask_for_a_mapping(bring: Bring, tmp_path: Path):
    """Its layout stands in the hint; beside a mapping the hint names its headings alone."""
    (problem,) = bring("csv", "q,day,p\na,2025-01-02,0.3\n", zone="UTC").problems
    assert problem.message == "this file has no column `question`"
    assert problem.hint.startswith(
        "its first line must name `question`, `at`, `value`; or a mapping says which column is what: --mapping FILE.toml"
    )
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(PLAIN_MAPPING, encoding="utf-8")
    (problem,) = bring("csv", "q,day\na,2025-01-02\n", mapping=mapping, zone="UTC").problems
    assert problem.hint == "its first line must name `q`, `day`, `p`, `end`, `known`"


def test_markets_become_questions_and_bets_their_prices(bring: Bring, collected: Collected):
    """Oldest first, without redemptions; a bet of another market is listed."""
    bets = [
        bet("4", 3_000, 0.9899999999999999),
        bet("3", 2_000, 0.3),
        bet("2", 2_000, 0.2),
        bet("1", 1_000, 0.1, isRedemption=True),
        bet("5", 5_000, 0.5, contractId="other"),
    ]
    result = bring("manifold", market(resolution="MKT", resolutionProbability=0.25, resolutionTime=START + 9_000_000), bets)
    assert [message for *_, message in complaints(result)] == ["left out: bet 5: its market other is neither in these files nor on record"]
    assert result.notes == ("Left out 1 redemptions and cancelled bets, which are no prices.",)
    record = collected("manifold")
    assert [(who, value) for _, who, _, value in said(record)] == [("manifold", 0.2), ("manifold", 0.3), ("manifold", 0.9899999999999999)]
    assert record.people["manifold"].kind == "market"
    assert [(its.outcome, its.value) for its in record.resolutions] == [("fraction", 0.25)]
    assert not any(
        bring("manifold", market(resolution="MKT", resolutionProbability=0.25, resolutionTime=START + 9_000_000), bets).added.values()
    )


@pytest.mark.parametrize(
    ("resolution", "outcomes"),
    [
        ({"resolution": "a"}, ["yes", "no"]),
        ({"resolution": "MKT", "resolutions": {"a": 25, "b": 75}}, ["fraction", "fraction"]),
        ({"resolution": "CANCEL"}, ["annulled", "annulled"]),
        ({"resolution": "gone"}, []),
    ],
)
def test_each_of_several_answers_is_a_question(bring: Bring, collected: Collected, resolution: dict[str, object], outcomes: list[str]):
    """The answer that was chosen is yes and the others no; shares are fractions; an answer that nobody knows is listed."""
    answers = [{"id": "a", "text": "Red"}, {"id": "b", "text": "Blue"}]
    kind = {"outcomeType": "MULTIPLE_CHOICE", "mechanism": "cpmm-multi-1", "answers": answers, "resolutionTime": START + 9_000_000}
    result = bring("manifold", market(**kind, **resolution), [bet("1", 5, 0.4, answerId="b")])
    record = collected("manifold")
    assert [its.outcome for its in record.resolutions] == outcomes
    assert said(record) == ([("Will it? (Blue)", "manifold", "2023-11-14T22:13:20.005000+00:00", 0.4)] if outcomes else [])
    assert bool(result.problems) is not bool(outcomes)


def test_recorded_markets_and_bets_are_read(bring: Bring, collected: Collected):
    """Three of four markets; the other has no answers in a list.  Bets without a market ask for it."""
    result = bring("manifold", fixture_file("manifold", "search_resolved.json"))
    assert [message for *_, message in complaints(result)] == ["left out: market 5pcLg2QtSA: its answers are not in this file"]
    assert [its.outcome for its in collected("manifold").resolutions] == ["yes", "no", "no"]
    bets = fixture_file("manifold", "bets_trimmed.json")
    assert "--market" in bring("manifold", bets).problems[0].hint
    assert bring("manifold", bets, market="UVHhF9M4jfGQcjdBshzd").added["forecasts"] == 3
    assert [its.value for its in collected("manifold").forecasts] == [0.06447180985353859, 0.06444015378809555, 0.05853982229462849]


@pytest.mark.parametrize("name", ["fatebook", "predictionbook", "manifold", "csv"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 50,
        b"\xff\xfe" + "question,at,value".encode("utf-16-le"),
        b"[" * 200_000,
        b'{"a":' * 50_000,
        b"[NaN]",
        b"[" + b"9" * 10_000 + b"]",
        b'question,at,value\n"' + b"x" * 3_000_000,
        b"[{}]",
        b"null",
    ],
)
def test_corrupt_files_are_refused_with_a_message(bring: Bring, name: str, content: bytes):
    """Empty, NULs, UTF-16, deep or huge JSON, a cell without an end: nothing is written."""
    result = bring(name, content, zone="UTC")
    assert result.problems
    assert not any(result.added.values())


@pytest.mark.parametrize(
    ("name", "content", "message", "hint"),
    [
        ("fatebook", b"", "this file is empty", "download it again"),
        ("manifold", b"", "this file is empty", "download it again"),
        ("manifold", b"[]", "this file has no questions, so there is nothing to import", ""),
        ("fatebook", b"PK\x03\x04", "this file is no text", "`forecast import metaculus`"),
        ("manifold", b"PK\x03\x04", "this file is not JSON", "`forecast import metaculus`"),
        ("predictionbook", b"question,at,value\n", "this file is not JSON: Expecting value", "`forecast import csv`"),
        ("forecastbench", b"questionTitle,forecast\n", "this file is not JSON: Expecting value", "`forecast import fatebook`"),
        ("metaculus", b"Question title,x\n", "this is no ZIP, or it was not downloaded whole", "`forecast import fatebook`"),
        ("metaculus", b"{}", "this is no ZIP, or it was not downloaded whole", "this is JSON"),
    ],
)
def test_a_file_of_another_format_leads_to_the_right_command(name: str, content: bytes, message: str, hint: str, bring: Bring, root: Path):
    """The message says what is wrong, the hint which command reads such a file; no folder is left."""
    (problem,) = bring(name, content, zone="UTC").problems
    assert (problem.message, hint in problem.hint) == (message, True)
    assert not (root / "seeds" / "records").exists()


def test_rows_with_nul_other_encodings_and_huge_cells_are_listed(bring: Bring, collected: Collected):
    """Each with its line; the row that is sound is imported."""
    rows = [b"question,at,value", b"a,2025-01-01 10:00:00,0.5", b"b\0,2025-01-01 10:00:00,0.5", b"\xe9,2025-01-01 10:00:00,0.5"]
    rows += [b"c" * 200_000 + b",2025-01-01 10:00:00,0.5", b"d,2025-01-01,1.5,9", b"e,yesterday,0.5", b"f,2025-01-01,50"]
    result = bring("csv", b"\n".join(rows), zone="UTC")
    assert [line for _, line, _ in complaints(result)] == [3, 4, 5, 6, 7, 8]
    assert [its[3] for its in said(collected("csv"))] == [0.5]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[columns]\nquestion = 'q'", "no column is named for `at`"),
        ("scale = 'permille'\n[columns]\nquestion='q'\nat='t'\nvalue='v'", "is no scale"),
        ("colums = 1", "no key `colums`"),
        ("=", "no TOML"),
        ("[columns]\nquestion='q'\nat='t'\nvalue=3", "is no text"),
        ("[columns]\nquestion='q'\nat='t'\nvalue='v'\n[outcomes]\nyes=['1']\nno=['1']", "stands twice"),
    ],
)
def test_a_mapping_that_is_wrong_says_so(bring: Bring, tmp_path: Path, text: str, words: str):
    """With the file and what to write."""
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(text, encoding="utf-8")
    (problem,) = bring("csv", "q,t,v\n", mapping=mapping).problems
    assert (problem.place.path, words in problem.message) == ("mapping.toml", True)
