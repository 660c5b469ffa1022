import { Fatal } from '../errors/fatal.ts';
import { LIMITS } from '../limits.ts';

/** Hosts of Google Cloud: a call to one is an internal step ("Pricing"). */
const GOOGLE_HOST = /(^|\.)(googleapis\.com|run\.app|cloudfunctions\.net|appspot\.com|pkg\.dev)$/;

/** What one execution has used up: the steps and HTTP calls that Google bills, and memory. Beyond a limit, the execution ends. */
export class Usage {
  readonly #abort: (reason: Fatal) => Fatal;
  #steps = 0;
  #httpCalls = 0;
  #externalCalls = 0;
  #memory = 0;

  /** @param abort ends the execution with the error */
  constructor(abort: (reason: Fatal) => Fatal) {
    this.#abort = abort;
  }

  get steps(): number {
    return this.#steps;
  }

  get httpCalls(): number {
    return this.#httpCalls;
  }

  /** Those of the HTTP calls that go to services outside of Google Cloud, which cost more. */
  get externalCalls(): number {
    return this.#externalCalls;
  }

  /** @throws Fatal beyond the limit */
  countSteps(steps: number): void {
    this.#steps += steps;
    if (this.#steps > LIMITS.steps) {
      throw this.#abort(new Fatal(`the execution ran more than ${LIMITS.steps} steps`));
    }
  }

  countHttpCall(url: string): void {
    this.#httpCalls++;
    if (!GOOGLE_HOST.test(new URL(url).hostname)) this.#externalCalls++;
  }

  /** Adds to the memory of the variables, or with a negative number takes from it. @throws Fatal beyond the limit */
  addMemory(bytes: number): void {
    this.#memory += bytes;
    if (bytes > 0 && this.#memory > LIMITS.variableBytes) {
      throw this.#abort(
        new Fatal(`the variables take ${this.#memory} bytes; at most ${LIMITS.variableBytes} are allowed`),
      );
    }
  }
}
