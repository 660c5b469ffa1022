/** How a user starts the system: from the installed package, or in a clone. */
export const START_COMMAND = import.meta.url.includes('/node_modules/') ? 'npx lro start' : 'npm start --';

/** The command with the arguments that a person has given, and another value of one flag. */
export function startCommandWith(args: readonly string[], flag: string, value: string): string {
  const others = args.filter(
    (arg, index) => arg !== flag && args[index - 1] !== flag && !arg.startsWith(`${flag}=`),
  );
  return [START_COMMAND, ...others.map(quoted), flag, value].join(' ');
}

/** As a shell reads it. */
function quoted(arg: string): string {
  return /^[\w./:=@%+,-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`;
}

/** What a command says where nothing answers. */
export const START_ADVICE = `start a local system by: ${START_COMMAND} --port N`;
