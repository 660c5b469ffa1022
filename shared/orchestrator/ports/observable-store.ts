import type { ChangeFeed } from './change-feed.ts';
import type { OperationOverview } from './overview.ts';
import type { OperationStore } from './store.ts';

/** A store, and what watches and consoles read beside it. */
export interface ObservableStore extends OperationStore {
  readonly feed: ChangeFeed;
  readonly overview: OperationOverview;
}
