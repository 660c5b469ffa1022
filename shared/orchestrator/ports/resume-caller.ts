import type { ResumeSignal } from './publisher.ts';

/** Calls the URL that a wait gave as its resumeMethod. */
export interface ResumeCaller {
  /** Resolves once the URL answered 2xx; rejects with a Failure otherwise. */
  call(url: string, signal: ResumeSignal): Promise<void>;
}
