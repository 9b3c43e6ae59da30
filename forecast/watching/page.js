// Shows the page anew when the server says that it changed.
// Only `forecast watch` adds this to what it serves; report files have no script.
"use strict";
{
  const own = document.currentScript.dataset;
  const events = new EventSource(`/.events?page=${encodeURIComponent(own.page)}`);
  let shown = own.version;
  let wanted = shown;
  let busy = false;

  const titleOf = (fold) => fold.querySelector("summary").textContent;

  const bring = async () => {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const folds = new Map([...document.querySelectorAll("details")].map((each) => [titleOf(each), each.open]));
    for (const each of next.querySelectorAll("details")) each.open = folds.get(titleOf(each)) ?? each.open;
    const { scrollX, scrollY } = window;
    const resume = globalThis.keepPriors?.(next);
    document.title = next.title;
    document.body.replaceWith(next.body);
    resume?.();
    window.scrollTo(scrollX, scrollY);
    return document.querySelector("script[data-version]").dataset.version;
  };

  events.onmessage = async (event) => {
    wanted = event.data;
    if (busy) return;
    busy = true;
    try {
      while (shown !== wanted) shown = wanted = await bring();
    } catch {
      location.reload();
    } finally {
      busy = false;
    }
  };
  events.onerror = () => {
    const told = document.querySelector("[data-watch]");
    if (told) told.hidden = false;
  };
}
