import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { helpText, parseHelp } from './commands.ts';
import { bashCompletion } from './completion.ts';
import { MAINTAINER } from './control.ts';
import { copyright } from './copyright.ts';
import { type Entry, fileEntry, textEntry } from './entry.ts';
import { configurationPage, encoderctlPage, type PageHead, titleLine } from './man.ts';
import type { Module } from './modules.ts';
import type { Build } from './tree.ts';

const FILES = join(import.meta.dirname, 'files');
const DOC = 'usr/share/doc/encoderd';

/** What people read: manual pages, licences, the README and its pages; and what bash knows of encoderctl. */
export function documentEntries(build: Build, modules: readonly Module[]): readonly Entry[] {
  const { root, version, epoch } = build;
  const at = new Date(epoch * 1000);
  const head: PageHead = { version, date: at.toISOString().slice(0, 10) };
  const help = parseHelp(helpText(root));
  const text = (name: string) => readFileSync(join(FILES, name), 'utf8');
  return [
    zipped('usr/share/man/man1/encoderctl.1', encoderctlPage(head, help)),
    zipped('usr/share/man/man5/encoderd.yaml.5', configurationPage(head, text('encoderd.yaml'))),
    zipped('usr/share/man/man8/encoderd.8', `${titleLine('encoderd', 8, head)}\n${text('encoderd.8')}`),
    textEntry('usr/share/bash-completion/completions/encoderctl', bashCompletion(help)),
    textEntry(`${DOC}/copyright`, copyright(root, modules, '/usr/lib/encoderd')),
    zipped(`${DOC}/changelog`, changelog(version, at)),
    zipped(`${DOC}/README`, readFileSync(join(root, 'README.md'), 'utf8')),
    ...pages(root),
    fileEntry('usr/share/lintian/overrides/encoderd', join(FILES, 'lintian-overrides')),
  ];
}

/** docs/ and the page about the unit, to be read where there is no network. */
function pages(root: string): readonly Entry[] {
  const unit = fileEntry(`${DOC}/systemd/README.md`, join(root, 'systemd/README.md'));
  const docs = readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile() && found.name.endsWith('.md'))
    .map((found) => join(found.parentPath, found.name))
    .map((path) => fileEntry(`${DOC}/${path.slice(root.length + 1)}`, path));
  return [...docs, unit];
}

/** Without a name and a time of its own in it, which `gzip -n` leaves out too. */
function zipped(path: string, text: string): Entry {
  return { path: `${path}.gz`, mode: 0o644, bytes: gzipSync(text, { level: 9 }) };
}

/** As deb-changelog(5) wants it. What changed from one version to the next is in the history of the sources. */
function changelog(version: string, at: Date): string {
  const date = at.toUTCString().replace('GMT', '+0000');
  return `encoderd (${version}) unstable; urgency=medium

  * encoderd ${version}.

 -- ${MAINTAINER}  ${date}
`;
}
