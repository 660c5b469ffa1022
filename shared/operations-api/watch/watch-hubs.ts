import type { Orchestrator } from '../../orchestrator/orchestrator.ts';
import { Failure } from '../../orchestrator/ports/failure.ts';
import { WatchHub } from './watch-hub.ts';

/** Returns the hub of the orchestrator, which is created for the first watcher. */
export class WatchHubs {
  readonly #hubs = new WeakMap<Orchestrator, WatchHub>();

  of(orchestrator: Orchestrator): WatchHub {
    const known = this.#hubs.get(orchestrator);
    if (known) return known;
    const { feed, store, policy } = orchestrator;
    if (!feed) throw new Failure('unimplemented', 'This deployment has no change feed, which :watch needs.');
    const hub = new WatchHub(feed, store, policy.redaction);
    this.#hubs.set(orchestrator, hub);
    return hub;
  }
}
