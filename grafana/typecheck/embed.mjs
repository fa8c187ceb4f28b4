// Writes each dashboard as the literal of a TypeScript constant: only of literals does the compiler refuse properties
// that it does not know. The JSON itself stays the one source. RAMTIDE_DASHBOARDS names another folder than ../dashboards.
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';

const source = process.env.RAMTIDE_DASHBOARDS ?? '../dashboards';
rmSync('checked', {recursive: true, force: true});
mkdirSync('checked');
const names = readdirSync(source).filter(name => name.endsWith('.json'));
if (names.length === 0) {
  throw new Error(`there is no dashboard in ${source}`);
}
for (const name of names) {
  const json = readFileSync(`${source}/${name}`, 'utf8');
  JSON.parse(json);
  writeFileSync(
    `checked/${name}.ts`,
    `import type {Dashboard} from '../dashboard';\n\nexport const dashboard: Dashboard =\n${json};\n`,
  );
}
