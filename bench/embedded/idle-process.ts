/** Measures single resumes on an idle system, in milliseconds, after a warm-up. */
import { sendResult } from '../fresh-process.ts';
import { resumeOneByOne } from '../waits/resume-latency.ts';
import { onDurableSystem } from './workload.ts';

const COLD = 100;
const RESUMES = 300;

const latencies = await onDurableSystem((system) => resumeOneByOne(system, COLD + RESUMES));
sendResult(latencies.slice(COLD));
