/** `npm run docs`: gives each link to a line of code the line on which the name of the link is declared now. */
import { writeFileSync } from 'node:fs';
import { REPOSITORY } from '../rooms/tracked-files.ts';
import { declarationLine, declaredName, destination, linesOf, links, MARKDOWN } from './markdown.ts';

for (const file of MARKDOWN) {
  const before = linesOf(file).join('\n');
  let text = before;
  for (const link of links(file)) {
    if (!/#L\d+$/.test(link.target)) continue;
    const line = declarationLine(destination(link).path, declaredName(link));
    if (line === 0) continue;
    const target = link.target.replace(/#L\d+$/, `#L${line}`);
    text = text.replaceAll(`[${link.text}](${link.target})`, `[${link.text}](${target})`);
  }
  if (text === before) continue;
  writeFileSync(REPOSITORY + file, text);
  console.log(file);
}
