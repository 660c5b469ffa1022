/**
 * Everything outside of the orchestrator that outlives its processes: the store, the published messages, the launched workflows
 * and the called services.
 */
import type { OperationName } from '../../../shared/lifecycle/operation-name.ts';
import type { OpenWait } from '../../../shared/lifecycle/wait.ts';
import { Failure } from '../../../shared/orchestrator/ports/failure.ts';
import type { WorkflowLauncher } from '../../../shared/orchestrator/ports/launcher.ts';
import type {
  DeadLetter,
  Publisher,
  ResumeSignal,
  Signal,
} from '../../../shared/orchestrator/ports/publisher.ts';
import type { ResumeCaller } from '../../../shared/orchestrator/ports/resume-caller.ts';
import type { OperationStore } from '../../../shared/orchestrator/ports/store.ts';
import { endOf } from './end-of.ts';

export interface Completion {
  readonly operation: OperationName;
  readonly end: string;
  readonly eventId: string;
}

export interface OutsidePorts {
  readonly store: OperationStore;
  readonly publisher: Publisher;
  readonly launcher: WorkflowLauncher;
  readonly resumeCaller: ResumeCaller;
}

export class Outside {
  readonly signals: Signal[] = [];
  readonly completions: Completion[] = [];
  readonly deadLetters: DeadLetter[] = [];
  /** The signals that a `resumeMethod` was called with. */
  readonly calls: ResumeSignal[] = [];
  /** Executions that run, by name. */
  readonly executions = new Map<string, OpenWait>();
  readonly ports: OutsidePorts;
  /** Whether the quota of executions is used up. */
  quotaUsedUp = false;
  #launched = 0;

  constructor(
    store: OperationStore,
    listeners: {
      readonly signal: (signal: Signal) => void;
      readonly call: (url: string, signal: ResumeSignal) => void;
    },
  ) {
    this.ports = {
      store,
      publisher: {
        publishCompletion: async (operation) => {
          const { name, terminalEventId } = operation;
          this.completions.push({ operation: name, end: endOf(operation), eventId: terminalEventId });
        },
        publishSignal: async (signal) => {
          this.signals.push(signal);
          listeners.signal(signal);
        },
        publishDeadLetter: async (letter) => void this.deadLetters.push(letter),
        close: async () => {},
      },
      launcher: {
        launch: async (wait) => {
          if (this.quotaUsedUp) throw new Failure('exhausted', 'the quota of executions is used up');
          const name = `execution-${++this.#launched}`;
          this.executions.set(name, wait);
          return name;
        },
        isRunning: async (execution) => this.executions.has(execution),
        stop: async (execution) => void this.executions.delete(execution),
        close: async () => {},
      },
      resumeCaller: {
        call: async (url, signal) => {
          this.calls.push(signal);
          listeners.call(url, signal);
        },
      },
    };
  }
}
