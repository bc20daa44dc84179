import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An origin whose pages are given by their paths, as HTML. */
export interface WebPages extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
}

/** Serves pages at an https origin of its own: `https://desk.example:PORT`, which Chromium is told to find on this computer. */
export async function serveHttps(host: string, pages: Readonly<Record<string, string>>): Promise<WebPages> {
  return listen(createTlsServer(certificate(), answerWith(pages)), `https://${host}`);
}

export async function serveHttp(host: string, pages: Readonly<Record<string, string>>): Promise<WebPages> {
  return listen(createServer(answerWith(pages)), `http://${host}`);
}

/** Resolves when the server listens on a free port of loopback, or on the one that is given. */
export async function listen(server: Server, scheme = 'http://127.0.0.1', port = 0): Promise<WebPages> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
  return {
    origin: `${scheme}:${address.port}`,
    port: address.port,
    async [Symbol.asyncDispose]() {
      if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function') {
        server.closeAllConnections();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answerWith(pages: Readonly<Record<string, string>>): RequestListener {
  return (request, response) => {
    const page = pages[request.url ?? ''];
    const type = request.url?.endsWith('.js') === true ? 'text/javascript' : 'text/html';
    if (page === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(page);
  };
}

/** A certificate of nobody, for Chromium that ignores what is wrong with it. */
function certificate(): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-page-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', cert, '-subj', '/CN=page'], {
      stdio: 'ignore',
    });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
