"""What a GitHub workflow must be like: its keys, its permissions, the actions it uses, and that no text of a stranger gets into a shell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

WORKFLOW_KEYS = {"name", "on", "permissions", "env", "jobs"}
JOB_KEYS = {"if", "needs", "runs-on", "timeout-minutes", "concurrency", "permissions", "environment", "steps"}
STEP_KEYS = {"id", "name", "uses", "with", "run"}
EVENTS = {"pull_request", "push", "schedule", "workflow_dispatch"}  # pull_request_target would give a stranger's text a token
PERMISSIONS = {"contents": {"read", "write"}, "pages": {"write"}, "id-token": {"write"}}
PINNED = re.compile(r"actions/[a-z-]+@v[1-9]\d*")
SAFE_EXPRESSIONS = {"steps.deployment.outputs.page_url"}


def workflow_faults(workflow: Any) -> list[str]:
    """What is wrong with a workflow as YAML reads it (where `on` is true, as in YAML 1.1)."""
    return list(_faults(workflow))


def _faults(workflow: Any) -> Iterator[str]:
    keys = {"on" if key is True else key for key in workflow}
    if keys != WORKFLOW_KEYS:
        yield f"keys: {keys ^ WORKFLOW_KEYS}"
    if unknown := set(workflow[True]) - EVENTS:
        yield f"events: {unknown}"
    if workflow.get("permissions") != {}:
        yield "permissions that every job has"
    for name, job in workflow["jobs"].items():
        yield from (f"{name}: {fault}" for fault in _job_faults(job, set(workflow["jobs"])))
    yield from (f"expression {found}" for found in _expressions(workflow) if found not in SAFE_EXPRESSIONS)


def _job_faults(job: Any, jobs: set[str]) -> Iterator[str]:
    if unknown := set(job) - JOB_KEYS:
        yield f"keys {unknown}"
    if missing := {"runs-on", "timeout-minutes", "permissions", "steps"} - set(job):
        yield f"without {missing}"
    if "needs" in job and job["needs"] not in jobs:
        yield "needs a job that is not there"
    yield from (f"permission {key}: {value}" for key, value in job.get("permissions", {}).items() if value not in PERMISSIONS.get(key, ()))
    for step in job.get("steps", ()):
        if set(step) - STEP_KEYS or ("run" in step) == ("uses" in step):
            yield f"step {step}"
        if "uses" in step and not PINNED.fullmatch(step["uses"]):
            yield f"{step['uses']} is not pinned to a major version"
        if "${{" in step.get("run", ""):
            yield f"an expression in a shell: {step['run']}"


def _expressions(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for value in part.values():
            yield from _expressions(value)
    elif isinstance(part, list):
        for value in part:
            yield from _expressions(value)
    elif isinstance(part, str):
        yield from re.findall(r"\$\{\{\s*(.*?)\s*\}\}", part)
