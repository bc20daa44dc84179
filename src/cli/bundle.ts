import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { DATABASE } from '../store/sqlite/copies.ts';
import { packedText, writeTarGz } from './archive/tar-gz.ts';
import { bundleGuide } from './bundle/bundle-guide.ts';
import { journal, service, stateFolder, usb, versions } from './bundle/from-computer.ts';
import { fromDaemon } from './bundle/from-daemon.ts';
import { auditLog, configuration, findings } from './bundle/from-desk.ts';
import { type Gathered, type Missing, orMissing } from './bundle/gathered.ts';
import { knownSecrets } from './bundle/known-secrets.ts';
import { Masker } from './bundle/masker.ts';
import { requireAccess, stateDir } from './state.ts';
import { asOwnerOf, fillNewFile } from './state-owner.ts';
import { CommandError, EXIT, type Terminal } from './terminal.ts';
import { wrongUseOf } from './verbs.ts';
import { readWords } from './words.ts';

const USAGE = 'bundle [FILE] [--with-hostnames]';

/** Makes one file with all that helps to find out what is wrong, and nothing that must not leave the desk (docs/bundle.md). */
export const bundleCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, { 'with-hostnames': { type: 'boolean' } });
    const at = Date.now();
    const stamp = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const [path = `encoderd-bundle-${stamp}.tar.gz`, ...more] = positionals;
    if (more.length > 0) throw wrongUseOf([USAGE]);
    const dir = stateDir(values);
    requireAccess(dir);
    if (!existsSync(dir)) {
      throw new CommandError(`There is no state folder ${dir}. Name it with --state-dir.`, EXIT.unavailable);
    }
    const configPath = values.config ?? process.env['ENCODERD_CONFIG'];
    const withHostnames = values['with-hostnames'] === true;
    const { files, list } = await fillNewFile(path, async (file) => {
      // As root, like the doctor itself: it looks at more than the state folder.
      const found = await orMissing('doctor.json', () => findings(dir, configPath));
      const config = await orMissing('configuration.json', () => configuration(configPath, process.env));
      // The journal of the system is root's to read, not the daemon's user's.
      const written = await journal();
      const packed = await asOwnerOf(dir, async () => {
        const gathered: readonly (Gathered | Missing)[] = [
          found,
          config,
          await versions(),
          await orMissing('service.txt', service),
          await orMissing('usb.json', usb),
          ...(await fromDaemon(values, dir, written)),
          await orMissing('audit-log.json', () => auditLog(values, dir)),
          ...stateFolder(dir, join(dir, DATABASE)),
        ];
        return masked(gathered, knownSecrets(dir, configPath, process.env), withHostnames, at);
      });
      await writeTarGz(file, packed.files, at);
      return packed;
    });
    terminal.result({ bundle: resolve(path), ...list }, [
      `The bundle is in ${resolve(path)}: ${files.length} files.`,
      'It is safe to send: keys, tokens, uids, card numbers, names and addresses of people were taken out, and its MANIFEST.json says what of each kind.',
      ...(withHostnames ? ['Host names are in it, as you asked.'] : []),
      ...list.missing.map(({ name, why }) => `Not in it: ${name} (${why})`),
    ]);
  },
};

/** The files as they are packed, and their list. */
function masked(
  gathered: readonly (Gathered | Missing)[],
  secrets: ReturnType<typeof knownSecrets>,
  keepsHosts: boolean,
  at: number,
) {
  const masker = new Masker(secrets, { keepsHosts });
  const texts = gathered.flatMap((one) => {
    if ('missing' in one) return [];
    const before = masker.counts;
    const text = masker.mask(one.text, { keepsBytes: one.keepsBytes ?? false });
    return [{ name: one.name, text, masked: since(before, masker.counts) }];
  });
  const list = {
    format: 'encoderd bundle 1',
    created_at: new Date(at).toISOString(),
    encoderd: packageJson.version,
    has_hostnames: keepsHosts,
    /** How often something of each kind was taken out, in all and file by file. */
    masked: masker.counts,
    files: texts.map(({ name, text, masked }) => ({
      name,
      bytes: Buffer.byteLength(text),
      sha256: createHash('sha256').update(text).digest('hex'),
      masked,
    })),
    missing: gathered.flatMap((one) =>
      'missing' in one ? [{ name: one.name, why: masker.mask(one.missing) }] : [],
    ),
  };
  const files = [
    packedText('MANIFEST.json', `${JSON.stringify(list, null, 2)}\n`),
    packedText('README.md', bundleGuide(keepsHosts)),
    ...texts.map(({ name, text }) => packedText(name, text)),
  ];
  return { files, list };
}

type Counts = Readonly<Record<string, number>>;

const since = (before: Counts, now: Counts): Counts =>
  Object.fromEntries(
    Object.entries(now)
      .map(([kind, count]) => [kind, count - (before[kind] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
