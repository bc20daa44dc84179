import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLicence, type Module } from './modules.ts';

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`;

/**
 * /usr/share/doc/encoderd/copyright: our own licence, and those of all that is bundled, word for word; a text that many
 * share is there once.
 */
export function copyright(root: string, modules: readonly Module[], folder: string): string {
  const texts = new Map<string, string[]>();
  for (const module of modules) {
    const { name, version, license } = module;
    const text =
      licenceText(root, module) ?? `Its package.json says: ${license}. It brings no text of its own.\n`;
    const under = texts.get(text) ?? [];
    texts.set(text, [...under, `${name} ${version} (${license})`]);
  }
  return `This package holds encoderd, the daemon of a front desk's card encoders.

Copyright: the encoderd authors
License: MIT

${MIT}
It holds Node.js in ${folder}/bin/node and npm packages in ${folder}/node_modules, whose
licences follow. Their Apache License 2.0 is also in /usr/share/common-licenses/Apache-2.0.

${heading('Node.js, with V8, OpenSSL, ICU, libuv, zlib and others')}
${readFileSync(join(root, '.node/headers/LICENSE'), 'utf8')}
${[...texts].map(([text, names]) => `${heading(names.join('\n'))}\n${text}`).join('\n')}`;
}

const heading = (text: string): string => `${'='.repeat(72)}\n${text}\n${'='.repeat(72)}\n`;

function licenceText(root: string, { folder }: Module): string | null {
  const at = join(root, folder);
  const files = existsSync(at) ? readdirSync(at).filter(isLicence).sort() : [];
  if (files.length === 0) return null;
  return files.map((file) => `${readFileSync(join(at, file), 'utf8').trimEnd()}\n`).join('\n');
}
