import type { HeartbeatRequest } from '../../../proto/generated/lro/v1/calls_pb.js';
import { attemptOf } from '../../messages/attempt.ts';
import { catchPointOf } from '../../messages/dispatch.ts';
import { messageFromJson } from '../../messages/json.ts';
import { messageType } from '../../messages/registry.ts';
import { toRfc3339 } from '../../messages/timestamp.ts';
import { heartbeatOperation } from '../../orchestrator/heartbeat-operation.ts';
import { checkedName } from '../request-name.ts';
import { type AnsweringMethod, ON_OPERATION, requireSameName } from './method.ts';

const requestType = messageType<HeartbeatRequest>('lro.v1.HeartbeatRequest');

/** Takes an attempt, or renews its lease. ABORTED if the attempt has ended or another worker holds it. */
export const heartbeat: AnsweringMethod = {
  http: 'POST',
  path: `${ON_OPERATION}:heartbeat`,
  changesOne: true,
  async answer({ orchestrator, name, body }) {
    const request = messageFromJson(requestType, body ?? {});
    requireSameName({ name: request.name }, name);
    const operation = checkedName(name);
    const catchPoint = catchPointOf(request, 'catchPoint');
    const { attempt, worker } = attemptOf(request);
    const lease = await heartbeatOperation(orchestrator, { operation, attempt, worker, catchPoint });
    const { leaseExpireTime, cancelRequested, savepoint } = lease;
    const { checkpoint, resumePoint } = savepoint ?? {};
    return {
      leaseExpireTime: leaseExpireTime === undefined ? undefined : toRfc3339(leaseExpireTime),
      cancelRequested,
      checkpoint: checkpoint && Buffer.from(checkpoint).toString('base64'),
      resumePoint,
    };
  },
};
