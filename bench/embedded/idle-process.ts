/** Resumes one at a time, in milliseconds; those in which the code is cold are left out. */
import { sendResult } from '../fresh-process.ts';
import { resumeOneByOne } from '../waits/resume-latency.ts';
import { onDurableSystem } from './workload.ts';

const COLD = 100;
const RESUMES = 300;

const latencies = await onDurableSystem((system) => resumeOneByOne(system, COLD + RESUMES));
sendResult(latencies.slice(COLD));
