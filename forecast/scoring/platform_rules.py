"""The rules of platforms, those that compare with a reference or look at many questions, and the ways of weighting by time.

Most are not proper, or only where a question's close does not depend on its answer; each says what pays.
"""

from __future__ import annotations

from forecast.scoring.rule import Rule, ScoredForm, ScoredType, Weighting

ANY: tuple[ScoredType, ...] = ("binary", "options", "number", "date")
ANY_FORM: tuple[ScoredForm, ...] = ("probability", "options", "cdf")
METACULUS_SOURCE = "Metaculus, `scoring/score_math.py`"
FATEBOOK = "Fatebook, `lib/_scoring.ts`"
EARLY_CLOSE = (
    "Proper where the close does not depend on the answer. Where a yes closes the question early, a yes counts for less time than a no, "
    "and a probability below the believed one pays."
)
EARLY_SPOT = (
    "Proper where the spot time does not depend on the answer. Where a yes closes the question early, and so sets the spot time, an earlier "
    "forecast counts only if the answer is yes, and a probability above the believed one pays."
)

PLATFORM_RULES = (
    Rule(
        name="baseline",
        label="Metaculus baseline (0 for equal chances; to 100, of numbers more)",
        unit="points",
        higher_is_better=True,
        proper=EARLY_CLOSE,
        forms=ANY_FORM,
        types=ANY,
        functions=("metaculus.baseline_score", "metaculus.baseline_score", "metaculus.baseline_score_continuous"),
        source=METACULUS_SOURCE,
    ),
    Rule(
        name="spot-baseline",
        label="Metaculus spot baseline (0 for equal chances; to 100, of numbers more)",
        unit="points",
        higher_is_better=True,
        proper=EARLY_SPOT,
        forms=ANY_FORM,
        types=ANY,
        functions=("metaculus.baseline_score", "metaculus.baseline_score", "metaculus.baseline_score_continuous"),
        source=METACULUS_SOURCE,
    ),
    Rule(
        name="peer",
        label="Metaculus peer (0 for the mean of the others)",
        unit="points",
        higher_is_better=True,
        proper=EARLY_CLOSE,
        forms=ANY_FORM,
        types=ANY,
        functions=("metaculus.peer_score",),
        source=METACULUS_SOURCE,
    ),
    Rule(
        name="spot-peer",
        label="Metaculus spot peer (0 for the mean of the others)",
        unit="points",
        higher_is_better=True,
        proper=EARLY_SPOT,
        forms=ANY_FORM,
        types=ANY,
        functions=("metaculus.peer_score",),
        source=METACULUS_SOURCE,
    ),
    Rule(
        name="relative-legacy",
        label="Metaculus relative, legacy (bits; 0 for the community)",
        unit="bits",
        higher_is_better=True,
        proper="One's own forecast is part of the community prediction, and one nearer to the others' than believed pays.",
        forms=ANY_FORM,
        types=ANY,
        functions=("metaculus.relative_legacy_score",),
        source=METACULUS_SOURCE,
    ),
    Rule(
        name="fatebook",
        label="Fatebook's Brier over days (0 to 2)",
        unit="",
        higher_is_better=False,
        proper="Days before the first forecast count as 0, the best score: joining late pays.",
        forms=("probability",),
        types=("binary",),
        functions=("fatebook.fatebook_score",),
        source=FATEBOOK,
    ),
    Rule(
        name="fatebook-relative",
        label="Fatebook's relative Brier (-2 to 2; 0 for the median)",
        unit="",
        higher_is_better=False,
        proper="Days before the first forecast count as 0, the median's score: joining only when one expects to beat the median pays.",
        forms=("probability",),
        types=("binary",),
        functions=("fatebook.fatebook_relative_scores",),
        source=FATEBOOK,
    ),
    Rule(
        name="good-judgment",
        label="Good Judgment's Brier over days (0 to 2)",
        unit="",
        higher_is_better=False,
        proper="Days before the first forecast are left out: waiting until the answer is nearly known pays.",
        forms=("probability", "options"),
        types=("binary", "options", "ordered options"),
        functions=("good_judgment.good_judgment_score",),
        source="in part recalled: see Good Judgment in SCORING.md",
    ),
)

COMPARISON_RULES = (
    Rule(
        name="skill-ratio",
        label="Skill, as a ratio (to 1; 0 for the reference)",
        unit="",
        higher_is_better=True,
        proper="The same loss weighs more where the reference scores well: a forecast nearer to the answer that the reference expects pays.",
        forms=ANY_FORM,
        types=ANY,
        functions=("skill.skill_ratio",),
        source="Murphy 1988",
    ),
    Rule(
        name="skill-difference",
        label="Skill, as a difference (in the score's unit; 0 for the reference)",
        unit="of the score",
        higher_is_better=True,
        proper=True,
        forms=ANY_FORM,
        types=ANY,
        functions=("skill.skill_difference",),
        source='ForecastBench, "BSS"',
    ),
    Rule(
        name="brier-index",
        label="Brier index (0 to 100)",
        unit="points",
        higher_is_better=True,
        proper="Large losses weigh less because of the root: probabilities nearer to 0 or 1 than believed pay.",
        forms=("probability",),
        types=("binary",),
        functions=("skill.brier_index",),
        source="ForecastBench",
    ),
    Rule(
        name="brier-index-difference",
        label="Brier index, difference (-100 to 100; 0 for the reference)",
        unit="points",
        higher_is_better=True,
        proper="Large losses weigh less because of the root: probabilities nearer to 0 or 1 than believed pay.",
        forms=("probability",),
        types=("binary",),
        functions=("skill.brier_index_difference",),
        source="ForecastBench",
    ),
    Rule(
        name="mean-difference",
        label="Mean forecast on yes minus on no (-1 to 1)",
        unit="",
        higher_is_better=True,
        proper="Calibration does not count: 1 for the likelier questions and 0 for the others pays.",
        forms=("probability",),
        types=("binary",),
        functions=("discrimination.mean_difference",),
        source="Yates 1982; Metaculus#2865",
    ),
    Rule(
        name="yes-above-no",
        label="Chance that a yes was given more than a no (0 to 1)",
        unit="",
        higher_is_better=True,
        proper="Only the order of forecasts counts: any probabilities in the believed order score as well as the believed ones.",
        forms=("probability",),
        types=("binary",),
        functions=("discrimination.chance_yes_above_no",),
        source="Hanley and McNeil 1982; Metaculus#2865",
    ),
)

WEIGHTINGS = (
    Weighting(
        name="metaculus",
        divided_by="scheduled time open",
        silence="scores 0, what the baseline or the peers' mean scores",
        deviation="Where a yes closes the question early, a probability below the believed one pays.",
        function="time_weighting.metaculus_horizon",
        source=METACULUS_SOURCE,
    ),
    Weighting(
        name="metaculus-legacy",
        divided_by="actual time open",
        silence="scores 0, what the community prediction scores",
        deviation="Forecasting only while one expects to beat the community pays.",
        function="time_weighting.relative_legacy_horizon",
        source=METACULUS_SOURCE,
    ),
    Weighting(
        name="covered-time",
        divided_by="time with a forecast",
        silence="is left out",
        deviation="Forecasting only while the answer is nearly known pays.",
        function="time_weighting.covered_time_mean",
        source="no platform",
    ),
    Weighting(
        name="fatebook-days",
        divided_by="all days of 24 hours from creation to resolution",
        silence="scores 0, the best score",
        deviation="Joining late pays.",
        function="fatebook.fatebook_score",
        source=FATEBOOK,
    ),
    Weighting(
        name="good-judgment-days",
        divided_by="days since the first forecast",
        silence="is left out",
        deviation="Waiting until the answer is nearly known pays.",
        function="good_judgment.good_judgment_score",
        source="in part recalled: see Good Judgment in SCORING.md",
    ),
)
