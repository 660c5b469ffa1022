import { randomUUID } from 'node:crypto';
import { isOperationName } from '../../shared/lifecycle/operation-name.ts';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import { lifecycleEventOfJson } from '../../shared/messages/lifecycle-event.ts';
import { applyCall } from '../../shared/orchestrator/apply-call.ts';
import { OperationNotFound } from '../../shared/orchestrator/existing-operation.ts';
import { heartbeatOperation } from '../../shared/orchestrator/heartbeat-operation.ts';
import type { Orchestrator } from '../../shared/orchestrator/orchestrator.ts';
import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';
import type { AttemptTaker, Taking, WantedAttempt } from '../bus/api/taking.ts';

/** google.rpc.Code */
const UNAVAILABLE = 14;

/** Takes attempts by the use cases of `:heartbeat` and `:apply`. */
export class OrchestratorTaker implements AttemptTaker {
  readonly #orchestrator: Orchestrator;

  constructor(orchestrator: Orchestrator) {
    this.#orchestrator = orchestrator;
  }

  async take({ operation, attempt, worker, catchPoint }: WantedAttempt): Promise<Taking> {
    // Signals of releases before attempts have none.
    if (!isOperationName(operation) || !Number.isSafeInteger(attempt)) return 'untaken';
    const request = { operation, attempt, worker, ...(catchPoint !== '' && { catchPoint }) };
    try {
      const { leaseExpireTime, cancelRequested } = await heartbeatOperation(this.#orchestrator, {
        ...request,
        onlyWithDispatch: true,
      });
      return leaseExpireTime === undefined ? 'untaken' : { cancelRequested };
    } catch (error) {
      // What the worker would be told, and would drop the signal for.
      return error instanceof InvalidInput || error instanceof OperationNotFound ? 'past' : 'untaken';
    }
  }

  async release({ operation, attempt, worker }: WantedAttempt): Promise<void> {
    const error = { code: UNAVAILABLE, message: 'The worker went away before it had the signal.' };
    const json = { operation, attempt, worker, attemptFailed: { error, released: true } };
    const id = randomUUID();
    const receipt = { attributes: {}, messageId: id, publishTime: this.#orchestrator.now() };
    const event = lifecycleEventOfJson(json, receipt, new AllowedHosts([]));
    // Where that fails, the lease runs out.
    await applyCall(this.#orchestrator, event).catch(() => {});
  }
}
