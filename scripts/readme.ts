import { readFileSync, writeFileSync } from 'node:fs';
import { DOCUMENTS, generateTables } from './readme/tables.ts';

/** Writes the tables that come from the code into the documents. A test fails while they differ. */
for (const document of DOCUMENTS) {
  const path = new URL(`../${document}`, import.meta.url);
  writeFileSync(path, generateTables(readFileSync(path, 'utf8')));
}
