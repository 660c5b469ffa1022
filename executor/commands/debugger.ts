import { createInterface, type Interface } from 'node:readline';
import { payloadText } from '../errors/report.ts';
import type { Program } from '../program/program.ts';
import type { StepStop } from '../runner/run-environment.ts';
import { didYouMean } from '../source/suggestion.ts';
import { Coverage } from '../testing/coverage.ts';

const HELP = `next (n)            run this step, and stop at the next one of the same list or after it
step, into (s)      run to the next step, also inside of subworkflows and blocks
continue (c)        run to the next breakpoint, or to the end
break NAME (b)      stop before every step of that name; again to remove it
variables (v)       print the variables that this step can read
print NAME (p)      print one of them
list (l)            print the source around the step
quit (q)            end the execution
`;

/** Stops at steps and reads commands from standard input. Prints to standard error. */
export class Debugger {
  readonly #file: string;
  readonly #lines: readonly string[];
  readonly #input: Interface;
  readonly #commands: AsyncIterator<string>;
  readonly #breakpoints = new Set<string>();
  readonly #steps = new Set<string>();
  #mode:
    | { readonly kind: 'into' }
    | { readonly kind: 'over'; readonly depth: number }
    | { readonly kind: 'run' } = {
    kind: 'into',
  };

  constructor(file: string, source: string) {
    this.#file = file;
    this.#lines = source.split('\n');
    this.#input = createInterface({ input: process.stdin, terminal: false });
    this.#commands = this.#input[Symbol.asyncIterator]();
  }

  /** Learns the names of the steps of a workflow, at which `break` can stop. */
  know(program: Program): void {
    for (const { step } of new Coverage(program).steps) this.#steps.add(step);
  }

  close(): void {
    this.#input.close();
  }

  /** Called before each step; the execution waits until the returned promise is settled. */
  readonly beforeStep = (stop: StepStop): Promise<void> | undefined => {
    const { kind } = this.#mode;
    const reached =
      kind === 'into' || (kind === 'over' && stop.depth <= (this.#mode as { depth: number }).depth);
    return reached || this.#breakpoints.has(stop.step) ? this.#ask(stop) : undefined;
  };

  async #ask(stop: StepStop): Promise<void> {
    this.#print(`${this.#file}:${stop.line}: ${stop.step} (in ${stop.routine})\n`);
    for (;;) {
      this.#print('> ');
      const { value, done } = await this.#commands.next();
      if (done) {
        this.#mode = { kind: 'run' };
        return;
      }
      const [command = '', name = ''] = value.trim().split(/\s+/);
      switch (command) {
        case 'next':
        case 'n':
          this.#mode = { kind: 'over', depth: stop.depth };
          return;
        case '':
        case 'step':
        case 'into':
        case 's':
          this.#mode = { kind: 'into' };
          return;
        case 'continue':
        case 'c':
          this.#mode = { kind: 'run' };
          return;
        case 'break':
        case 'b':
          this.#toggle(name);
          break;
        case 'variables':
        case 'v':
          for (const [variable, value] of stop.variables())
            this.#print(`${variable} = ${payloadText(value)}\n`);
          break;
        case 'print':
        case 'p': {
          const found = stop.variables().get(name);
          this.#print(
            found === undefined ? `no variable '${name}' is set here\n` : `${payloadText(found)}\n`,
          );
          break;
        }
        case 'list':
        case 'l':
          this.#list(stop.line);
          break;
        case 'quit':
        case 'q':
          stop.cancel();
          return;
        default:
          this.#print(HELP);
      }
    }
  }

  #toggle(name: string): void {
    if (name === '') this.#print(`breakpoints: ${[...this.#breakpoints].join(', ') || 'none'}\n`);
    else if (!this.#steps.has(name))
      this.#print(`no step has the name '${name}'${didYouMean(name, this.#steps)}\n`);
    else if (!this.#breakpoints.delete(name)) this.#breakpoints.add(name);
  }

  #list(line: number): void {
    for (let at = Math.max(1, line - 4); at <= Math.min(this.#lines.length, line + 4); at++) {
      this.#print(`${at === line ? '>' : ' '} ${String(at).padStart(4)} ${this.#lines[at - 1]}\n`);
    }
  }

  #print(text: string): void {
    process.stderr.write(text);
  }
}
