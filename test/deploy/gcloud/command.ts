/** A command of gcloud, taken apart: the words, and the flags by their names. */
export interface Command {
  /** As they came. */
  readonly args: readonly string[];
  /** The words before the first flag and between flags. */
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
}

export function commandOf(args: readonly string[]): Command {
  const words = args.filter((arg) => !arg.startsWith('--'));
  const pairs = args
    .filter((arg) => arg.startsWith('--'))
    .map((arg) => {
      const [name = '', value = 'true'] = arg.slice(2).split(/=(.*)/s);
      return [name, value] as const;
    });
  return { args, words, flags: new Map(pairs) };
}

/** As a shell reads it back: the tests run journals of commands with the real gcloud. */
export function lineOf({ args }: Command): string {
  return args
    .map((arg) => (/^[\w./:=@,%+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

/** What gcloud says where a command fails. */
export class GcloudError extends Error {}
