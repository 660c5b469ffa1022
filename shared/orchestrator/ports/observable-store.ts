import type { ChangeFeed } from './change-feed.ts';
import type { OperationOverview } from './overview.ts';
import type { OperationStore } from './store.ts';

/** A store with the two ports that watches and consoles read. */
export interface ObservableStore extends OperationStore {
  readonly feed: ChangeFeed;
  readonly overview: OperationOverview;
}
