import fc from 'fast-check';

export type Outcome = 'QUEUED' | 'ACTIVE' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'limit';

type Step = { readonly [name: string]: unknown };

/** Random nested programs, as JSON source: steps of every kind, with jumps wherever jumps may go. */
export const programs: fc.Arbitrary<string> = fc
  .record({ main: steps('m', [], 3, 'outside'), sub: steps('u', [], 2, 'outside') })
  .map(({ main, sub }) => {
    const init = { init: { assign: [{ n: 0 }, { l: [1, 2] }, { o: {} }] } };
    return JSON.stringify({
      main: { steps: [init, ...main] },
      sub: { params: ['p'], steps: [init, ...sub] },
    });
  });

/** Where a list of steps is, as far as `next` and `return` are concerned. */
type Place = 'outside' | 'loop' | 'branch' | 'iteration';

/** A list of steps named `prefix0`, `prefix1` …; `targets` are the steps around it that `next` may name. */
function steps(
  prefix: string,
  targets: readonly string[],
  depth: number,
  place: Place,
): fc.Arbitrary<Step[]> {
  return fc.integer({ min: 1, max: 4 }).chain((count) => {
    const names = Array.from({ length: count }, (_, at) => `${prefix}${at}`);
    const reachable = [...targets, ...names];
    return fc.tuple(
      ...names.map((name) => body(name, reachable, depth, place).map((step) => ({ [name]: step }))),
    );
  });
}

function body(name: string, targets: readonly string[], depth: number, place: Place): fc.Arbitrary<Step> {
  const { leaves, blocks } = {
    leaves: leafSteps(name, targets, place),
    blocks: blockSteps(name, targets, depth, place),
  };
  return depth === 0 ? fc.oneof(...leaves) : fc.oneof(...leaves, ...blocks);
}

/** Local variables are named after their step, so that parallel steps never assign one of their surroundings. */
function leafSteps(name: string, targets: readonly string[], place: Place): fc.Arbitrary<Step>[] {
  const leaves: fc.Arbitrary<Step>[] = [
    fc.constantFrom(
      { assign: [{ n: `\${n + 1}` }, { 'o.k': `\${n}` }] },
      { assign: [{ 'l[0]': `\${l[1]}` }, { [`x_${name}`]: `\${len(l)}` }] },
      { assign: [{ [`x_${name}`]: `\${l[5]}` }] },
      { assign: [{ [`x_${name}`]: `\${1 / (n % 3)}` }] },
      { call: 'sys.sleep', args: { seconds: `\${n % 4}` } },
      { call: 'sub', args: { p: `\${n}` }, result: `y_${name}` },
      { assign: [{ n: `\${n + default(sub(n), 1)}` }] },
      { raise: 'an error' },
      { raise: { code: 503, tags: ['HttpError'] } },
    ),
    jump(targets, place).map((next) => ({ switch: [{ condition: `\${n % 2 == 0}`, next }] })),
    jump(targets, place).map((next) => ({ assign: [{ n: `\${n + 1}` }], next })),
  ];
  if (place === 'outside' || place === 'loop') leaves.push(fc.constant({ return: `\${n}` }));
  return leaves;
}

function jump(targets: readonly string[], place: Place): fc.Arbitrary<string> {
  const ways: Readonly<Record<Place, readonly string[]>> = {
    outside: ['end'],
    loop: ['end', 'break', 'continue'],
    branch: [],
    iteration: ['continue'],
  };
  return fc.constantFrom(...targets, ...ways[place]);
}

function blockSteps(
  name: string,
  targets: readonly string[],
  depth: number,
  place: Place,
): fc.Arbitrary<Step>[] {
  const inner = (suffix: string, around: readonly string[], where: Place) =>
    steps(`${name}${suffix}`, around, depth - 1, where);
  // A loop inside a parallel step may be left with break, but not with return or end.
  const loopPlace: Place = place === 'branch' || place === 'iteration' ? 'iteration' : 'loop';
  const policy = {
    predicate: `\${http.default_retry_predicate}`,
    max_retries: 2,
    backoff: { initial_delay: 1 },
  };
  return [
    inner('s', targets, place).map((list) => ({ steps: list })),
    inner('l', targets, loopPlace).map((list) => ({ for: { value: 'v', range: [1, 3], steps: list } })),
    inner('i', [], 'iteration').map((list) => ({
      parallel: { shared: ['n', 'l', 'o'], for: { value: 'v', in: `\${l}`, steps: list } },
    })),
    fc.tuple(inner('a', [], 'branch'), inner('b', [], 'branch')).map(([one, two]) => ({
      parallel: { shared: ['n', 'l', 'o'], branches: [{ one: { steps: one } }, { two: { steps: two } }] },
    })),
    fc
      .tuple(inner('t', targets, place), inner('e', targets, place), fc.boolean())
      .map(([tried, handled, retry]) => ({
        try: { steps: tried },
        ...(retry && { retry: policy }),
        except: { as: 'e', steps: handled },
      })),
  ];
}
