/**
 * Shows an operation, its waits and their children as a tree, through all levels.
 *
 * Many children are grouped by outcome. A group is read page by page, after the user opens it.
 */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { messageOf } from '../api/api-error.ts';
import {
  type Child,
  type Inspection,
  isOperationName,
  OUTCOMES,
  type Outcome,
  type Wait,
} from '../api/operation.ts';
import { useConsole } from '../console-context.ts';
import { NameLink } from '../parts/name-link.tsx';
import { count, counted } from '../text/number.ts';
import { abandonedText } from './abandoned.ts';
import { type ChildPage, childPage } from './child-pages.ts';
import { OutcomeBar, OutcomeMark } from './outcome-mark.tsx';
import { sinceTheWait } from './since-the-wait.ts';
import { Branch, Note } from './tree-branch.tsx';
import { moveInTree } from './tree-keys.ts';

/** Up to this number, children are listed without groups. */
const UNGROUPED = 25;

/** `version` is incremented when the operation was read again. */
export function Tree({ inspection, version }: { inspection: Inspection; version: number }) {
  const { waits, name } = inspection;
  return (
    <section class="tree" aria-labelledby="tree">
      <div class="section-head">
        <h2 id="tree">What it waited for</h2>
        <span class="soft">{counted(waits.length, 'wait')}</span>
      </div>
      {waits.length === 0 ? (
        <p class="soft">It has not waited for anything.</p>
      ) : (
        <ul role="tree" aria-labelledby="tree" onKeyDown={moveInTree}>
          {[...waits].reverse().map((wait, index) => (
            <WaitNode
              key={wait.waitId}
              name={name}
              wait={wait}
              version={version}
              number={waits.length - index}
              first={index === 0}
              level={1}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface WaitNodeProps {
  readonly name: string;
  readonly wait: Wait;
  readonly number: number;
  readonly first: boolean;
  readonly level: number;
  readonly version: number;
}

function WaitNode({ name, wait, number, first, level, version }: WaitNodeProps) {
  const { counts } = wait.children;
  const total = Object.values(counts).reduce((sum, value) => sum + value, 0);
  const outcomes = OUTCOMES.filter((outcome) => (counts[outcome] ?? 0) > 0);
  return (
    <Branch
      level={level}
      open={first}
      tabStop={first && level === 1}
      leaf={total === 0}
      line={
        <>
          <span class="wait-title">Wait {number}</span>
          <span class="soft">{waitText(wait)}</span>
          <OutcomeBar counts={counts} total={total} />
        </>
      }
    >
      {() =>
        total <= UNGROUPED ? (
          <ChildList name={name} wait={wait} outcome={undefined} level={level + 1} version={version} />
        ) : (
          outcomes.map((outcome) => (
            <Branch
              key={outcome}
              level={level + 1}
              open={outcome !== 'SUCCEEDED' && (counts[outcome] ?? 0) <= UNGROUPED}
              line={
                <>
                  <OutcomeMark outcome={outcome} />
                  <strong>{count(counts[outcome] ?? 0)}</strong> {outcomeText(outcome, wait)}
                </>
              }
            >
              {() => (
                <ChildList name={name} wait={wait} outcome={outcome} level={level + 2} version={version} />
              )}
            </Branch>
          ))
        )
      }
    </Branch>
  );
}

interface ChildListProps {
  readonly name: string;
  readonly wait: Wait;
  readonly outcome: Outcome | undefined;
  readonly level: number;
  readonly version: number;
}

function ChildList({ name, wait, outcome, level, version }: ChildListProps) {
  const { client } = useConsole();
  const pages = useSignal<readonly ChildPage[]>([]);
  const error = useSignal('');
  const load = async (from: readonly ChildPage[]) => {
    try {
      const page = await childPage(client, name, wait.waitId, outcome, from.at(-1)?.nextPageToken);
      pages.value = [...from, page];
      error.value = '';
    } catch (cause) {
      error.value = messageOf(cause);
    }
  };
  // Only the first page is read again after a change. Further pages stay, because the user opened them to read them.
  useEffect(() => {
    if (pages.value.length <= 1) void load([]);
  }, [version]);

  const children = pages.value.flatMap((page) => page.children);
  const { counts } = wait.children;
  const all = outcome ? (counts[outcome] ?? 0) : Object.values(counts).reduce((sum, value) => sum + value, 0);
  // Whether more children of the outcome follow is known from the counts, because a page does not say it.
  const more = pages.value.at(-1)?.nextPageToken !== undefined && children.length < all;
  return (
    <>
      {children.map((child) => (
        <ChildNode key={`${child.name} ${child.key ?? ''}`} wait={wait} child={child} level={level} />
      ))}
      {pages.value.length === 0 && !error.value && <Note level={level}>Reading…</Note>}
      {error.value && <Note level={level}>{error.value}</Note>}
      {more && (
        <Note level={level}>
          <button type="button" class="quiet" onClick={() => void load(pages.value)}>
            Show more
          </button>
        </Note>
      )}
    </>
  );
}

function ChildNode({ wait, child, level }: { wait: Wait; child: Child; level: number }) {
  const { name, outcome, key, error } = child;
  const since = sinceTheWait(wait, child);
  return (
    <Branch
      level={level}
      open={false}
      leaf={!isOperationName(name)}
      line={
        <>
          <OutcomeMark outcome={since?.mark ?? outcome} />
          <NameLink name={name} tabIndex={-1} />
          {key && !name.endsWith(`.${key}`) && key !== name && <bdi class="soft">{key}</bdi>}
          {since && <span class="soft">{since.text}</span>}
          {error && (
            <bdi class="note failed" title={error.message}>
              {error.message.slice(0, 200)}
            </bdi>
          )}
        </>
      }
    >
      {() => <Descendants name={name} level={level + 1} />}
    </Branch>
  );
}

/** The waits of a child, read when the child is opened. */
function Descendants({ name, level }: { name: string; level: number }) {
  const { client } = useConsole();
  const inspection = useSignal<Inspection | undefined>(undefined);
  const error = useSignal('');
  useEffect(() => {
    client.inspect(name, { pageSize: 1 }).then(
      (found) => {
        inspection.value = found;
      },
      (cause: unknown) => {
        error.value = messageOf(cause);
      },
    );
  }, [client, name]);
  if (error.value) return <Note level={level}>{error.value}</Note>;
  if (!inspection.value) return <Note level={level}>Reading…</Note>;
  const { waits, method } = inspection.value;
  if (waits.length === 0) return <Note level={level}>{method || 'It'} has not waited for anything.</Note>;
  return (
    <>
      {waits.map((wait, index) => (
        <WaitNode
          key={wait.waitId}
          {...{ name, wait, level, version: 0 }}
          number={index + 1}
          first={index === waits.length - 1}
        />
      ))}
    </>
  );
}

/** The bar of a wait that is over shows what the wait knew then. */
function notEnded({ counts: { PENDING: pending = 0 } }: Wait['children']): string {
  return pending > 0 ? `, while ${count(pending)} had not ended` : '';
}

function outcomeText(outcome: Outcome, { open }: Wait): string {
  if (outcome === 'PENDING' && !open) return 'had not ended when the wait ended';
  return outcome.toLowerCase().replace('_', ' ');
}

function waitText({ policy, open, cause, abandoned, resumedBy, sleepUntil, children }: Wait): string {
  const what =
    Object.keys(children.counts).length === 0 && sleepUntil
      ? 'timer'
      : policy.toLowerCase().replaceAll('_', ' ');
  if (open) return `${what}, open`;
  if (abandoned) return `${what}, ${abandonedText(abandoned)}${notEnded(children)}`;
  return `${what}, ended by ${(cause ?? '').toLowerCase()}${resumedBy ? ` (${resumedBy})` : ''}${notEnded(children)}`;
}
