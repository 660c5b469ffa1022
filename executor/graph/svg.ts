import { escapeHtml } from '../testing/coverage-report.ts';
import type { FlowLane, FlowRoutine, FlowStep } from './flow.ts';

const TEXT = 7.2;
const ROW = 18;
const GAP = 22;
const PADDING = 12;
const MIN_WIDTH = 110;

/** A drawing with its size, whose upper left corner is at 0,0. `columns` are the middles of its entry and exit. */
interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly draw: (x: number, y: number) => string;
}

/** The routines side by side, each from top to bottom; what is inside a step is drawn inside its box. */
export function svgText(routines: readonly FlowRoutine[]): string {
  const columns = routines.map(drawRoutine);
  const width = columns.reduce((sum, column) => sum + column.width + GAP, GAP);
  const height = Math.max(0, ...columns.map((column) => column.height)) + 2 * GAP;
  let x = GAP;
  const parts = columns.map((column) => {
    const part = column.draw(x, GAP);
    x += column.width + GAP;
    return part;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" font-family="sans-serif" font-size="12"><defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs><rect width="100%" height="100%" fill="#fff"/>\n${parts.join('\n')}\n</svg>\n`;
}

function drawRoutine({ name, parameters, steps }: FlowRoutine): Drawing {
  const title = `${name}(${parameters.join(', ')})`;
  const list = drawList(steps);
  const width = Math.max(list.width, title.length * TEXT);
  return {
    width,
    height: list.height + ROW + PADDING,
    draw: (x, y) =>
      `<text x="${round(x)}" y="${round(y + ROW - 4)}" font-weight="bold">${escapeHtml(title)}</text>${list.draw(x + (width - list.width) / 2, y + ROW + PADDING)}`,
  };
}

/** Steps under each other, with an arrow wherever control goes on to the next one. */
function drawList(steps: readonly FlowStep[]): Drawing {
  const boxes = steps.map(drawStep);
  const width = Math.max(MIN_WIDTH, ...boxes.map((box) => box.width));
  const height = boxes.reduce((sum, box) => sum + box.height, 0) + GAP * Math.max(0, boxes.length - 1);
  return {
    width,
    height,
    draw: (x, y) => {
      let top = y;
      const parts = boxes.map((box, at) => {
        const part = box.draw(x + (width - box.width) / 2, top);
        const bottom = top + box.height;
        top = bottom + GAP;
        const goesOn = at < boxes.length - 1 && (steps[at]?.fallsThrough ?? false);
        return goesOn ? part + arrow(x + width / 2, bottom, bottom + GAP) : part;
      });
      return parts.join('');
    },
  };
}

function drawStep(step: FlowStep): Drawing {
  const { name, kind, detail, jump } = step;
  const lines = [name, detail === '' ? kind : `${kind}: ${detail}`, ...(jump ? [`→ ${jump.label}`] : [])];
  const textWidth = Math.max(...lines.map((line) => line.length)) * TEXT + 2 * PADDING;
  const lanes = step.lanes.map(drawLane);
  const lanesWidth = lanes.reduce((sum, lane) => sum + lane.width + PADDING, PADDING);
  const width = Math.max(MIN_WIDTH, textWidth, lanes.length === 0 ? 0 : lanesWidth);
  const head = lines.length * ROW + 8;
  const lanesHeight = lanes.length === 0 ? 0 : Math.max(...lanes.map((lane) => lane.height)) + PADDING;
  return {
    width,
    height: head + lanesHeight,
    draw: (x, y) => {
      let left = x + (width - lanesWidth) / 2 + PADDING;
      const inner = lanes.map((lane) => {
        const part = lane.draw(left, y + head);
        left += lane.width + PADDING;
        return part;
      });
      return (
        box(x, y, width, head + lanesHeight, colorOf(kind), kind === 'return' || kind === 'raise') +
        texts(lines, x + width / 2, y) +
        inner.join('')
      );
    },
  };
}

function drawLane({ title, steps, jump }: FlowLane): Drawing {
  const list = steps.length === 0 ? undefined : drawList(steps);
  const lines = [...(title === '' ? [] : [title]), ...(jump ? [`→ ${jump.label}`] : [])];
  const head = lines.length * ROW + 4;
  const width = Math.max(list?.width ?? 0, ...lines.map((line) => line.length * TEXT)) + 2 * PADDING;
  const height = head + (list?.height ?? 0) + PADDING;
  return {
    width,
    height,
    draw: (x, y) =>
      box(x, y, width, height, '#fff', false) +
      texts(lines, x + width / 2, y - 2) +
      (list?.draw(x + (width - list.width) / 2, y + head) ?? ''),
  };
}

function box(x: number, y: number, width: number, height: number, fill: string, rounded: boolean): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${rounded ? 14 : 4}" fill="${fill}" stroke="#555"/>`;
}

function texts(lines: readonly string[], middle: number, top: number): string {
  return lines
    .map((line, at) => {
      const weight = at === 0 ? '' : ' fill="#444"';
      return `<text x="${round(middle)}" y="${round(top + (at + 1) * ROW - 2)}" text-anchor="middle"${weight}>${escapeHtml(line)}</text>`;
    })
    .join('');
}

function arrow(x: number, from: number, to: number): string {
  return `<line x1="${round(x)}" y1="${round(from)}" x2="${round(x)}" y2="${round(to - 1)}" stroke="#555" marker-end="url(#arrow)"/>`;
}

function colorOf(kind: FlowStep['kind']): string {
  switch (kind) {
    case 'call':
      return '#e3f0ff';
    case 'switch':
      return '#fff6d6';
    case 'for':
    case 'parallel':
      return '#e6f7e6';
    case 'try':
      return '#f3e8ff';
    case 'raise':
      return '#ffe3e3';
    default:
      return '#f4f4f4';
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
