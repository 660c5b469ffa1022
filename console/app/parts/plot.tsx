import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'preact/hooks';

export interface Line {
  readonly label: string;
  /** The name of a custom property of the style sheet. */
  readonly color: string;
  readonly values: readonly (number | null)[];
  readonly bars?: boolean;
}

export interface PlotProps {
  readonly title: string;
  /** A description of the plot for screen readers. */
  readonly summary: string;
  /** Seconds since the epoch. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  /** The possible steps of the vertical axis. Default: decimal steps. */
  readonly steps?: readonly number[];
}

const HEIGHT = 84;

/** A small plot over time. It is drawn again when the values, the size or the colours change. */
export function Plot({ title, summary, times, lines, format, steps }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let plot: uPlot | undefined;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(
        optionsOf(element, lines, format, steps),
        [[...times], ...lines.map(({ values }) => [...values])],
        element,
      );
    };
    const resized = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: HEIGHT }));
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const theme = new MutationObserver(draw);
    draw();
    resized.observe(element);
    scheme.addEventListener('change', draw);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      resized.disconnect();
      theme.disconnect();
      scheme.removeEventListener('change', draw);
      plot?.destroy();
    };
  }, [times, lines, format, steps]);
  return (
    <figure class="plot" role="img" aria-label={`${title}: ${summary}`}>
      <figcaption aria-hidden="true">
        {title}
        <span class="legend">
          {lines.map(({ label, color }) => (
            <span key={label}>
              <svg class="key" viewBox="0 0 8 8" aria-hidden="true">
                <rect width="8" height="8" rx="2" style={{ fill: `var(${color})` }} />
              </svg>
              {label}
            </span>
          ))}
        </span>
      </figcaption>
      <div ref={place} class="canvas" />
    </figure>
  );
}

function optionsOf(
  element: HTMLElement,
  lines: readonly Line[],
  format: (value: number) => string,
  steps: readonly number[] | undefined,
): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const font = `11px ${style.fontFamily}`;
  const axis = { stroke: color('--text-soft'), font, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [6, 16, 0, 0],
    cursor: { show: false },
    legend: { show: false },
    scales: { y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
    axes: [
      {
        ...axis,
        size: 18,
        gap: 2,
        space: 64,
        grid: { show: false },
        values: (_plot, ticks) => ticks.map(clockOf),
      },
      {
        ...{ ...axis, size: 48, gap: 4, space: 28 },
        grid: { stroke: color('--line'), width: 1 },
        values: (_plot, ticks) => ticks.map(format),
        ...(steps && { incrs: [...steps] }),
      },
    ],
    series: [
      {},
      ...lines.map(
        (line): uPlot.Series => ({
          label: line.label,
          stroke: color(line.color),
          fill: line.bars ? color(line.color) : undefined,
          width: line.bars ? 0 : 1.6,
          points: { show: !line.bars && line.values.filter((value) => value !== null).length < 3, size: 4 },
          spanGaps: true,
          paths: line.bars ? uPlot.paths.bars?.({ size: [0.7, 12], align: 1 }) : undefined,
        }),
      ),
    ],
  };
}

function clockOf(seconds: number): string {
  const date = new Date(seconds * 1_000);
  return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
}
