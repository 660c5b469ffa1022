import { useSignal } from '@preact/signals';
import type { HistoryLine, Inspection } from '../api/operation.ts';
import { useConsole } from '../console-context.ts';
import { counted } from '../text/number.ts';
import { statusName } from '../text/status-code.ts';
import { clock, duration } from '../text/time.ts';

/** The number of history lines that the API returns. */
const MAX_LINES = 200;

/** The history, newest first. It includes refused events with the reason. */
export function HistoryTable({ inspection }: { inspection: Inspection }) {
  const { now } = useConsole();
  const onlyRefused = useSignal(false);
  const { history, createTime } = inspection;
  const refused = history.filter(({ outcome }) => outcome !== 'APPLIED');
  const shown = onlyRefused.value ? refused : history;
  return (
    <section class="history" aria-labelledby="history">
      <div class="section-head">
        <h2 id="history">History</h2>
        <span class="soft">
          {counted(history.length, 'event')}
          {history.length >= MAX_LINES && ', the newest'}
        </span>
        <span class="spring" />
        {refused.length > 0 && (
          <label class="check">
            <input
              type="checkbox"
              checked={onlyRefused.value}
              onChange={(event) => {
                onlyRefused.value = event.currentTarget.checked;
              }}
            />
            Only the {refused.length} that changed nothing
          </label>
        )}
      </div>
      <div class="table-scroll" tabIndex={0} role="region" aria-labelledby="history">
        <table>
          <thead>
            <tr>
              <th scope="col">Applied</th>
              <th scope="col" class="number">
                After
              </th>
              <th scope="col">Event</th>
              <th scope="col">Outcome</th>
              <th scope="col">Attempt</th>
              <th scope="col">Event id</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((line) => (
              <tr key={`${line.eventId} ${line.recordTime}`} class={`outcome-${line.outcome.toLowerCase()}`}>
                <td title={`occurred ${line.occurTime}`}>{clock(line.recordTime, now.value)}</td>
                <td class="number">+{duration(Date.parse(line.recordTime) - Date.parse(createTime))}</td>
                <td>{line.type}</td>
                <td>
                  <Outcome line={line} />
                </td>
                <td>
                  {line.attempt ?? ''}
                  {line.worker && (
                    <span class="soft">
                      {' '}
                      <bdi>{line.worker}</bdi>
                    </span>
                  )}
                </td>
                <td class="mono">
                  <bdi>{line.eventId}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const REASONS: Readonly<Record<string, string>> = {
  TERMINAL: 'the operation had ended',
  SUPERSEDED: 'a newer wait stands',
  NOT_WAITING: 'the operation was not waiting',
  DELETED: 'the operation was deleted',
  STALE_ATTEMPT: 'its attempt is past',
};

function whyOf({ reason, rejected, error }: HistoryLine): string | undefined {
  if (rejected) return `${rejected.type} ${rejected.field}: ${rejected.reason}`;
  if (reason) return REASONS[reason] ?? reason;
  return error && `${statusName(error.code)}: ${error.message}`;
}

function Outcome({ line }: { line: HistoryLine }) {
  const { outcome } = line;
  const why = whyOf(line);
  return (
    <>
      <span class={`outcome ${outcome.toLowerCase()}`}>{outcome}</span>
      {why && (
        <span class="soft">
          {' '}
          <bdi>{why}</bdi>
        </span>
      )}
    </>
  );
}
