/** Turns the wheel and the pointer over the timeline into zooming and moving. */
import { useEffect, useRef } from 'preact/hooks';
import { LEFT, RIGHT } from './timeline-layout.ts';

/** Zooms by the mouse wheel with Ctrl or Shift, and moves by dragging. */
export function usePointer(
  place: { readonly current: HTMLDivElement | null },
  onChange: (factor: number, center: number, shift: number) => void,
): void {
  const change = useRef(onChange);
  change.current = onChange;
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const plotWidth = () => Math.max(1, element.clientWidth - LEFT - RIGHT);
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.shiftKey) return;
      event.preventDefault();
      const center = (event.clientX - element.getBoundingClientRect().left - LEFT) / plotWidth();
      const delta = event.deltaY || event.deltaX;
      change.current(
        Math.exp(Math.max(-0.5, Math.min(0.5, delta / 300))),
        Math.min(1, Math.max(0, center)),
        0,
      );
    };
    let last: number | undefined;
    const onDown = (event: PointerEvent) => {
      if (event.button === 0) last = event.clientX;
    };
    const onMove = (event: PointerEvent) => {
      if (last === undefined || event.buttons === 0) return;
      change.current(1, 0.5, (last - event.clientX) / plotWidth());
      last = event.clientX;
    };
    const onUp = () => {
      last = undefined;
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    element.addEventListener('pointerdown', onDown);
    element.addEventListener('pointermove', onMove);
    window.addEventListener('pointerup', onUp);
    return () => {
      element.removeEventListener('wheel', onWheel);
      element.removeEventListener('pointerdown', onDown);
      element.removeEventListener('pointermove', onMove);
      window.removeEventListener('pointerup', onUp);
    };
  }, [place]);
}
