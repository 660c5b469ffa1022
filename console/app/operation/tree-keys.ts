/** The keys of a tree: https://www.w3.org/WAI/ARIA/apg/patterns/treeview/ */
export function moveInTree(event: KeyboardEvent): void {
  const tree = event.currentTarget as HTMLElement;
  const focused = document.activeElement as HTMLElement | null;
  const item = focused?.closest<HTMLElement>('[role=treeitem]');
  if (!item || !tree.contains(item) || event.ctrlKey || event.metaKey || event.altKey) return;
  const items = [...tree.querySelectorAll<HTMLElement>('[role=treeitem]')];
  const at = items.indexOf(item);
  const expanded = item.getAttribute('aria-expanded');
  const toggle = () => item.dispatchEvent(new Event('toggle'));
  const focus = (other: Element | null | undefined) => {
    if (!(other instanceof HTMLElement)) return;
    for (const one of items) one.tabIndex = one === other ? 0 : -1;
    other.focus();
  };
  switch (event.key) {
    case 'ArrowDown':
    case 'j':
      focus(items[at + 1]);
      break;
    case 'ArrowUp':
    case 'k':
      focus(items[at - 1]);
      break;
    case 'Home':
      focus(items[0]);
      break;
    case 'End':
      focus(items.at(-1));
      break;
    case 'ArrowRight':
      if (expanded === 'false') toggle();
      else if (expanded === 'true') focus(items[at + 1]);
      break;
    case 'ArrowLeft':
      if (expanded === 'true') toggle();
      else focus(item.parentElement?.closest('[role=treeitem]'));
      break;
    case 'Enter':
    case ' ':
      item.querySelector<HTMLElement>(':scope > .node-line a, :scope > button')?.click();
      break;
    default:
      return;
  }
  event.preventDefault();
}
