/**
 * Lets the conformance test runner run on a machine with an older C library than it was linked with, such as Debian 12.
 *
 * The runner asks for glibc 2.38 and GCC 13's libstdc++, and uses of them only what older ones have by another name or
 * version: `__isoc23_strtol` and its kin are `strtol` and its kin, which C23 lets read the prefix `0b` as well. So in a
 * copy of the file the symbols lose that prefix, and the two versions are asked for as older ones.
 *
 * The layout is that of 64-bit ELF, little endian: https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/symversion.html
 */

const RENAMED_PREFIX = '__isoc23_';
/** Each version, and the older one of the same library that stands in for it. */
const OLDER_VERSIONS: ReadonlyMap<string, string> = new Map([
  ['GLIBC_2.38', 'GLIBC_2.2.5'],
  ['GLIBCXX_3.4.32', 'GLIBCXX_3.4'],
]);

interface Section {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  /** The index of the section that holds its texts. */
  readonly link: number;
}

const DYNAMIC_SYMBOLS = 11;
const VERSIONS_NEEDED = 0x6ffffffe;
const SYMBOL_BYTES = 24;

/** A copy of the program that asks for older libraries. */
export function forOlderLibraries(program: Buffer): Buffer {
  const copy = Buffer.from(program);
  const sections = sectionsOf(copy);
  for (const section of sections) {
    const texts = sections[section.link];
    if (section.type === DYNAMIC_SYMBOLS && texts) renameSymbols(copy, section, texts);
    if (section.type === VERSIONS_NEEDED && texts) replaceVersions(copy, section, texts);
  }
  return copy;
}

function sectionsOf(file: Buffer): readonly Section[] {
  const [start, bytes, count] = [
    Number(file.readBigUInt64LE(40)),
    file.readUInt16LE(58),
    file.readUInt16LE(60),
  ];
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * bytes;
    return {
      type: file.readUInt32LE(at + 4),
      offset: Number(file.readBigUInt64LE(at + 24)),
      size: Number(file.readBigUInt64LE(at + 32)),
      link: file.readUInt32LE(at + 40),
    };
  });
}

function textAt(file: Buffer, { offset }: Section, position: number): string {
  const start = offset + position;
  return file.toString('latin1', start, file.indexOf(0, start));
}

/** A name is the position of its text: behind the prefix the name without it begins. */
function renameSymbols(file: Buffer, symbols: Section, texts: Section): void {
  for (let at = symbols.offset; at < symbols.offset + symbols.size; at += SYMBOL_BYTES) {
    const name = file.readUInt32LE(at);
    if (textAt(file, texts, name).startsWith(RENAMED_PREFIX)) {
      file.writeUInt32LE(name + RENAMED_PREFIX.length, at);
    }
  }
}

/** Each version is its hash, flags and number, the position of its name, and how far on the next one is. */
function replaceVersions(file: Buffer, needed: Section, texts: Section): void {
  const entries: number[] = [];
  for (let library = needed.offset; ; ) {
    let entry = library + file.readUInt32LE(library + 8);
    for (let left = file.readUInt16LE(library + 2); left > 0; left--) {
      entries.push(entry);
      entry += file.readUInt32LE(entry + 12);
    }
    const next = file.readUInt32LE(library + 12);
    if (next === 0) break;
    library += next;
  }
  const nameOf = (entry: number) => textAt(file, texts, file.readUInt32LE(entry + 8));
  for (const entry of entries) {
    const older = OLDER_VERSIONS.get(nameOf(entry));
    const model = older && entries.find((other) => nameOf(other) === older);
    if (!model) continue;
    file.copy(file, entry, model, model + 4);
    file.copy(file, entry + 8, model + 8, model + 12);
  }
}
