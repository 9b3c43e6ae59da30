"""The options of a choice in a person's own words, and of explanations the signs that tell them apart, each with its chances.

The template's labels belong to its example: where a person names their own, the template's streams, and the priors that differ by its
labels, go, and each sign that is given has a stream and priors in their place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import tomlkit

from forecast.actions.new.kinds import CHOICE_PARAMETERS
from forecast.actions.new.option_places import option_problem
from forecast.actions.new.templates import TemplateInput
from forecast.book.files.layout import SEEDS, prior_path, topic_path
from forecast.book.files.problems import Result
from forecast.elicitation.phrases import is_statement, parse_chances
from forecast.language.faults import Fault, did_you_mean

FIRST_SIGN = "first_sign"  # until one is named
UNKNOWN_CHANCE = "Beta(mean=0.5, strength=4)"
SIGN_EXAMPLE = "as in price 80 %, weather 10 to 30 %"
_NAME = re.compile(r"[A-Za-z_]\w*(?:[\s-]+[A-Za-z]\w*)*")
_LABEL_OF_STATEMENT = re.compile(r"(\w+)\s*=")
_PLAIN_CHANCE = re.compile(r"[\d.]+\s*%?")


@dataclass(frozen=True, slots=True)
class ChosenInput:
    """A template's files with a person's options, and what the person gives as priors of single parameters and labels."""

    texts: Mapping[str, str]
    own: TemplateInput


def names_alone(said: str) -> tuple[str, ...]:
    """Return the options in a list without chances, ``price, someone else``, as names in expressions; none where it is another text."""
    parts = [part.strip() for part in re.split(r"[,;]", said) if part.strip()]
    if len(parts) < 2 or not all(_NAME.fullmatch(part) for part in parts):
        return ()
    return tuple(dict.fromkeys(_as_name(part) for part in parts))


def labels_of_choice(said: str) -> tuple[str, ...]:
    """Return the options that a person names, with chances or without; none where the text says none."""
    if is_statement(said):
        return tuple(_LABEL_OF_STATEMENT.findall(said)) if said.strip().startswith("Categorical") else ()
    try:
        return names_alone(said) or tuple(parse_chances(said))
    except Fault:  # whoever reads the prior says what is wrong with it
        return ()


def parse_sign(said: str, labels: Sequence[str]) -> dict[str, str]:
    """Return how likely a sign is under each explanation, in words, of a list such as ``price 80 %, weather 10 to 30 %``; 80 % alone is about that."""
    chances: dict[str, str] = {}
    for part in (part.strip() for part in re.split(r"[,;]", said) if part.strip()):
        match = re.fullmatch(
            r"(?P<label>[A-Za-z_]\w*(?:[\s-]+[A-Za-z]\w*)*?)\s*[:=]?\s+(?P<said>(?:[a-z~<>]+\s*)*[\d.].*)", part.replace("=", "= ")
        )
        label = _as_name(match["label"]) if match is not None else ""
        label = next((known for known in labels if known.lower() == label.lower()), "")
        if match is None or not label:
            raise Fault(
                f"`{part}` is no chance under one of {', '.join(labels)}", hint=did_you_mean(part.split()[0], labels) or SIGN_EXAMPLE
            )
        if label in chances:
            raise Fault(f"`{label}` is given twice")
        chances[label] = f"about {match['said']}" if _PLAIN_CHANCE.fullmatch(match["said"]) else match["said"]
    return chances


def with_own_choice(texts: Mapping[str, str], kind: str, name: str, own: TemplateInput) -> Result[ChosenInput]:
    """Return a template's files with the options that a person names, and what they give of each; as they are where they name none."""
    parameter = CHOICE_PARAMETERS.get(kind, "")
    said = own.priors.get(parameter, "")
    labels = labels_of_choice(said)
    if not own.asks_own or not labels:
        return Result(ChosenInput(texts, own))
    priors: Any = tomlkit.parse(texts[prior_path(name)])
    names = dict.fromkeys(key.partition(".")[0] for key in (*own.priors, *own.reasons))
    signs = [sign for sign in names if sign not in priors]
    is_invented = set(labels) == set(labels_of_choice(str(priors[parameter]["prior"])))
    if "streams" in tomlkit.parse(texts[topic_path(name)]) and not (is_invented and not signs):
        try:
            own = _with_labels(own, signs, labels)
        except Fault as fault:
            wrong = next(sign for sign in signs if sign in own.priors)
            return Result(
                None, (option_problem("--prior", f"`{wrong}`: {fault.message}", fault.hint, typed=f"{wrong}={own.priors[wrong]}"),)
            )
        texts = _with_signs(texts, name, parameter, labels, signs or [FIRST_SIGN])
    texts = _with_labels_of_choice(texts, name, parameter, labels)
    if names_alone(said):
        own = replace(own, priors={key: text for key, text in own.priors.items() if key != parameter})
    return Result(ChosenInput(texts, own))


def sign_in_words(sign: str) -> str:
    """The name of a sign as words."""
    return sign.replace("_", " ")


def _with_labels(own: TemplateInput, signs: Sequence[str], labels: Sequence[str]) -> TemplateInput:
    """What a person gives, with a list of chances for a sign as one prior for each label; raises ``Fault``."""
    priors, reasons = dict(own.priors), dict(own.reasons)
    for sign in signs:
        if sign in priors:
            priors |= {f"{sign}.{label}": said for label, said in parse_sign(priors.pop(sign), labels).items()}
        if sign in reasons:
            reason = reasons.pop(sign)
            given = [label for label in labels if f"{sign}.{label}" in priors]
            reasons |= {f"{sign}.{label}": reason for label in given or labels}
    return replace(own, priors=priors, reasons=reasons)


def _with_labels_of_choice(texts: Mapping[str, str], name: str, parameter: str, labels: Sequence[str]) -> dict[str, str]:
    """The files with a person's options, as likely as one another until their chances stand there."""
    priors: Any = tomlkit.parse(texts[prior_path(name)])
    priors[parameter]["prior"] = f"Categorical({', '.join(f'{label}={1 / len(labels):.12g}' for label in labels)})"
    return {**texts, prior_path(name): tomlkit.dumps(priors)}


def _with_signs(texts: Mapping[str, str], name: str, parameter: str, labels: Sequence[str], signs: Sequence[str]) -> dict[str, str]:
    """The files with a stream, its empty record and its priors for each sign, in place of those of the example."""
    old = tuple(path for path in texts if path.endswith(".csv"))
    header = texts[old[0]].partition("\n")[0]
    topic = texts[topic_path(name)]
    start, end = topic.index("[streams."), topic.index("[questions.")
    head = "".join(line for line in topic[:start].splitlines(keepends=True) if not line.startswith("# The labels "))
    priors: Any = tomlkit.parse(texts[prior_path(name)])
    for table in [table for table in priors if str(priors[table].get("per", "")) == parameter]:
        del priors[table]
    return {
        **{path: text for path, text in texts.items() if path not in old},
        topic_path(name): head + "".join(_stream(sign, parameter) for sign in signs) + topic[end:],
        prior_path(name): tomlkit.dumps(priors).rstrip("\n") + "\n" + "".join(_priors(sign, parameter, labels) for sign in signs),
        **{f"{SEEDS}/{name}/seen_{sign}.csv": f"{header}\n" for sign in signs},
    }


def _stream(sign: str, parameter: str) -> str:
    said = sign_in_words(sign)
    return (
        f'[streams.seen_{sign}]\nabout = "looks in which it was seen: {said}"\nevents = "{{n}} looks show {said}"\n'
        f'value = "Binomial(n=looked, p={sign}[{parameter}])"\n\n'
    )


def _priors(sign: str, parameter: str, labels: Sequence[str]) -> str:
    chances = "".join(f'prior.{label} = "{UNKNOWN_CHANCE}"\n' for label in labels)
    said = sign_in_words(sign)
    reasons = "".join(f'why.{label} = "A placeholder: how likely one look is to show it ({said}) if it is {label}."\n' for label in labels)
    return f'\n[{sign}]\nper = "{parameter}"\n{chances}{reasons}'


def _as_name(words: str) -> str:
    return re.sub(r"[\s-]+", "_", words.strip())
