"""A topic that brings its own PyMC model: never run without trust, and answered by NUTS with it."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import numpy as np
import pytest

import forecast
from forecast.actions.update import draft_report
from forecast.book.hashes import numbers_hash
from forecast.book.reading import read_book
from forecast.inference.pymc.custom_model import build_custom_model, sample_custom_model
from forecast.model.custom_model import custom_model_data
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.watching.drafts import draft_topic
from tests.support.command_line import CliRunner, commands
from tests.support.paths import ROOT

AS_OF = date(2026, 3, 1)
TOPIC = """title = "The lighthouse"
opens = 2026-01-01
engine = "nuts"

[streams.wrecks]
about = "ships wrecked"
value = "Poisson(mu=rate * months)"
watched = true

[streams.lamps]
about = "lamps lit of those tried"
value = "Binomial(n=tried, p=lit[kind])"

[questions.another]
asks = "Will a ship be wrecked by the end of 2026?"
by = 2026-12-31
answer = "total(wrecks) >= 4"
settled = "Yes when the fourth is reported."

[questions.light]
asks = "How many oil lamps light?"
answer = "lit[oil]"
"""
PRIORS = """[rate]
prior = "Gamma(alpha=2, beta=4)"
unit = "a month"
why = "A few ships in a bad year."

[lit]
per = "kind"
prior = "Beta(alpha=2, beta=1)"
why = "Most lamps light when tried."
"""
MODEL = """import pymc as pm


def model(data):
    wrecks, lamps = data["streams"]["wrecks"], data["streams"]["lamps"]
    with pm.Model() as lighthouse:
        rate = pm.Gamma("rate", **data["priors"]["rate"]["arguments"])
        lit = pm.Beta("lit", alpha=2, beta=1, shape=len(data["labels"]["kind"]))
        pm.Poisson("wrecks", mu=rate * wrecks["columns"]["months"], observed=wrecks["value"])
        pm.Binomial("lamps", n=lamps["columns"]["tried"], p=lit[lamps["columns"]["kind"]], observed=lamps["value"])
    return lighthouse
"""
HOSTILE = """from pathlib import Path

Path({marker!r}).write_text("was here")


def model(data):
    Path({marker!r}).write_text("was here")
"""


def made(root, model=MODEL, topic=TOPIC, priors=PRIORS):
    """A book with one topic."""
    (root / "seeds" / "light").mkdir(parents=True)
    (root / "priors").mkdir()
    for path, text in {
        "seeds/light/topic.toml": topic,
        "seeds/light/wrecks.csv": "from,to,value,source\n2026-01-01,2026-01-31,1,Log\n2026-02-01,2026-02-28,2,Log\n",
        "seeds/light/lamps.csv": "on,value,tried,kind,source\n2026-01-02,7,10,oil,Log\n2026-01-03,2,2,gas,Log\n",
        "priors/light.toml": priors,
    }.items():
        (root / path).write_text(text, encoding="utf-8")
    if model is not None:
        (root / "seeds" / "light" / "model.py").write_text(model, encoding="utf-8")
    return root


def topic_of(root):
    """The topic of a sound book."""
    book, problems = read_book(root)
    assert [problem for problem in problems if problem.level == "error"] == []
    return book.topics["light"]


def ran(root, *words):
    """A command's exit code and both its outputs."""
    result = CliRunner().invoke(commands(), [*words, "--book", str(root)])
    return result.exit_code, result.stdout, result.stderr


COMMANDS = {
    "check": (("check",), 0),
    "update": (("update",), 1),
    "update without referee": (("update", "light", "--no-referee", "--engine", "importance"), 1),
    "whatif": (("whatif", "light", "--prior", "rate=Gamma(alpha=1, beta=1)"), 1),
    "export": (("export", "light", "--pymc"), 1),
    "export netcdf": (("export", "light", "--netcdf", "light.nc"), 1),
    "history": (("history", "light.another"), 1),
    "why": (("why", "light.another", "--since", "2026-01-15"), 1),
    "diff": (("diff", "2026-01-15", "2026-02-15"), 1),
    "prior show": (("prior", "show"), 1),
    "observe": (("observe", "wrecks", "--from", "2026-03-01", "--to", "2026-03-31", "--value", "0", "--source", "Log"), 0),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_strangers_model_is_run_by_no_command_without_trust(tmp_path, monkeypatch, name):
    """A model.py that writes a file when imported or called writes none; commands that would need it say so and compute nothing."""
    monkeypatch.chdir(tmp_path)
    marker = tmp_path / "marker"
    root = made(tmp_path / "book", HOSTILE.format(marker=str(marker)))
    words, code = COMMANDS[name]
    found = ran(root, *words)
    assert found[0] == code, found
    assert not marker.exists()
    assert not (root / "reports" / "ledger.jsonl").exists()
    assert not (tmp_path / "light.nc").exists()
    if code == 1:
        assert "seeds/light/topic.toml:3:1: error: " in found[2]


def test_a_strangers_model_is_run_by_no_draft_and_by_no_call_of_the_api_without_trust(tmp_path):
    """Neither the drafts of ``forecast watch`` nor posterior, answers, paths or analysis run it, and each says why."""
    marker = tmp_path / "marker"
    root = made(tmp_path / "book", HOSTILE.format(marker=str(marker)))
    for insight in (False, True):
        made_draft = draft_topic(root, "light", as_of=AS_OF, settings=Settings(), insight=insight)
        assert [problem.level for problem in made_draft.problems] == ["error"]
    assert draft_report(read_book(root)[0], "light", as_of=AS_OF, settings=Settings()).problems[0].level == "error"
    light = forecast.open_book(root).topic("light", as_of=AS_OF)
    for compute in (light.posterior, light.answers, light.paths, light.analyse, light.data_tree, light.pymc_source):
        with pytest.raises(Unsound, match=r"model\.py"):
            compute()
    with pytest.raises(Unsound, match="would run code"):
        sample_custom_model(light.model(), seed=1, trust=False)
    assert not marker.exists()


def test_check_notes_what_would_be_run_with_its_hash_and_how_to_allow_it(tmp_path):
    """One warning at the engine key; the priors are echoed all the same."""
    root = made(tmp_path / "book")
    code, out, _ = ran(root, "check")
    digest = hashlib.sha256(MODEL.encode()).hexdigest()[:12]
    assert code == 0
    assert out.startswith(
        f"seeds/light/topic.toml:3:1: warning: answering `light` would run code of this book: seeds/light/model.py (SHA-256 {digest}…)\n"
        '    engine = "nuts"\n    ^\n    read that file; --trust, in Python open_book(…, trust=True), allows it to be run\n'
    )
    assert "Gamma(alpha=2, beta=4)" in out


def test_the_data_a_model_is_given_are_the_rows_as_of_the_day_and_the_priors(tmp_path):
    """Values, days, clocks, columns and labels of rows that are known, and each prior as PyMC names its arguments."""
    data = custom_model_data(model_as_of(topic_of(made(tmp_path / "book")), date(2026, 2, 10)))
    wrecks, lamps = data["streams"]["wrecks"], data["streams"]["lamps"]
    assert (wrecks["value"].tolist(), [str(day) for day in wrecks["end"]]) == ([1.0], ["2026-01-31"])
    assert wrecks["columns"]["days"].tolist() == [31.0]
    assert (lamps["columns"]["tried"].tolist(), lamps["columns"]["kind"].tolist(), data["labels"]["kind"]) == (
        [10.0, 2.0],
        [0, 1],
        ["oil", "gas"],
    )
    assert data["priors"] == {
        "rate": {"statement": "Gamma(alpha=2, beta=4)", "distribution": "Gamma", "arguments": {"alpha": 2.0, "beta": 4.0}},
        "lit": {"statement": "Beta(alpha=2, beta=1)", "distribution": "Beta", "arguments": {"alpha": 2.0, "beta": 1.0}},
    }


def test_the_code_and_the_engine_are_part_of_what_changes_numbers(tmp_path):
    """The numbers' hash is that of the same topic without either where neither is given, and another with each."""
    plain = TOPIC.replace('engine = "nuts"\n', "")
    roots = {
        "plain": made(tmp_path / "a", None, plain),
        "auto": made(tmp_path / "b", None, plain.replace("[streams.wrecks]", 'engine = "auto"\n\n[streams.wrecks]', 1)),
        "nuts": made(tmp_path / "c", None),
        "own": made(tmp_path / "d"),
        "edited": made(tmp_path / "e", MODEL + "\n"),
    }
    hashes = {name: numbers_hash(topic_of(root)) for name, root in roots.items()}
    assert hashes["plain"] == hashes["auto"]
    assert len(set(hashes.values())) == 4


def test_a_model_that_nobody_asked_for_is_warned_of_and_not_the_topics(tmp_path):
    """Without engine = "nuts" the file is not used, and says so."""
    root = made(tmp_path / "book", topic=TOPIC.replace('engine = "nuts"\n', ""))
    book, (problem,) = read_book(root)
    assert book.topics["light"].own is None
    assert (problem.level, problem.place.path, problem.message) == (
        "warning",
        "seeds/light/model.py",
        "`model.py` is not used: topic.toml does not ask for NUTS",
    )


def test_discrete_parameters_are_refused_beside_an_own_model(tmp_path):
    """NUTS moves in continuous values, so a Categorical prior is an error at its table."""
    priors = PRIORS + '\n[cause]\nprior = "Categorical(storm=0.5, sleep=0.5)"\nwhy = "Either of them may be."\n'
    _, problems = read_book(made(tmp_path / "book", priors=priors))
    assert [problem.message for problem in problems] == ["`cause` is discrete, and a topic with its own model is sampled by NUTS alone"]


FAULTS = {
    "syntax": ("def model(data)\n    pass\n", "model.py", 1, "this code raised SyntaxError: expected ':'"),
    "raises": ("import math\nmath.sqrt(-1)\n", "model.py", 2, "this code raised ValueError: "),
    "raises later": ("def model(data):\n    return data['stream']\n", "model.py", 2, "this code raised KeyError: 'stream'"),
    "leaves": ("import sys\n\n\ndef model(data):\n    sys.exit(0)\n", "model.py", 5, "this code raised SystemExit: 0"),
    "no function": ("def build(data):\n    pass\n", "model.py", 1, "it defines no function `model`"),
    "returns nothing": ("def model(data):\n    pass\n", "model.py", 1, "`model` returned nothing, not a pm.Model"),
    "returns another thing": ("def model(data):\n    return 3\n", "model.py", 1, "`model` returned something of type int, not a pm.Model"),
    "missing": (
        MODEL.replace('"rate"', '"speed"', 1).replace('["priors"]["rate"]', '["priors"]["rate"]'),
        "model.py",
        1,
        "its model has no variable `rate`, which",
    ),
    "shape": (
        MODEL.replace(', shape=len(data["labels"]["kind"]))', ")")
        .replace("lit[lamps", "lit + 0 * (lamps")
        .replace('["kind"]]', '["kind"])'),
        "model.py",
        1,
        "`lit` has shape () in its model, and must have (2,): one value for each label of `kind`",
    ),
    "discrete": (
        MODEL.replace("    return", '        pm.Bernoulli("storm", p=0.5)\n    return'),
        "model.py",
        1,
        "`storm` is discrete, and NUTS moves in continuous values alone",
    ),
    "no record": (
        MODEL.replace(', observed=wrecks["value"]', "")
        .replace(', observed=lamps["value"]', "")
        .replace("pm.Poisson(", "pm.Normal(")
        .replace('pm.Binomial("lamps", n=lamps["columns"]["tried"], p=', 'pm.Deterministic("lamps", '),
        "model.py",
        1,
        "its model does not use the record: it has no variable with `observed` and no potential",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_a_model_that_cannot_be_used_is_told_with_its_place(tmp_path, name):
    """Code that raises, returns no model, or gives a parameter not at all or in another shape, is a problem at its line."""
    code, _, line, message = FAULTS[name]
    topic = topic_of(made(tmp_path / "book", code))
    with pytest.raises(Unsound) as found:
        analyse(topic, AS_OF, Settings(trust=True), referee=True)
    (problem,) = found.value.problems
    assert (problem.place.path, problem.place.line) == ("seeds/light/model.py", line)
    assert problem.message.startswith(message)


@pytest.mark.slow
def test_the_model_in_the_readme_of_seeds_is_one(tmp_path):
    """The Python that seeds/README.md shows makes a model with its parameter and its stream."""
    shown = (ROOT / "seeds" / "README.md").read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    topic = TOPIC.split("[streams", maxsplit=1)[0] + '[streams.raids]\nabout = "raids"\nvalue = "Poisson(mu=rate * months)"\n'
    root = made(tmp_path / "book", shown, topic, PRIORS.split("[lit]", maxsplit=1)[0])
    (root / "seeds" / "light" / "lamps.csv").unlink()
    (root / "seeds" / "light" / "wrecks.csv").rename(root / "seeds" / "light" / "raids.csv")
    built = build_custom_model(model_as_of(topic_of(root), AS_OF))
    assert ([each.name for each in built.free_RVs], [each.name for each in built.observed_RVs]) == (["rate"], ["raids"])


@pytest.mark.slow
def test_the_code_that_is_run_is_the_text_that_was_hashed(tmp_path):
    """A file changed after it was read is not what is run."""
    root = made(tmp_path / "book")
    model = model_as_of(topic_of(root), AS_OF)
    (root / "seeds" / "light" / "model.py").write_text("raise RuntimeError\n", encoding="utf-8")
    assert {variable.name for variable in build_custom_model(model).free_RVs} == {"rate", "lit"}


@pytest.mark.slow
def test_with_trust_nuts_answers_and_the_report_says_that_code_was_run(tmp_path):
    """The posterior is the exact one (Gamma(5, 4 + months), Beta(9, 4)), the verdict "not refereed", the file's hash in JSON and pages."""
    root = made(tmp_path / "book")
    code, out, err = ran(root, "update", "--trust", "--as-of", "2026-03-01")
    assert code == 0, err
    digest = hashlib.sha256(MODEL.encode()).hexdigest()
    assert f"code of this book was run: seeds/light/model.py, SHA-256 {digest}" in out
    where = root / "reports" / "as-of" / "2026-03-01"
    content = json.loads((where / "light.json").read_text(encoding="utf-8"))
    assert content["code"] == {"path": "seeds/light/model.py", "sha256": digest}
    assert (content["verdict"]["verdict"], content["engine"]["engine"], content["insight"]) == ("not refereed", "nuts", None)
    assert "brings its own model, seeds/light/model.py" in content["verdict"]["sentence"]
    assert content["run"]["command"] == "forecast update light --as-of 2026-03-01 --trust"
    means = {(each["name"], each["label"]): each["posterior"]["mean"] for each in content["parameters"]}
    months = 59 / 30.4375
    assert means["rate", ""] == pytest.approx(5 / (4 + months), rel=0.05)
    assert means["lit", "oil"] == pytest.approx(9 / 13, rel=0.02)
    assert means["lit", "gas"] == pytest.approx(4 / 5, rel=0.02)
    for page in ("light.md", "light.html"):
        text = (where / page).read_text(encoding="utf-8")
        assert "Code of this book was run." in text
        assert digest in text
    assert ran(root, "why", "another")[0] == 1


@pytest.mark.slow
def test_with_trust_whatif_drafts_and_the_api_answer_too(tmp_path):
    """Supposing another prior reaches a model that takes its numbers from the prior file; drafts and draws are NUTS's."""
    root = made(tmp_path / "book")
    code, out, _ = ran(root, "whatif", "light", "--prior", "rate=Gamma(alpha=200, beta=4)", "--as-of", "2026-03-01", "--trust", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["before"]["another"]["value"]["value"] < found["after"]["another"]["value"]["value"]
    made_draft = draft_topic(root, "light", as_of=AS_OF, settings=Settings(trust=True), insight=True)
    assert (made_draft.problems, made_draft.content["engine"]["engine"]) == ((), "nuts")
    light = forecast.open_book(root, trust=True).topic("light", as_of=AS_OF)
    posterior = light.posterior()
    assert (posterior.engine, posterior.parameters["lit"].shape, posterior.chains) == ("nuts", (4000, 2), 4)
    assert np.isnan(posterior.log_likelihood).all()
    tree = light.data_tree()
    assert not {"log_likelihood", "log_prior"} & set(tree.children)
    assert tree.attrs["no_log_likelihood"] == "the densities of priors and rows are known to seeds/light/model.py alone"


@pytest.mark.slow
def test_nuts_without_a_model_of_its_own_means_that_nuts_supplies_the_draws(tmp_path):
    """The engine is NUTS on the statements, and the referee compares it with the other engine as ever."""
    topic = topic_of(made(tmp_path / "book", None))
    analysis = analyse(topic, AS_OF, Settings(), referee=True)
    assert (analysis.result.posterior.engine, analysis.verdict.verdict) == ("nuts", "agreed")
