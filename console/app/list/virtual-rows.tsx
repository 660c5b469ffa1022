import { useSignal } from '@preact/signals';
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type VirtualItem,
  Virtualizer,
} from '@tanstack/virtual-core';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useConsole } from '../console-context.ts';
import { operationHref } from '../routing.ts';
import { count as countText } from '../text/number.ts';
import type { OperationList } from './operation-list.ts';
import { COLUMNS, RowView } from './row-view.tsx';

const ROW_HEIGHT = 38;
const OVERSCAN = 8;
/** Within this distance of the top, in pixels, new operations are shown at once. */
const TOP = 4;

/** Shows the list as a grid in which only the visible rows exist as elements. */
export function VirtualRows({ list }: { list: OperationList }) {
  const { router } = useConsole();
  const scroller = useRef<HTMLDivElement>(null);
  const drawn = useSignal(0);
  const active = useSignal<number>(-1);
  const count = list.count.value;
  list.version.value;
  drawn.value;

  const virtualizer = useMemo(
    () =>
      new Virtualizer<HTMLDivElement, HTMLDivElement>({
        count: 0,
        getScrollElement: () => scroller.current,
        estimateSize: () => ROW_HEIGHT,
        scrollToFn: elementScroll,
        observeElementRect,
        observeElementOffset,
      }),
    [],
  );
  virtualizer.setOptions({
    ...virtualizer.options,
    count,
    overscan: OVERSCAN,
    onChange: () => {
      drawn.value++;
    },
  });
  useEffect(() => virtualizer._didMount(), [virtualizer]);
  useEffect(() => virtualizer._willUpdate());

  const items: readonly VirtualItem[] = virtualizer.getVirtualItems();
  const [first, last] = [items.at(0)?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => {
    list.following = (virtualizer.scrollOffset ?? 0) <= TOP;
    list.show(first, last);
  }, [list, virtualizer, first, last, count, list.version.value]);

  const move = (to: number) => {
    const next = Math.min(count - 1, Math.max(0, to));
    active.value = next;
    virtualizer.scrollToIndex(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
    const steps: Readonly<Record<string, number>> = {
      ...{ ArrowDown: active.value + 1, j: active.value + 1, ArrowUp: active.value - 1, k: active.value - 1 },
      ...{ PageDown: active.value + page, PageUp: active.value - page, Home: 0, End: count - 1 },
    };
    const row = list.row(active.value);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' && row) router.go(operationHref(row.name));
    else if (Object.hasOwn(steps, event.key)) move(steps[event.key] ?? 0);
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={scroller}
      class="rows"
      role="grid"
      tabIndex={0}
      aria-label={`Operations, newest first, ${countText(count)} in all. Arrow keys move, Enter opens.`}
      aria-rowcount={count + 1}
      aria-colcount={COLUMNS.length}
      aria-activedescendant={
        active.value >= first && active.value <= last ? `row-${active.value}` : undefined
      }
      onKeyDown={onKeyDown}
      data-held-rows={list.heldRows}
    >
      <div class="row head" role="row" aria-rowindex={1}>
        {COLUMNS.map((name) => (
          <span key={name} role="columnheader" class="cell">
            {name}
          </span>
        ))}
      </div>
      <div role="rowgroup" class="body" style={{ height: `${virtualizer.getTotalSize()}px` }}>
        {items.map(({ index, start }) => (
          <RowView
            key={list.row(index)?.name ?? index}
            row={list.row(index)}
            index={index}
            top={start}
            active={index === active.value}
          />
        ))}
      </div>
    </div>
  );
}
