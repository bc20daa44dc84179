import { once } from 'node:events';
import { createInterface } from 'node:readline';
import SQLite from 'better-sqlite3';
import fastify from 'fastify';
import { z } from 'zod';

/**
 * A program: fastify with one route, which parses a JSON body and answers the same JSON each time; with a path of a database, it commits
 * one row before it answers. Takes its order as a line of JSON, and answers with a line of JSON that has its `url`.
 */
const order = z.object({ answer: z.record(z.string(), z.unknown()), database: z.string().nullable() });

const lines = createInterface({ input: process.stdin });
const [line] = await once(lines, 'line');
const { answer, database } = order.parse(JSON.parse(String(line)));
const commit = database === null ? () => {} : committing(database);
const app = fastify();
app.post('/', () => {
  commit();
  return answer;
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${JSON.stringify({ url })}\n`);
lines.on('close', () => process.exit());

/** One row a call, on the disk when it returns. */
function committing(path: string): () => void {
  const file = new SQLite(path);
  file.pragma('journal_mode = WAL');
  file.pragma('synchronous = FULL');
  file.exec('CREATE TABLE line (sequence INTEGER PRIMARY KEY, text TEXT)');
  const insert = file.prepare('INSERT INTO line (text) VALUES (?)');
  const text = 'x'.repeat(400);
  return () => {
    insert.run(text);
  };
}
