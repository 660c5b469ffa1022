import type { Inspection, Status } from '../api/operation.ts';
import { useConsole } from '../console-context.ts';
import { NameLink } from '../parts/name-link.tsx';
import { counted } from '../text/number.ts';
import { readable, withoutSubject } from '../text/sentence.ts';
import { statusName } from '../text/status-code.ts';
import { ago, inTime } from '../text/time.ts';
import type { Explanation, Leaf } from './explanation.ts';

const SHOWN = 5;

interface WhyProps {
  readonly inspection: Inspection;
  readonly explanation: Explanation | undefined;
  readonly error: Status | undefined;
}

/** The first section of the page: why the operation is not done, or how it ended. */
export function Why({ inspection, explanation, error }: WhyProps) {
  const { now } = useConsole();
  const { state } = inspection;
  const done = inspection.completeTime !== undefined;
  // The explanation of a failure is not shown, because it repeats the error above.
  const repeats = error !== undefined && explanation?.sentence.includes(error.message);
  const title = done ? 'How it ended' : 'Why is it not done?';
  return (
    <section class={`why state-${state.toLowerCase()}`} aria-labelledby="why">
      <h2 id="why">{title}</h2>
      {error && (
        <p class="error-line">
          <strong title={`google.rpc.Code ${error.code}`}>{statusName(error.code)}</strong>{' '}
          <bdi class="message">{error.message.slice(0, 1_000)}</bdi>
        </p>
      )}
      {explanation?.sentence && !repeats && (
        <p class="sentence" title={explanation.sentence}>
          <bdi>{readable(explanation.sentence, now.value)}</bdi>
        </p>
      )}
      {!done && explanation && explanation.leaves.length > 0 && <Leaves leaves={explanation.leaves} />}
    </section>
  );
}

function Leaves({ leaves }: { leaves: readonly Leaf[] }) {
  const { now } = useConsole();
  return (
    <table class="leaves">
      <caption class="visually-hidden">What blocks it</caption>
      <thead>
        <tr>
          <th scope="col">Blocked by</th>
          <th scope="col">Why</th>
          <th scope="col">Since</th>
          <th scope="col">What wakes it next</th>
        </tr>
      </thead>
      <tbody>
        {leaves.slice(0, SHOWN).map((leaf) => (
          <tr key={leaf.name}>
            <td>
              <NameLink name={leaf.name} />
            </td>
            <td title={leaf.waitsFor}>
              <bdi>{withoutSubject(leaf.waitsFor, leaf.name, now.value)}</bdi>
            </td>
            <td title={leaf.since}>{leaf.since && ago(leaf.since, now.value)}</td>
            <td title={leaf.wakeTime}>
              {leaf.wakes}
              {leaf.wakeTime && `, ${inTime(leaf.wakeTime, now.value)}`}
            </td>
          </tr>
        ))}
        {leaves.length > SHOWN && (
          <tr>
            <td colSpan={4} class="more">
              and {counted(leaves.length - SHOWN, 'more', 'more')}
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
