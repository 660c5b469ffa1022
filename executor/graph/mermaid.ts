import type { FlowLane, FlowRoutine, FlowStep } from './flow.ts';

/** The routines as a Mermaid flowchart, which GitHub, GitLab and many editors draw. */
export function mermaidText(routines: readonly FlowRoutine[]): string {
  const lines = ['flowchart TD'];
  for (const [at, { name, parameters, steps }] of routines.entries()) {
    const end = `end${at}`;
    lines.push(`  subgraph routine${at}[${quoted(`${name}(${parameters.join(', ')})`)}]`);
    lines.push(`    start${at}([start])`, `    ${end}([end])`);
    const writer = new Writer(lines, end);
    const open = writer.sequence(steps, [{ from: `start${at}` }], { raised: end });
    writer.close(open, end);
    lines.push('  end');
  }
  return `${lines.join('\n')}\n`;
}

/** An arrow that leaves a step, and whose target is not known yet. */
interface Open {
  readonly from: string;
  readonly label?: string;
}

/** Where arrows go: to a step, or to what follows the step around them. */
type Target = string | Open[];

/** What is around a step. */
interface Around {
  /** Where a raised error goes: to the `except` that handles it, or to the end. */
  readonly raised: Target;
  /** Where `continue` and `break` of the innermost loop go. */
  readonly loop?: { readonly continue: Target; readonly break: Target };
}

class Writer {
  readonly #lines: string[];
  readonly #end: string;

  constructor(lines: string[], end: string) {
    this.#lines = lines;
    this.#end = end;
  }

  /** Draws steps after the arrows of `before`. @returns the arrows that leave the list at its end */
  sequence(steps: readonly FlowStep[], before: readonly Open[], around: Around): readonly Open[] {
    let open = before;
    for (const step of steps) {
      this.#lines.push(`    ${shape(step)}`);
      this.close(open, step.id);
      open = this.#after(step, around);
    }
    return open;
  }

  close(open: readonly Open[], target: Target, arrow = '-->'): void {
    if (typeof target !== 'string') {
      target.push(...open);
      return;
    }
    for (const { from, label } of open) {
      const text = label === undefined ? '' : `|${quoted(label)}|`;
      this.#lines.push(`    ${from} ${arrow}${text} ${target}`);
    }
  }

  #after(step: FlowStep, around: Around): readonly Open[] {
    if (step.kind === 'return' || step.kind === 'raise') {
      this.close([{ from: step.id }], step.kind === 'raise' ? around.raised : this.#end);
      return [];
    }
    const left: Open[] = [];
    const ends = step.lanes.flatMap((lane, at) => this.#lane(step, lane, inside(step, at, around, left)));
    // Where no case holds, or no iteration is left, control goes on from the step itself.
    const isPassed = step.lanes.length === 0 || step.kind === 'switch' || step.kind === 'for';
    const open = [...(isPassed ? [{ from: step.id }] : []), ...ends, ...left];
    return step.jump === undefined ? open : this.#jump(open, step.jump, around);
  }

  #lane(step: FlowStep, { title, steps, jump }: FlowLane, around: Around): readonly Open[] {
    if (steps.length === 0) {
      if (jump === undefined) return [];
      return this.#jump([{ from: step.id, label: title || jump.label }], jump, around);
    }
    const entry = title === '' ? { from: step.id } : { from: step.id, label: title };
    const ends = this.sequence(steps, [entry], around);
    if (jump !== undefined) return this.#jump(ends, jump, around);
    if (step.kind !== 'for') return ends;
    this.close(ends, step.id, '-.->');
    return [];
  }

  #jump(
    open: readonly Open[],
    { target, label }: { readonly target: string; readonly label: string },
    { loop }: Around,
  ): readonly Open[] {
    const labelled = open.map((arrow) => ({ label, ...arrow }));
    if (target === 'break' || target === 'continue') {
      this.close(labelled, loop?.[target] ?? this.#end, target === 'continue' ? '-.->' : '-->');
    } else {
      this.close(labelled, target === 'end' ? this.#end : target);
    }
    return [];
  }
}

/** @param left gets the arrows that go to what follows the step */
function inside(step: FlowStep, lane: number, around: Around, left: Open[]): Around {
  switch (step.kind) {
    case 'for':
      return { ...around, loop: { continue: step.id, break: left } };
    case 'parallel':
      return { ...around, loop: { continue: left, break: left } };
    case 'try': {
      const except = step.lanes[1];
      if (lane > 0 || except === undefined) return around;
      return { ...around, raised: except.steps[0]?.id ?? left };
    }
    default:
      return around;
  }
}

function shape({ id, name, kind, detail }: FlowStep): string {
  const label = quoted(detail === '' ? `${name}<br/>${kind}` : `${name}<br/>${kind}: ${detail}`);
  if (kind === 'switch') return `${id}{${label}}`;
  if (kind === 'for' || kind === 'parallel' || kind === 'try') return `${id}{{${label}}}`;
  if (kind === 'return' || kind === 'raise') return `${id}([${label}])`;
  return `${id}[${label}]`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '#quot;').replaceAll('\n', ' ')}"`;
}
