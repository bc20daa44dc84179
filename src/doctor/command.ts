import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What a command came to. */
export interface Outcome {
  /** null: it was ended, because it took too long. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where programs of the system are, whatever PATH says. */
const FOLDERS = ['usr/sbin', 'usr/bin', 'sbin', 'bin'];

/** More than any command has to say that is asked here; what comes after is dropped. */
const LONGEST_OUTPUT = 1_000_000;

/** The path of a program below the root; null: it is not installed. */
export function programAt(root: string, name: string): string | null {
  return FOLDERS.map((folder) => join(root, folder, name)).find((path) => existsSync(path)) ?? null;
}

/**
 * Runs a program, by its path, with nothing on its standard input, and ends it after `timeoutMs`. Rejects when it cannot be started at all.
 */
export function runProgram(
  path: string,
  words: readonly string[],
  { timeoutMs, env = {} }: { readonly timeoutMs: number; readonly env?: NodeJS.ProcessEnv },
): Promise<Outcome> {
  const child = spawn(path, [...words], {
    // Words that are compared are English.
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      if (output[name].length < LONGEST_OUTPUT) output[name] += text;
    });
  }
  const deadline = setTimeout(() => {
    child.kill('SIGKILL');
    // A grandchild may hold the pipes open.
    child.stdout.destroy();
    child.stderr.destroy();
  }, timeoutMs);
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      clearTimeout(deadline);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(deadline);
      resolve({ code, ...output });
    });
  });
}

/** The last line that says something, for evidence: `error: it is not there`. */
export function lastWords({ stdout, stderr, code }: Outcome): string {
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim());
  const last = lines.findLast((line) => line !== '') ?? '';
  if (last !== '') return last;
  return code === null ? 'no answer in time' : `exit code ${code}`;
}
