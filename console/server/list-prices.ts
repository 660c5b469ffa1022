import type { Usage } from './system-view.ts';

/** The list prices of `us-central1` for the estimate, in US dollars. */
export const PRICES_AS_OF = '2026-01';

const KIB_A_MESSAGE = 1;
/** https://cloud.google.com/pubsub/pricing: per TiB, counted at publish and at delivery, at least 1 KiB a message. */
const PUBSUB_A_TIB = 40;
/** https://cloud.google.com/run/pricing, request-based. */
const REQUESTS_A_MILLION = 0.4;
const VCPU_SECOND = 0.000024;
const GIB_SECOND = 0.0000025;
/** Measured: the processor time of one event on an instance that applies several at a time. */
const CPU_SECONDS_AN_EVENT = 0.02;
const GIB_AN_INSTANCE = 0.5;
/** https://cloud.google.com/workflows/pricing: internal steps, without the free ones. */
const STEPS_A_THOUSAND = 0.01;
/** https://cloud.google.com/spanner/pricing: 100 processing units, the smallest instance, about $66 a month. */
const SPANNER_AN_HOUR = 0.09;

export interface ServiceCost {
  readonly service: string;
  readonly dollars: number;
  /** The usage that the estimate is computed from. */
  readonly basis: string;
}

/** Estimates the cost of the usage on Google Cloud at list prices, without free tiers, traffic and logs. */
export function costAtListPrices({ events, published, steps, hours }: Usage): readonly ServiceCost[] {
  const messages = events + published;
  const gib = (messages * 2 * KIB_A_MESSAGE) / 1_048_576;
  const perEvent =
    REQUESTS_A_MILLION / 1e6 + CPU_SECONDS_AN_EVENT * (VCPU_SECOND + GIB_AN_INSTANCE * GIB_SECOND);
  return [
    {
      service: 'Spanner',
      dollars: hours * SPANNER_AN_HOUR,
      basis: `100 processing units for ${hours.toFixed(1)} h`,
    },
    {
      service: 'Pub/Sub',
      dollars: (gib / 1_024) * PUBSUB_A_TIB,
      basis: `${whole(messages)} messages, published and delivered`,
    },
    { service: 'Cloud Run', dollars: events * perEvent, basis: `${whole(events)} events at 20 ms` },
    {
      service: 'Workflows',
      dollars: (steps / 1_000) * STEPS_A_THOUSAND,
      basis: `${whole(steps)} internal steps`,
    },
  ];
}

function whole(value: number): string {
  return value.toLocaleString('en');
}
