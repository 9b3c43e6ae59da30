"""Adding a contract beside a question: its table in ``contracts.toml`` and its priors, checked as the book's files are, under the book's lock."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from forecast.actions.contract_listings import ListedContract, listed_contract
from forecast.actions.new.topics import schema_place
from forecast.actions.question_record import read_question_record
from forecast.actions.record_rows import wording_problem
from forecast.book.files.contract_shapes import CONTRACTS
from forecast.book.files.folder import Folder
from forecast.book.files.layout import prior_path
from forecast.book.files.locking import hold_lock
from forecast.book.files.problems import FileFault, Place, Problem, Result, has_errors
from forecast.book.files.sources import read_document_if_any
from forecast.book.reading import read_topic
from forecast.book.topic import JudgedQuestion, Question, Topic
from forecast.language.characters import escape_hidden_characters
from forecast.markets.contract import TERMS, Contract, Term, TermComparison, rules_hash
from forecast.markets.faults import MarketFault
from forecast.markets.files.contract_checks import question_fault
from forecast.markets.files.contract_fees import no_fees_hint
from forecast.markets.files.contract_tables import CURRENCY, contract_name_fault
from forecast.markets.files.contract_writing import append_table, contract_text, deviations_text, plain_rules
from forecast.markets.files.contracts import contracts_path, read_contracts
from forecast.markets.files.default_deviations import WrittenPrior, default_deviations
from forecast.markets.files.own_question import OwnQuestion, deadline_hours, own_question
from forecast.markets.quotes import Venue
from forecast.markets.sides import ContractSide
from forecast.markets.ticks import TickRange
from forecast.markets.venues.quote_addresses import quote_addresses

CLOSE_OF_TRADING = "when trading closes; compare it with the rules"
_HEAD = "# Contracts of prediction markets beside the questions of this topic.\n"
_NOTE = "Defaults from the checklist, wide on purpose: edit them once the terms are compared."
_NAMED_ID = 40  # characters of an id that its name has whole
_SHORT_ID = 12
_NEAR, _DAY = 0.1, 24  # hours between two deadlines: as good as the same, and those of which own questions tell


@dataclass(frozen=True, slots=True)
class NewContract:
    """A contract as somebody names it; what is empty or None is taken from the venue's files where they say it.

    ``question`` is as typed: `question`, `topic.question`, and of a question of several classes `question[class]`.  ``priors`` has those of
    `yes_if_yes`, `yes_if_no` and `void` that are given.
    """

    question: str
    venue: Venue
    id: str
    side: ContractSide
    name: str = ""
    address: str = ""
    deadline: str = ""
    rules: str = ""
    rules_hash: str = ""
    currency: str = ""
    minimum_order: Decimal | None = None
    tick: Decimal | None = None
    settlement_source: str = ""
    group: str = ""
    refund: Decimal = Decimal(1)
    terms: Mapping[Term, TermComparison] = field(default_factory=dict)
    priors: Mapping[str, WrittenPrior] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AddedContract:
    """A contract that was added and where, what is left to do about it, and warnings; or problems, and nothing written.

    ``defaults`` are the priors that nobody gave; ``addresses`` are those of its quotes; ``notes`` are sentences about what the files say.
    """

    problems: tuple[Problem, ...] = ()
    contract: Contract | None = None
    path: str = ""
    priors_path: str = ""
    defaults: Mapping[str, WrittenPrior] = field(default_factory=dict)
    own: OwnQuestion = field(default_factory=OwnQuestion)
    addresses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def add_contract(
    root: Path, new: NewContract, files: Sequence[Path], *, retrieved: datetime, read_input: Callable[[int], bytes]
) -> AddedContract:
    """Write a contract beside a question, and its priors; refused, with problems and without writing, for what a check would call an error.

    ``files`` are payloads of the venue, `-` standard input, retrieved at that time.  Priors that nobody gives are wide defaults, which say so.
    """
    question, bracket, label = new.question.partition("[")
    found, problems = read_question_record(root, question)
    if found is None:
        return AddedContract(problems)
    if found.topic is None:
        return AddedContract(
            (wording_problem(found, "a question from elsewhere has no contracts", "they stand beside a topic's questions"),)
        )
    name = found.question.question.id
    fault = question_fault(found.topic, name, label.removesuffix("]") if bracket else "")
    if fault is not None:
        return AddedContract((wording_problem(found, *fault),))
    try:
        listed = listed_contract(new.venue, new.id, files, retrieved=retrieved, read_input=read_input)
        with hold_lock(root):
            contract = _make_contract(found.topic.name, name, label.removesuffix("]"), new, listed)
            return _add_under_lock(Folder(root), found.topic, contract, new, listed, on=retrieved.date())
    except FileFault as fault_of_file:
        return AddedContract((fault_of_file.problem,))
    except MarketFault as fault_of_market:
        return AddedContract((Problem(Place(contracts_path(found.topic.name)), fault_of_market.message, fault_of_market.hint),))


def _make_contract(topic: str, question: str, label: str, new: NewContract, listed: ListedContract) -> Contract:
    """The contract that is wanted, as yet unchecked, completed by what its venue's files say.  Raises ``MarketFault``."""
    listing = listed.listing
    rules = plain_rules(new.rules or ("" if listing is None else listing.rules))
    deadline = _parse_deadline(topic, new.deadline) if new.deadline else None if listing is None else listing.closes
    ticks = (TickRange(Decimal(0), Decimal(1), new.tick),) if new.tick is not None else () if listing is None else listing.ticks
    name = new.name or name_of(new.venue, new.id)
    if (fault := contract_name_fault(name)) is not None:
        raise MarketFault(f"`{name}`: {fault[0]}", fault[1])
    if new.rules_hash and rules and new.rules_hash != rules_hash(rules):
        raise MarketFault("the rules are not those of the hash that is given", f"theirs is {rules_hash(rules)}")
    group = listing.event if listing is not None and listing.exclusive else ""
    minimum = new.minimum_order if new.minimum_order is not None or listing is None else listing.minimum_order
    return Contract(
        name=name,
        place=Place(contracts_path(topic)),
        topic=topic,
        question=question,
        label=label,
        venue=new.venue,
        id=new.id,
        side=new.side,
        address=new.address or escape_hidden_characters(listed.details.address),
        rules=rules,
        rules_hash=new.rules_hash or (rules_hash(rules) if rules else ""),
        deadline=deadline,
        ticks=ticks,
        minimum_order=minimum,
        currency=new.currency or CURRENCY[new.venue],
        settlement_source=new.settlement_source or escape_hidden_characters(listed.details.settlement_source),
        group=new.group or group,
        refund=new.refund,
        terms=new.terms,
        fees=listed.fees,
    )


def _parse_deadline(topic: str, text: str) -> datetime:
    """A time as typed, also one without a zone, of which the reader says what it lacks; raises ``FileFault`` for any other text."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        hint = "write it with its zone, as in 2026-12-31T23:59:00-05:00"
        raise FileFault(Problem(Place(contracts_path(topic)), f"the deadline `{text}` is no time", hint)) from None


def name_of(venue: str, contract: str) -> str:
    """Return the name that a contract has where nobody gives it another: its venue and id, of a long id the beginning."""
    plain = re.sub(r"[^a-z0-9]+", "-", contract.lower()).strip("-")
    short = plain if len(plain) <= _NAMED_ID else plain[:_SHORT_ID].strip("-")
    return f"{venue}-{short}"


def _add_under_lock(
    folder: Folder, topic: Topic, contract: Contract, new: NewContract, listed: ListedContract, *, on: date
) -> AddedContract:
    if (taken := _taken_problem(folder, contract)) is not None:
        return AddedContract((taken,))
    defaults = {key: its for key, its in default_deviations(contract.terms).items() if key not in new.priors}
    priors = {**defaults, **new.priors}
    priors = {key: priors[key] for key in ("yes_if_yes", "yes_if_no", "void")}
    is_stated = not new.deadline and contract.deadline is not None
    table = contract_text(contract, deadline_note=CLOSE_OF_TRADING if is_stated else "")
    texts, problems = _texts_with(folder, contract, table, deviations_text(contract.name, priors, note=_NOTE if defaults else ""))
    if texts is None:
        return AddedContract(problems)
    read, problems = _read_back(Folder(folder.root, texts), folder, contract)
    if read is None:
        return AddedContract(problems)
    for path, text in texts.items():
        folder.write(path, text, instead_of=folder.read(path) if folder.kind(path) is not None else None)
    question = topic.questions.get(contract.question) or topic.judged[contract.question]
    listing = listed.listing
    return AddedContract(
        problems,
        read,
        contracts_path(contract.topic),
        prior_path(contract.topic),
        defaults if prior_path(contract.topic) in texts else {},
        own_question(read, question, title="" if listing is None else plain_rules(listing.title)),
        quote_addresses(read.venue, read.id, () if listing is None else listing.tokens),
        tuple(_notes(read, question, listed, on=on)),
    )


def _taken_problem(folder: Folder, contract: Contract) -> Problem | None:
    """Why a contract cannot be added: its name or its id stands already, or the file cannot be read."""
    path = contracts_path(contract.topic)
    document, problems = read_document_if_any(folder, path)
    if problems:
        return problems[0]
    known = read_contracts(folder).contracts
    if (same := next((its for its in known.values() if (its.venue, its.id) == (contract.venue, contract.id)), None)) is not None:
        message = f"{same.venue} has one contract `{same.id}`, and it stands here already as `{same.name}`, beside {same.topic}.{same.question_name}"
        return Problem(same.place, message, "edit that table instead")
    if contract.name in known:
        return Problem(known[contract.name].place, f"the book has a contract `{contract.name}` already", "choose another name with --name")
    if document is not None and contract.name in document.content:
        return document.at_key(
            (contract.name,), f"`{contract.name}` stands here already", "choose another name with --name, or put it right"
        )
    return None


def _texts_with(folder: Folder, contract: Contract, table: str, priors: str) -> Result[dict[str, str]]:
    """The new texts of both files; priors of this contract that stand in the file already are left as they are."""
    path, of_priors = contracts_path(contract.topic), prior_path(contract.topic)
    document, problems = read_document_if_any(folder, of_priors)
    if problems:
        return Result(None, problems)
    texts = {path: append_table(_text_of(folder, path) or _heading(folder.root, path, "contracts.json") + _HEAD, table)}
    stands = document.content.get(CONTRACTS, {}) if document is not None else {}
    if not isinstance(stands, Mapping) or contract.name not in stands:
        texts[of_priors] = append_table(_text_of(folder, of_priors) or _heading(folder.root, of_priors, "priors.json"), priors)
    return Result(texts)


def _text_of(folder: Folder, path: str) -> str:
    return folder.read(path).decode() if folder.kind(path) is not None else ""


def _heading(root: Path, path: str, schema: str) -> str:
    """The line that leads an editor to a schema of the book, where it has one."""
    place = schema_place(root)
    if not place or Folder(root).kind(f"{place}/{schema}") is None:
        return ""
    return f"#:schema {'../' * path.count('/')}{place}/{schema}\n"


def _read_back(folder: Folder, before: Folder, contract: Contract) -> Result[Contract]:
    """The contract as it is read with its new files, or what is wrong with these that was not wrong before."""
    found, known = read_contracts(folder), read_contracts(before).problems
    topic, of_topic = read_topic(folder, contract.topic)
    problems = [problem for problem in found.problems if problem not in known]
    problems += [problem for problem in of_topic if topic is None and problem.level == "error"]
    gathered = tuple(dict.fromkeys(problems))
    read = found.contracts.get(contract.name)
    if read is None or has_errors(gathered):
        return Result(None, tuple(its for its in gathered if its.level == "error"))
    return Result(read, gathered)


def _notes(contract: Contract, question: Question | JudgedQuestion, listed: ListedContract, *, on: date) -> list[str]:
    """What the venue's files say that somebody should look at."""
    notes: list[str] = []
    listing = listed.listing
    if listing is not None and listing.status != "open":
        notes.append(f"The venue says that it is {listing.status}.")
    if listing is not None and (strike := listing.strike) is not None:
        bounds = [f"{value:f}" for value in (strike.floor, strike.cap) if value is not None]
        asked = f"`{question.answer_text}`" if isinstance(question, Question) and question.answer_text else "what the question asks"
        notes.append(f"The venue's comparison is `{strike.type}`{f' {" and ".join(bounds)}' if bounds else ''}; compare it with {asked}.")
    if listed.details.early_close:
        condition = listed.details.early_close.rstrip(".")
        notes.append(f"It can close before its deadline ({condition}): compare that as `early_close`.")
    hours = deadline_hours(contract, question)
    if hours is not None and _NEAR < abs(hours) <= _DAY:
        side = "after" if hours > 0 else "before"
        notes.append(
            f"Its deadline is {abs(hours):.3g} hours {side} the end of {question.by} in UTC, the last day of `{question.name}`: "
            "read the rules, and record what differs as `deadline_zone`."
        )
    if not contract.fees:
        how = "its series" if contract.venue == "kalshi" else "its market"
        hint = no_fees_hint(contract.topic, contract.name, contract.venue, on)
        notes.append(f"Its fees are not known: give a payload of {how} with --from, or {hint}.")
    return notes


def unknown_terms(contract: Contract) -> tuple[Term, ...]:
    """Return the terms of a contract that nobody has compared."""
    return tuple(term for term in TERMS if contract.term(term).status == "unknown")
