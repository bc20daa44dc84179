import { readFileSync, writeFileSync } from 'node:fs';
import { generateTables } from './readme/tables.ts';

/** Writes the tables that come from the code into README.md. A test fails while they differ. */
const path = new URL('../README.md', import.meta.url);
writeFileSync(path, generateTables(readFileSync(path, 'utf8')));
