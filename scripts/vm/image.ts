import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** An image that no run has used for this long is removed when another one has been made. */
const KEPT_UNUSED_MS = 7 * 24 * 3600 * 1000;

/** What decides, with what is in root/, what an image is: the disk, and the machine around it. */
const RECIPE = ['recipe.sh', 'mount-disk.sh', 'qemu.ts', 'build-image.ts'];

/** A virtual machine that has booted, and was saved. */
export interface VmImage {
  /** Holds vmlinuz, initrd, disk and state. */
  readonly folder: string;
  readonly savedState: string;
}

/** Where images are kept, outside of the checkout: one folder for each recipe. */
export function imagesFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'encoderd', 'vm');
}

/**
 * The image of this checkout's recipe; made first where there is none, which takes a minute or two. While another process makes it, this one waits.
 * Rejects with the reason when it cannot be made, which the log beside it tells at length.
 */
export async function vmImage(): Promise<VmImage> {
  const images = imagesFolder();
  const folder = join(images, recipeHash());
  const image = { folder, savedState: join(folder, 'state') };
  if (!existsSync(folder)) {
    mkdirSync(images, { recursive: true });
    await build(folder);
    removeUnused(images, folder);
  }
  const now = new Date();
  utimesSync(folder, now, now);
  return image;
}

/** flock: the lock ends with the process that has it, however that ends. */
async function build(folder: string): Promise<void> {
  const program = join(import.meta.dirname, 'build-image.ts');
  console.error(
    `making the virtual machine in ${folder}, which takes a minute or two; ${folder}.log tells more`,
  );
  const builder = spawn('flock', ['--close', `${folder}.lock`, process.execPath, program, folder], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code, signal] = await once(builder, 'exit');
  if (code !== 0) throw new Error(`the virtual machine could not be made (${signal ?? `exit code ${code}`})`);
}

/** A saved machine goes on only in the QEMU that saved it, and holds the libraries of this machine's Debian. */
function recipeHash(): string {
  const hash = createHash('sha256');
  const here = import.meta.dirname;
  const onDisk = readdirSync(join(here, 'root'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of [...RECIPE.map((name) => join(here, name)), ...onDisk]) {
    hash.update(file.slice(here.length)).update(readFileSync(file));
  }
  hash.update(execFileSync('qemu-system-x86_64', ['--version']));
  hash.update(readFileSync('/etc/os-release'));
  return hash.digest('hex').slice(0, 16);
}

function removeUnused(images: string, used: string): void {
  for (const name of readdirSync(images)) {
    const path = join(images, name);
    if (path === used || !statSync(path).isDirectory()) continue;
    if (Date.now() - statSync(path).mtimeMs > KEPT_UNUSED_MS) rmSync(path, { recursive: true, force: true });
  }
}
