"""Finding a question by what somebody typed: ``topic.question``, the name alone where one topic asks it, or a topic that asks one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forecast.book.files.problems import Place, Problem, Result
from forecast.book.topic import Book, Question, Topic
from forecast.language.faults import did_you_mean, known_names_text


def find_question(book: Book, text: str) -> Result[tuple[Topic, Question]]:
    """Return the question that a text names, with its topic; a problem with a hint where it names none, or several."""
    named = {f"{topic.name}.{name}": (topic, question) for topic in book.topics.values() for name, question in topic.questions.items()}
    fitting = [full for full in named if text in {full, named[full][1].name}]
    of_topic = [full for full in named if named[full][0].name == text]
    if not fitting and len(of_topic) == 1:
        fitting = of_topic
    if len(fitting) == 1:
        return Result(named[fitting[0]])
    judged = [
        (topic, its) for topic in book.topics.values() for its in topic.judged.values() if text in {its.name, f"{topic.name}.{its.name}"}
    ]
    if judged and not fitting:
        topic, question = judged[0]
        message = f"`{topic.name}.{question.name}` is answered by people, and no model: there is nothing to compute"
        return Result(None, (Problem(question.place, message, "`forecast show` has what is on record of it"),))
    return Result(None, (_no_question_problem(text, named, fitting, of_topic),))


def several_questions_problem(topic: str, questions: Sequence[str]) -> Problem:
    """The problem of a topic that stands for a question and asks several, which its hint lists."""
    return Problem(Place("seeds"), f"`{topic}` is a topic, and asks several questions", f"say which: {', '.join(questions)}")


def _no_question_problem(
    text: str, named: Mapping[str, tuple[Topic, Question]], fitting: Sequence[str], of_topic: Sequence[str]
) -> Problem:
    if fitting:
        return Problem(Place("seeds"), f"several topics ask `{text}`", f"say which: {' or '.join(fitting)}")
    if not named:
        return Problem(
            Place("seeds"), f"no topic asks `{text}`: none asks anything yet", "write a question into a topic.toml, as in [questions.NAME]"
        )
    if of_topic:
        return several_questions_problem(text, of_topic)
    known = [*named, *(question.name for _, question in named.values())]
    return Problem(Place("seeds"), f"no topic asks `{text}`", did_you_mean(text, known) or known_names_text("questions", named))
