import { once } from 'node:events';
import SQLite from 'better-sqlite3';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { answer, orders } from './orders.ts';

/**
 * A program: a bare `ws` server. What it hears it answers with the text of its order; what begins with `all` it sends to everybody, after it has
 * committed one row where its order names a database.
 */
const order = z.object({ text: z.string(), database: z.string().nullable() });

const given = orders();
const { text, database } = order.parse((await given.next()).value);
const commit = database === null ? () => {} : committing(database);
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    if (!data.toString().startsWith('all')) {
      socket.send(text);
      return;
    }
    commit();
    for (const client of server.clients) client.send(text);
  });
});
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('The server has no port.');
answer({ url: `ws://127.0.0.1:${address.port}` });
await given.next();

/** One row a call, on the disk when it returns. */
function committing(path: string): () => void {
  const file = new SQLite(path);
  file.pragma('journal_mode = WAL');
  file.pragma('synchronous = FULL');
  file.exec('CREATE TABLE line (sequence INTEGER PRIMARY KEY, text TEXT)');
  const insert = file.prepare('INSERT INTO line (text) VALUES (?)');
  return () => {
    insert.run(text);
  };
}
