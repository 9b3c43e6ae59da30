"""What carries the posteriors that a topic's links name: from the cache, or computed once for all that is tried of the topic."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from forecast.book.linked_topics import all_links, own_links
from forecast.book.links import LinkFit
from forecast.book.topic import Topic
from forecast.cache.fingerprint import environment
from forecast.cache.fits import fit_from_bytes, fit_to_bytes
from forecast.cache.keys import fit_key
from forecast.cache.store import CachedResult, Store
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.model.errors import Unsound
from forecast.model.progress import Progress, ignore_progress
from forecast.model.settings import Settings


@dataclass(frozen=True, slots=True)
class LinkedFits:
    """Fits by the hash of all that determines them, in ``store`` and among those ``made`` since, which only grow."""

    store: Store
    settings: Settings
    made: dict[str, LinkFit] = field(default_factory=dict, repr=False)

    def of_topic(self, topic: Topic, as_of: date, *, progress: Progress = ignore_progress) -> dict[str, LinkFit]:
        """Return what carries the posteriors that a topic's links, and those of the topics that they lead to, name as of a day, by address.

        What is not kept of its own is computed, and all that is worked out on the way is kept then.  A posterior that cannot be computed or
        carried is left out: who follows the link says why.
        """
        links, own = all_links(topic), own_links(topic)
        if not links:
            return {}
        here = environment()
        keys = {
            address: fit_key(link, source, as_of=as_of, settings=self.settings, environment=here)
            for address, (link, source) in links.items()
        }
        stored = self.store.find(key for key in keys.values() if key not in self.made)
        self.made.update({key: fit_from_bytes(data) for key, data in stored.items()})
        fits = {address: self.made[key] for address, key in keys.items() if key in self.made}
        missing = [link for address, (link, _) in own.items() if address not in fits]
        if not missing:
            return fits
        progress(f"computing what {', '.join(dict.fromkeys(link.topic for link in missing))} says")
        followed = with_carried_posteriors(topic, as_of, self.settings, fits)
        assert followed.carried is not None
        on_the_way = [link for each in missing for link, _ in all_links(own[each.address][1]).values() if link.address not in fits]
        for link in (*missing, *on_the_way):  # these have been computed with those
            with suppress(Unsound):
                fits[link.address] = self.made[keys[link.address]] = followed.carried.fit(link, as_of)
        found = {keys[link.address]: fits[link.address] for link in (*missing, *on_the_way) if link.address in fits}
        self.store.keep([CachedResult("fit", key, fit_to_bytes(fit)) for key, fit in found.items()])
        return fits
