/** The rules that hold after every step, each with its name. */
import { attemptNumber } from '../../../shared/lifecycle/attempt.ts';
import { dueTime } from '../../../shared/lifecycle/due.ts';
import { isActive, isTerminal, type Operation } from '../../../shared/lifecycle/operation.ts';
import { dispatchOf } from '../../../shared/lifecycle/operation-facts.ts';
import type { OperationName } from '../../../shared/lifecycle/operation-name.ts';
import type { ResumeSignal, Signal } from '../../../shared/orchestrator/ports/publisher.ts';
import { endOf } from '../world/end-of.ts';
import type { WorldView } from '../world/world-view.ts';

/** A rule is broken. */
export class Violation extends Error {
  readonly rule: string;

  constructor(rule: string, what: string) {
    super(`${rule}: ${what}`);
    this.name = 'Violation';
    this.rule = rule;
  }
}

type Operations = ReadonlyMap<OperationName, Operation>;

export class Watcher {
  readonly #world: WorldView;
  readonly #ends = new Map<OperationName, string>();
  readonly #resumes = new Map<string, string>();
  #signals = 0;
  #completions = 0;

  constructor(world: WorldView) {
    this.#world = world;
  }

  async look(): Promise<void> {
    const { store, published, scenario, outside } = this.#world;
    const names = [
      ...published.map(({ operation }) => operation),
      ...outside.signals.map(({ operation }) => operation),
      ...Object.keys(scenario.ends),
    ];
    const operations = await store.operations([...new Set(names)] as OperationName[]);
    this.#endsStand(operations);
    await this.#waitsAreOpen(operations);
    await this.#dueIsFound(operations);
    await this.#signalsAreOfWhatIs(operations);
    this.#completionsSayWhatIsStored(operations);
    this.#nothingIsRefused();
  }

  #endsStand(operations: Operations): void {
    for (const operation of operations.values()) {
      if (!isTerminal(operation)) continue;
      const { name } = operation;
      const end = endOf(operation);
      const before = this.#ends.get(name);
      if (before !== undefined && before !== end) {
        throw new Violation('a terminal operation stays as it is', `${name} was ${before} and is ${end}`);
      }
      this.#ends.set(name, end);
    }
    for (const name of this.#ends.keys()) {
      const operation = operations.get(name);
      if (operation && isActive(operation)) {
        throw new Violation('a terminal operation stays as it is', `${name} is ${operation.state} again`);
      }
    }
  }

  async #waitsAreOpen(operations: Operations): Promise<void> {
    for (const operation of operations.values()) {
      const waits = await this.#world.store.waits(operation.name, 0, 20);
      const open = waits.filter(({ wait }) => wait.end === undefined).map(({ wait }) => wait.waitId);
      const named = operation.state === 'WAITING' ? [operation.wait.waitId] : [];
      if (JSON.stringify(open) !== JSON.stringify(named)) {
        throw new Violation(
          'an operation that waits has the one open wait that it names, and no other has one',
          `${operation.name} is ${operation.state}, names ${named}, and ${open} are open`,
        );
      }
    }
  }

  /** The row may say a later time than the operation: a lease is not lost before sweep has run for as long. */
  async #dueIsFound(operations: Operations): Promise<void> {
    const due = [...operations.values()].flatMap((operation) => dueTime(operation) ?? []);
    if (due.length === 0) return;
    const latest = Math.max(Math.min(...due), this.#world.clock.now) + MAX_POSTPONED_MS;
    const next = await this.#world.store.nextDueTime();
    if (next === undefined || next > latest) {
      throw new Violation('what is due will be found', `${Math.min(...due)} is due, and sweep finds ${next}`);
    }
  }

  async #signalsAreOfWhatIs(operations: Operations): Promise<void> {
    const { signals } = this.#world.outside;
    for (const signal of signals.slice(this.#signals)) {
      const operation = operations.get(signal.operation);
      if (!operation) throw new Violation('a signal is of an operation that is there', signal.operation);
      if (signal.attempt > attemptNumber(operation.attempts)) {
        throw new Violation(
          'a signal is of an attempt that was made',
          `${signal.eventId} of ${signal.attempt}`,
        );
      }
      if (signal.kind === 'RESUME' && signal.waitId !== undefined) {
        await this.#resumeIsOfAnEndedWait(signal, operation);
      }
    }
    this.#signals = signals.length;
  }

  async #resumeIsOfAnEndedWait(signal: ResumeSignal, operation: Operation): Promise<void> {
    const { waitId = '' } = signal;
    const wait = await this.#world.store.wait({ operation: signal.operation, waitId });
    if (!wait?.end) throw new Violation('a RESUME is of a wait that has ended', signal.eventId);
    // A worker without attempts gets the RESUME of each wait once. Other workers get it once for each attempt.
    const attempt = dispatchOf(operation) ? signal.attempt : 0;
    this.#isTheSame(`${signal.operation} ${waitId} ${attempt}`, signal);
    this.#isTheSame(`${signal.operation} ${waitId}`, { ...signal, attempt: 0, eventId: '' });
  }

  /** Repeats of one RESUME, and its sends for later attempts, have the same content. */
  #isTheSame(key: string, { eventId, cause, children, notifications }: Signal & ResumeSignal): void {
    const said = JSON.stringify([eventId.replace(/:\d+$/, ''), cause, children, notifications]);
    const before = this.#resumes.get(key);
    if (before !== undefined && before !== said) {
      throw new Violation(
        'a wait is resumed once, and every repeat says the same',
        `${before}, then ${said}`,
      );
    }
    this.#resumes.set(key, said);
  }

  #completionsSayWhatIsStored(operations: Operations): void {
    const { completions } = this.#world.outside;
    for (const { operation: name, end, eventId } of completions.slice(this.#completions)) {
      const operation = operations.get(name);
      const gone = !operation || operation.state === 'DELETED';
      const stored = this.#ends.get(name);
      if ((stored ?? (gone ? end : undefined)) !== end) {
        throw new Violation('a completion says what is stored', `${name}: ${end}, and stored is ${stored}`);
      }
      const first = completions.find(({ operation: other }) => other === name);
      if (first?.eventId !== eventId) {
        throw new Violation('every completion of an operation has the same event id', `${name}: ${eventId}`);
      }
    }
    this.#completions = completions.length;
  }

  #nothingIsRefused(): void {
    const { deadLetters } = this.#world.outside;
    if (deadLetters.length > 0 && !this.#world.scenario.deadLetters) {
      throw new Violation('an event that breaks no rule is not refused', deadLetters[0]?.reason ?? '');
    }
  }
}

/** The longest lease of the scenarios, plus the interval of `sweep`. */
const MAX_POSTPONED_MS = 400_000;
