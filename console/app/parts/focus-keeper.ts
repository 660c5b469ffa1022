/**
 * Keeps the place of a person who works by keyboard: where the focused element goes away, by an act or by a change that comes in, browsers
 * put the focus on the page as a whole, from where the next Tab begins at the top.
 */
export function keepFocus(document: Document): () => void {
  /** The element that has the focus, and what contains it, the innermost first. */
  let path: readonly HTMLElement[] = [];
  const onFocus = ({ target }: FocusEvent) => {
    path = pathOf(target as HTMLElement);
  };
  const restore = () => {
    const [focused] = path;
    // A click beside everything takes the focus away from an element that stays.
    if (document.activeElement !== document.body || !focused || isThere(focused)) return;
    const place = path.find(isThere) ?? document.querySelector('main');
    // One outside of an open dialog cannot have the focus, which the dialog gives back when it closes.
    if (!place || document.querySelector('dialog[open]')) return;
    if (place.tabIndex < 0) place.setAttribute('tabindex', '-1');
    place.focus({ preventScroll: true });
  };
  const observer = new MutationObserver(restore);
  document.addEventListener('focusin', onFocus);
  observer.observe(document.body, { childList: true, subtree: true });
  return () => {
    observer.disconnect();
    document.removeEventListener('focusin', onFocus);
  };
}

function pathOf(element: HTMLElement): readonly HTMLElement[] {
  const path: HTMLElement[] = [];
  for (let next: HTMLElement | null = element; next && next !== document.body; next = next.parentElement)
    path.push(next);
  return path;
}

function isThere(element: HTMLElement): boolean {
  return element.isConnected && element.id !== 'app' && element.id !== 'content';
}
