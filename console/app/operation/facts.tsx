import type { ComponentChildren } from 'preact';
import type { Inspection } from '../api/operation.ts';
import { useConsole } from '../console-context.ts';
import { quoted } from '../filter/clauses.ts';
import { NameLink } from '../parts/name-link.tsx';
import { operationsHref } from '../routing.ts';
import { bytes } from '../text/number.ts';
import { ago, clock, duration, inTime } from '../text/time.ts';

/** Shows the main facts about the operation. */
export function Facts({ inspection }: { inspection: Inspection }) {
  const { now } = useConsole();
  const { method, parent, createTime, updateTime, completeTime, expireTime, labels } = inspection;
  const age = Date.parse(completeTime ?? new Date(now.value).toISOString()) - Date.parse(createTime);
  return (
    <dl class="facts">
      <Fact name="Method">
        {method ? (
          <a href={operationsHref(`method = ${quoted(method)}`)}>{<bdi>{method}</bdi>}</a>
        ) : (
          'not known yet'
        )}
      </Fact>
      {parent && (
        <Fact name="Parent">
          <NameLink name={parent} />
        </Fact>
      )}
      <Fact name={completeTime ? 'Took' : 'Age'}>{duration(age)}</Fact>
      <Fact name="Created" title={createTime}>
        {clock(createTime, now.value)}
      </Fact>
      <Fact name="Changed" title={updateTime}>
        {ago(updateTime, now.value)}
      </Fact>
      {expireTime && (
        <Fact name="Expires" title={expireTime}>
          {inTime(expireTime, now.value)}
        </Fact>
      )}
      <Attempts inspection={inspection} />
      {inspection.resumePoint && <Fact name="Resume point">{<bdi>{inspection.resumePoint}</bdi>}</Fact>}
      {inspection.checkpointBytes > 0 && <Fact name="Checkpoint">{bytes(inspection.checkpointBytes)}</Fact>}
      {inspection.rerunOf && (
        <Fact name="Rerun of">
          <NameLink name={inspection.rerunOf} />
        </Fact>
      )}
      {inspection.reruns && inspection.reruns.length > 0 && (
        <Fact name="Rerun as">
          {inspection.reruns.map((name) => (
            <NameLink key={name} name={name} />
          ))}
        </Fact>
      )}
      {Object.entries(labels).map(([key, value]) => (
        <Fact key={key} name={key} label>
          <a href={operationsHref(`labels.${key} = ${quoted(value)}`)}>
            <bdi>{value}</bdi>
          </a>
        </Fact>
      ))}
    </dl>
  );
}

/** Shows attempt, try and lease, and the next timer. */
function Attempts({ inspection }: { inspection: Inspection }) {
  const { now } = useConsole();
  const { attempt = 0, worker, leaseExpireTime, offered, retryTime, bound } = inspection;
  const at = (name: string, time: string | undefined) =>
    time !== undefined && (
      <Fact name={name} title={time}>
        {inTime(time, now.value)}
      </Fact>
    );
  return (
    <>
      {attempt > 0 && <Fact name="Attempt">{attempt}</Fact>}
      {inspection.try !== undefined && <Fact name="Try">{inspection.try}</Fact>}
      {worker && <Fact name="Worker">{<bdi>{worker}</bdi>}</Fact>}
      {at('Lease ends', leaseExpireTime)}
      {at('Sent again, unless taken', offered?.resendTime)}
      {at('Next attempt', retryTime)}
      {at(`Limit (${bound?.what.toLowerCase().replaceAll('_', ' ')})`, bound?.time)}
    </>
  );
}

interface FactProps {
  readonly name: string;
  readonly title?: string;
  readonly label?: boolean;
  readonly children: ComponentChildren;
}

function Fact({ name, title, label, children }: FactProps) {
  return (
    <div class={label ? 'fact label' : 'fact'} title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
