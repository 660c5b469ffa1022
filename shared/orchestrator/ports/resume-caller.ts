import type { ResumeSignal } from './publisher.ts';

/** The port that calls the URL in a wait's `resumeMethod`. */
export interface ResumeCaller {
  /** Resolves once the URL has answered 2xx. Rejects with a Failure otherwise. */
  call(url: string, signal: ResumeSignal): Promise<void>;
}
