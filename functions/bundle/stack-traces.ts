/** Stack traces with the lines of the sources instead of those of the bundle. */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';

/**
 * Maps the frames of `file` by the source map in `mapFile`, which is read when the first error of the process is asked for
 * its stack. Node itself maps frames of modules only, and the bundle is a script.
 */
export function mapStackTraces(file: string, mapFile: string): void {
  let map: SourceMap | undefined;
  const sourceMap = () => {
    map ??= new SourceMap(JSON.parse(readFileSync(mapFile, 'utf8')));
    return map;
  };
  Error.prepareStackTrace = (error, frames) => {
    const lines = frames.map((frame) => `\n    at ${placed(frame, file, sourceMap)}`);
    return `${headOf(error)}${lines.join('')}`;
  };
}

/** Formats the error as V8 does. An error whose toString throws has a stack too. */
function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}

function placed(frame: NodeJS.CallSite, file: string, sourceMap: () => SourceMap): string {
  const written = String(frame);
  const [line, column] = [frame.getLineNumber(), frame.getColumnNumber()];
  if (frame.getFileName() !== file || line === null || column === null) return written;
  try {
    const origin = sourceMap().findOrigin(line, column);
    if (!('fileName' in origin)) return written;
    const place = `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}`;
    return written.replace(`${file}:${line}:${column}`, () => place);
  } catch {
    // A map that can't be read must not hide the error that is being reported.
    return written;
  }
}
