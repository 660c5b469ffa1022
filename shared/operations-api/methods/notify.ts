import type { NotifyRequest } from '../../../proto/generated/lro/v1/calls_pb.js';
import { messageFromJson } from '../../messages/json.ts';
import { notificationOf } from '../../messages/notification.ts';
import { PayloadRules } from '../../messages/payload.ts';
import { messageType } from '../../messages/registry.ts';
import { notifyOperation } from '../../orchestrator/notify-operation.ts';
import { checkedRequestId } from '../request-id.ts';
import { checkedName } from '../request-name.ts';
import { type AnsweringMethod, ON_OPERATION } from './method.ts';

const requestType = messageType<NotifyRequest>('lro.v1.NotifyRequest');

/** Applies the event `notified`. Answers FAILED_PRECONDITION for a terminal operation. */
export const notify: AnsweringMethod = {
  http: 'POST',
  path: `${ON_OPERATION}:notify`,
  changesOne: true,
  async answer({ orchestrator, name, body, callId }) {
    const limits = orchestrator.policy.payloads;
    const { payload, name: notification, requestId } = messageFromJson(requestType, body ?? {}, '', limits);
    const payloads = new PayloadRules(limits, 'JSON');
    const operation = checkedName(name);
    const notified = notificationOf({ name: notification, payload }, payloads, '');
    await notifyOperation(orchestrator, {
      operation,
      requestId: checkedRequestId(requestId) ?? callId,
      name: notified.name,
      payload: notified.payload,
    });
    return {};
  },
};
