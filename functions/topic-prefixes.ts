/** The setting TOPIC_PREFIXES: lifecycle topics that accept only operations whose ids have a prefix. */
import * as v from 'valibot';
import type { Tenant } from '../shared/orchestrator/tenants.ts';
import { entriesOf } from './setting-entries.ts';

/** The beginning of an operation id. An id has at most 128 characters, and the prefix leaves half of them. */
const PREFIX = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$/;

/**
 * Reads `operation-lifecycle-a=a-,operation-lifecycle-b=b-`. The name of each topic is that of the common lifecycle topic
 * and a suffix.
 */
export function topicPrefixList(lifecycleTopic: string) {
  return v.pipe(
    v.string(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const prefixes: Tenant[] = [];
      for (const entry of entriesOf(dataset.value)) {
        const [topic = '', prefix = ''] = entry.split(/=(.*)/s);
        const problem = problemOf(entry, topic, prefix, lifecycleTopic) ?? clashOf(topic, prefix, prefixes);
        if (problem) {
          addIssue({ message: problem });
          return NEVER;
        }
        prefixes.push({ topic, prefix, ending: topic.slice(lifecycleTopic.length) });
      }
      return prefixes as readonly Tenant[];
    }),
  );
}

function problemOf(entry: string, topic: string, prefix: string, lifecycleTopic: string): string | undefined {
  if (!entry.includes('=')) return `must be TOPIC=PREFIX, separated by commas, and has "${entry}"`;
  const ending = topic.startsWith(`${lifecycleTopic}-`) ? topic.slice(lifecycleTopic.length + 1) : '';
  if (!/^[A-Za-z0-9._~+%-]+$/.test(ending) || topic.length > 255) {
    return `must name topics that begin with ${lifecycleTopic}-, and has "${topic}"`;
  }
  if (!PREFIX.test(prefix)) {
    return `must give ${topic} a prefix of ids, 1 to 64 of A-Z a-z 0-9 . _ ~ -, and has "${prefix}"`;
  }
  return undefined;
}

function clashOf(topic: string, prefix: string, others: readonly Tenant[]): string | undefined {
  if (others.some((other) => other.topic === topic))
    return `must name each topic once, and has ${topic} twice`;
  const clash = others.find((other) => other.prefix.startsWith(prefix) || prefix.startsWith(other.prefix));
  return clash && `must have no prefix that begins another, and has "${clash.prefix}" and "${prefix}"`;
}
