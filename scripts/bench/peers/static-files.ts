import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { z } from 'zod';
import { answer, orders } from './orders.ts';

/** A program: files by the path in their URL, read once, served by node:http as they are. */
const order = z.object({
  files: z.array(z.object({ url: z.string(), path: z.string(), type: z.string() })),
});

const given = orders();
const { files } = order.parse((await given.next()).value);
const byUrl = new Map(files.map(({ url, path, type }) => [url, { type, bytes: readFileSync(path) }]));
const server = createServer((request, response) => {
  const file = byUrl.get(request.url ?? '');
  if (file === undefined) response.writeHead(404).end();
  else
    response
      .writeHead(200, { 'content-type': file.type, 'content-length': file.bytes.length })
      .end(file.bytes);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('The server has no port.');
answer({ url: `http://127.0.0.1:${address.port}/` });
await given.next();
