/** A parsed gcloud command: its words, and its flags by name. */
export interface Command {
  /** The arguments in their original order. */
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

/** Quoted for a shell, because tests run recorded commands with the real gcloud. */
export function lineOf({ args }: Command): string {
  return args
    .map((arg) => (/^[\w./:=@,%+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

/** The error of a failed command, with the text of gcloud. */
export class GcloudError extends Error {}
