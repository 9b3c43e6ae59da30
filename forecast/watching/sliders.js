// Moves priors: tries what the sliders say, and writes one prior when somebody says why.
// The part of the page is replaced when the report changes, so events are heard on the document.
{
  const { token } = document.currentScript.dataset;
  let due = 0;
  let busy = false;
  let again = false;

  const send = async (path, request) => {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Forecast-Token": token },
      body: JSON.stringify(request),
    });
    return answer.ok ? answer.json() : { problems: await answer.text() };
  };

  const spaced = { linear: (x) => x, log: Math.log, logit: (x) => Math.log(x / (1 - x)) };
  const unspaced = { linear: (x) => x, log: Math.exp, logit: (x) => 1 / (1 + Math.exp(-x)) };

  const valueOf = (input) => {
    if (input.value === input.getAttribute("value")) return input.dataset.value;
    const { low, high, spacing } = input.dataset;
    const [first, last] = [low, high].map((end) => spaced[spacing](Number(end)));
    const here = unspaced[spacing](first + ((last - first) * input.value) / input.max);
    return String(Number(here.toPrecision(3)));
  };

  const isMoved = (prior) => [...prior.querySelectorAll("input[type=range]")].some((input) => input.value !== input.getAttribute("value"));

  const statementOf = (prior) => {
    if (!isMoved(prior)) return prior.dataset.statement;
    const points = [...prior.querySelectorAll("input[type=range]")].map((input) => `${input.dataset.quantile}=${valueOf(input)}`);
    return `${prior.dataset.family}(${points.join(", ")})`;
  };

  const show = (prior) => {
    for (const input of prior.querySelectorAll("input[type=range]")) {
      input.nextElementSibling.textContent = valueOf(input);
      input.setAttribute("aria-valuetext", valueOf(input));
    }
    prior.querySelector("[data-now]").textContent = statementOf(prior);
  };

  const line = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });

  const attempt = async () => {
    if (busy) {
      again = true;
      return;
    }
    const section = document.querySelector("[data-priors]");
    const moved = [...section.querySelectorAll("[data-prior]")].filter(isMoved);
    const tried = section.querySelector("[data-tried]");
    if (!moved.length) {
      tried.replaceChildren();
      return;
    }
    busy = true;
    tried.setAttribute("aria-busy", "true");
    try {
      const priors = Object.fromEntries(moved.map((prior) => [prior.dataset.prior, statementOf(prior)]));
      const found = await send("/.try", { topic: section.dataset.topic, priors });
      if (found.problems) {
        const text = line("pre", found.problems);
        text.style.whiteSpace = "pre-wrap";
        tried.replaceChildren(text);
      } else {
        const said = JSON.parse(section.dataset.answers);
        const list = document.createElement("ul");
        for (const answer of found.answers) {
          const item = line("li", `${answer.asks} `);
          item.append(line("strong", answer.says));
          if (said[answer.name] && said[answer.name] !== answer.says) item.append(` (on this page: ${said[answer.name]})`);
          list.append(item);
        }
        const note = found.distrusted ? " The engine does not vouch for these draws." : "";
        tried.replaceChildren(line("p", `With what you moved, tried and not written:${note}`), list);
      }
    } catch {
      tried.replaceChildren(line("p", "The server did not answer."));
    } finally {
      tried.removeAttribute("aria-busy");
      busy = false;
      if (again) {
        again = false;
        attempt();
      }
    }
  };

  const attemptSoon = () => {
    clearTimeout(due);
    due = setTimeout(attempt, 150);
  };

  document.addEventListener("input", ({ target }) => {
    if (!target.matches("[data-prior] input[type=range]")) return;
    show(target.closest("[data-prior]"));
    attemptSoon();
  });

  document.addEventListener("click", async ({ target }) => {
    const prior = target.closest("[data-prior]");
    if (!prior || !target.matches("button")) return;
    const said = prior.querySelector("[data-said]");
    if (target.matches("[data-reset]")) {
      for (const input of prior.querySelectorAll("input[type=range]")) input.value = input.getAttribute("value");
      show(prior);
      attemptSoon();
      return;
    }
    const why = prior.querySelector("[data-why]");
    if (!isMoved(prior)) said.textContent = "Move a slider first.";
    else if (!why.value.trim()) {
      said.textContent = "Say why first: the reason is written beside the prior.";
      why.focus();
    } else {
      const request = { topic: prior.closest("[data-priors]").dataset.topic, prior: prior.dataset.prior };
      const done = await send("/.prior", { ...request, statement: statementOf(prior), why: why.value });
      said.textContent = done.problems ?? `Written: ${done.written}. The draft follows.`;
    }
  });

  // What was moved or written by hand stays when the page is brought anew, where the prior in the file is the same.
  globalThis.keepPriors = (next) => {
    const now = new Map([...document.querySelectorAll("[data-prior]")].map((prior) => [prior.dataset.prior, prior]));
    for (const prior of next.querySelectorAll("[data-prior]")) {
      const old = now.get(prior.dataset.prior);
      if (!old || old.dataset.statement !== prior.dataset.statement) continue;
      for (const field of prior.querySelectorAll("input")) field.value = old.querySelector(`#${field.id}`)?.value ?? field.value;
      show(prior);
    }
    const focused = document.activeElement?.id;
    return () => {
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
      if (document.querySelector("[data-priors]")) attemptSoon();
    };
  };
}
