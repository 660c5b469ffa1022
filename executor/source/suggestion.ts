/** Names longer than this are not compared: the comparison takes time in proportion to the product of both lengths. */
const COMPARED_LENGTH = 80;
/** The candidates that one look-up compares at most, so that a file with thousands of mistakes stays fast to check. */
const COMPARED_CANDIDATES = 2000;

/**
 * The candidate that a misspelt name most likely stands for: the same letters apart from case and separators, or at most
 * one edit for every three letters (names of one or two letters have too few). Undefined where no candidate is that near.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > COMPARED_LENGTH) return undefined;
  const plain = letters(name);
  let best: string | undefined;
  let bestDistance = Math.floor(name.length / 3) + 1;
  let compared = 0;
  for (const candidate of candidates) {
    if (candidate === name) continue;
    if (++compared > COMPARED_CANDIDATES) break;
    if (candidate.length > COMPARED_LENGTH) continue;
    if (letters(candidate) === plain) return candidate;
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `: did you mean 'x'?`, or nothing where no candidate is near. For the end of an error message. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const found = nearest(name, candidates);
  return found === undefined ? '' : `: did you mean '${found}'?`;
}

function letters(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      let least = Math.min(replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length] ?? 0;
}
