import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const NATIVE_TOOLS = {
  /** Goes into pcscd by LD_PRELOAD. */
  'vpcd-shim': ['-shared', '-fPIC', '-ldl'],
  presence: ['-I/usr/include/PCSC', '-lpcsclite'],
  loop: ['-I/usr/include/PCSC', '-lpcsclite'],
  replay: ['-I/usr/include/PCSC', '-lpcsclite'],
  holder: ['-I/usr/include/PCSC', '-lpcsclite'],
} as const;

export type NativeTool = keyof typeof NATIVE_TOOLS;

/**
 * Compiles the C source of that name in this folder, once for each state of the source, and resolves with the path of
 * what came out (an executable; a shared library for `vpcd-shim`). Rejects with the compiler's own words.
 */
export async function nativeTool(tool: NativeTool): Promise<string> {
  const source = fileURLToPath(new URL(`./${tool}.c`, import.meta.url));
  const digest = createHash('sha256').update(await readFile(source));
  const folder = fileURLToPath(new URL('../../../node_modules/.cache/encoderd-pcsc-bench/', import.meta.url));
  const built = `${folder}${tool}-${digest.digest('hex').slice(0, 12)}`;
  if (existsSync(built)) return built;
  await mkdir(folder, { recursive: true });
  const [first, ...rest] = NATIVE_TOOLS[tool];
  const unfinished = `${built}.${process.pid}`;
  await run('cc', ['-O2', '-Wall', first, '-o', unfinished, source, ...rest]);
  await rename(unfinished, built);
  return built;
}
