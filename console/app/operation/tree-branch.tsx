/** A line of the tree that opens and closes, and holds other lines. `moveInTree` moves the focus between the lines. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { Icon } from '../parts/icons.tsx';

interface BranchProps {
  readonly level: number;
  readonly open: boolean;
  readonly leaf?: boolean;
  /** The tree item that the Tab key moves to. */
  readonly tabStop?: boolean;
  readonly line: ComponentChildren;
  readonly children: () => ComponentChildren;
}

export function Branch({ level, open, leaf, tabStop, line, children }: BranchProps) {
  const opened = useSignal(open);
  const toggle = () => {
    opened.value = !opened.value;
  };
  return (
    <li
      role="treeitem"
      aria-level={level}
      aria-expanded={leaf ? undefined : opened.value}
      aria-selected={false}
      tabIndex={tabStop ? 0 : -1}
      class="node"
      onClick={(event) => {
        const target = event.target as Element;
        const isOwn = target.closest('[role=treeitem]') === event.currentTarget;
        if (isOwn && !leaf && !target.closest('a, button')) toggle();
      }}
      onToggle={toggle}
    >
      <span class="node-line">
        <span class="twist" aria-hidden="true">
          {!leaf && <Icon name={opened.value ? 'down' : 'right'} />}
        </span>
        {line}
      </span>
      {opened.value && !leaf && (
        <ul role="group" class="children">
          {children()}
        </ul>
      )}
    </li>
  );
}

/** A line of the tree that is no branch, such as an error or a button. */
export function Note({ level, children }: { level: number; children: ComponentChildren }) {
  return (
    <li role="treeitem" aria-level={level} aria-selected={false} tabIndex={-1} class="node note">
      {children}
    </li>
  );
}
