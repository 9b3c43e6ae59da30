"""A topic with variants computed: each variant by itself, with a referee of its own, and then all together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forecast.book.topic import BASE, Topic
from forecast.content.variants import variants_content
from forecast.insight.published import mixed_answers, mixed_totals, problems_under
from forecast.model.errors import Unsound
from forecast.model.settings import Settings
from forecast.predict.analysis import Analysis
from forecast.predict.answers import Answer
from forecast.predict.cumulative import CumulativeTotal
from forecast.predict.rival_weights import RivalWeights
from forecast.schema.topic import VariantVerdict, VerdictContent
from forecast.schema.variants import VariantsContent

if TYPE_CHECKING:
    from forecast.schema.variants import WiderPriors

WORST_FIRST = ("failed", "disputed", "unconfirmed", "not refereed", "agreed")

type AnalyseOne = Callable[[str, Topic], tuple[Analysis, VerdictContent | None]]


@dataclass(frozen=True, slots=True)
class VariantAnalyses:
    """The analysis of each variant, the topic as it stands first, with the weights that mix their answers, the answers, and one verdict on all."""

    analyses: Mapping[str, Analysis]
    weights: RivalWeights
    answers: Mapping[str, Answer]
    verdict: VerdictContent | None

    @property
    def base(self) -> Analysis:
        """The analysis of the topic as it stands."""
        return self.analyses[BASE]

    def totals(self, topic: Topic) -> dict[str, CumulativeTotal]:
        """Return what the topic's open questions count, day by day."""
        return mixed_totals(topic, {name: its.result for name, its in self.analyses.items()}, self.weights, self.answers)

    def content(
        self, topic: Topic, verdict: VerdictContent | None, wider: list[WiderPriors], borrowed: Mapping[str, str]
    ) -> VariantsContent:
        """Return what a report says of the variants, with the verdict that holds; ``borrowed`` as in ``variants_content``."""
        diagnostics = {name: its.result.posterior.diagnostics for name, its in self.analyses.items()}
        answers = {name: its.result.answers for name, its in self.analyses.items()}
        return variants_content(topic, diagnostics, answers, self.weights, verdict, wider=wider, borrowed=borrowed)


def analyse_variants(topic: Topic, settings: Settings, analyse_one: AnalyseOne) -> VariantAnalyses:
    """Return the analyses of a topic's variants, each made by ``analyse_one``; raise ``Unsound``, naming the variant, where one cannot be computed."""
    analyses: dict[str, Analysis] = {}
    verdicts: dict[str, VerdictContent | None] = {}
    for name, rival in topic.rivals.items():
        try:
            analyses[name], verdicts[name] = analyse_one(name, rival)
        except Unsound as unsound:
            raise Unsound(*problems_under(name, unsound)) from None
    weights, answers = mixed_answers(topic, {name: its.result for name, its in analyses.items()}, settings)
    return VariantAnalyses(analyses, weights, answers, joint_verdict(verdicts))


def joint_verdict(verdicts: Mapping[str, VerdictContent | None]) -> VerdictContent | None:
    """Return one verdict on all variants, the worst of theirs; None where no second engine was tried on any."""
    made = {name: verdict for name, verdict in verdicts.items() if verdict is not None}
    if not made:
        return None
    of_each: dict[str, VariantVerdict] = {
        name: {"verdict": "not refereed", "sentence": "Only one engine was run."}
        if verdict is None
        else {"verdict": verdict["verdict"], "sentence": verdict["sentence"]}
        for name, verdict in verdicts.items()
    }
    worst = min((its["verdict"] for its in of_each.values()), key=WORST_FIRST.index)
    sentence = " ".join(f"Under `{name}`: {its['sentence']}" for name, its in of_each.items())
    checks = [{**check, "name": f"{name}: {check['name']}"} for name, verdict in made.items() for check in verdict["checks"]]
    return {"verdict": worst, "sentence": sentence, "checks": checks, "variants": of_each}
