import type { FlowLane, FlowRoutine, FlowStep } from './flow.ts';

/** The routines as a Mermaid flowchart, which GitHub, GitLab and many editors draw. */
export function mermaidText(routines: readonly FlowRoutine[]): string {
  const lines = ['flowchart TD'];
  for (const [at, { name, parameters, steps }] of routines.entries()) {
    lines.push(`  subgraph routine${at}[${quoted(`${name}(${parameters.join(', ')})`)}]`);
    lines.push(`    start${at}([start])`, `    end${at}([end])`);
    const writer = new Writer(lines, `end${at}`);
    const ends = writer.sequence(steps, [`start${at}`], '    ');
    for (const end of ends) lines.push(`    ${end} --> end${at}`);
    lines.push('  end');
  }
  return `${lines.join('\n')}\n`;
}

class Writer {
  readonly #lines: string[];
  readonly #end: string;

  constructor(lines: string[], end: string) {
    this.#lines = lines;
    this.#end = end;
  }

  /** Draws steps after what `before` names. @returns what control leaves the list from, at its end */
  sequence(steps: readonly FlowStep[], before: readonly string[], indent: string): string[] {
    let open = [...before];
    for (const step of steps) {
      this.#lines.push(`${indent}${shape(step)}`);
      for (const from of open) this.#lines.push(`${indent}${from} --> ${step.id}`);
      open = this.#after(step, indent);
    }
    return open;
  }

  #after(step: FlowStep, indent: string): string[] {
    const ends = step.lanes.flatMap((lane) => this.#lane(step, lane, indent));
    if (step.kind === 'return' || step.kind === 'raise') {
      this.#lines.push(`${indent}${step.id} --> ${this.#end}`);
      return [];
    }
    // Where no case holds, or no iteration is left, control goes on from the step itself.
    const open =
      step.lanes.length === 0 || step.kind === 'switch' || step.kind === 'for' ? [step.id, ...ends] : ends;
    if (step.jump === undefined) return open;
    for (const from of open) this.#jump(from, step.jump, indent);
    return [];
  }

  #lane(step: FlowStep, { title, steps, jump }: FlowLane, indent: string): string[] {
    const [first, ...rest] = steps;
    if (first === undefined) {
      if (jump !== undefined)
        this.#jump(step.id, { target: jump.target, label: title || jump.label }, indent);
      return [];
    }
    this.#lines.push(`${indent}${shape(first)}`);
    const arrow = title === '' ? '-->' : `-->|${quoted(title)}|`;
    this.#lines.push(`${indent}${step.id} ${arrow} ${first.id}`);
    const ends = this.sequence(rest, this.#after(first, indent), indent);
    if (jump !== undefined) {
      for (const end of ends) this.#jump(end, jump, indent);
      return [];
    }
    if (step.kind !== 'for') return ends;
    for (const end of ends) this.#lines.push(`${indent}${end} -.-> ${step.id}`);
    return [];
  }

  #jump(
    from: string,
    { target, label }: { readonly target: string; readonly label: string },
    indent: string,
  ): void {
    const to = target === 'end' ? this.#end : target;
    if (target === 'break' || target === 'continue')
      this.#lines.push(`${indent}${from} -.->|${label}| ${this.#end}`);
    else this.#lines.push(`${indent}${from} -->|${quoted(label)}| ${to}`);
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
