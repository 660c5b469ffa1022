/**
 * The services that the examples call: replacements in memory, which remember by idempotency key what was done. A repeated
 * call with the same key has no further effect, as with the APIs of banks, airlines and Google.
 */
class Bookings {
  readonly booked: Record<string, string> = {};

  async book(what: string, key: string): Promise<string> {
    this.booked[key] ??= `${what}-${Object.keys(this.booked).length + 1}`;
    return this.booked[key];
  }

  /** Also succeeds if nothing was booked with the key. */
  async cancel(key: string): Promise<void> {
    delete this.booked[key];
  }
}

class Cards {
  readonly charges: Record<string, number> = {};

  async charge(cents: number, key: string): Promise<void> {
    this.charges[key] ??= cents;
  }

  async refund(key: string): Promise<void> {
    delete this.charges[key];
  }
}

class Mail {
  readonly sent: Record<string, string> = {};

  async send(to: string, text: string, key: string): Promise<void> {
    this.sent[key] ??= `${to}: ${text}`;
  }
}

/** Jobs of another service. A repeated call with the same request id returns the same job. */
class Jobs {
  started: string[] = [];

  async start(what: string, requestId?: string): Promise<string> {
    const known =
      requestId === undefined ? undefined : this.started.find((job) => job.endsWith(`#${requestId}`));
    if (known) return known;
    const name = `${what}#${requestId ?? this.started.length}`;
    this.started.push(name);
    return name;
  }
}

/** The accounts of a ledger. Each list has another order. */
class Accounts {
  listed = 0;

  async list(): Promise<string[]> {
    return this.listed++ % 2 === 0 ? ['ann', 'bob'] : ['bob', 'ann'];
  }
}

export const flights = new Bookings();
export const hotels = new Bookings();
export const cards = new Cards();
export const mail = new Mail();
export const jobs = new Jobs();
export const accounts = new Accounts();
