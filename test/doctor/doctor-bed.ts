import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Check } from '../../src/doctor/check.ts';
import type { DeskPlaces } from '../../src/doctor/computer.ts';
import { diagnose, treat } from '../../src/doctor/diagnose.ts';
import type { Finding } from '../../src/model/finding.ts';

/** The user without any right, of whom everything here must be readable. */
export const NOBODY = 65_534;

/** Of a machine that does many other things. */
const PATIENCE_MS = 110_000;

/** A folder that everybody may enter; it is gone after the test. */
export function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-doctor-'));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A system's files below a folder of their own: what a test does not write into it is not there. */
export class PreparedSystem {
  readonly root = openFolder();

  path(name: string): string {
    return join(this.root, name);
  }

  write(name: string, text: string, mode = 0o644): this {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
    chmodSync(this.path(name), mode);
    return this;
  }

  /** A program of the system: a script of sh(1), which finds the root in $ROOT. What it is called with stands in `calls`. */
  program(name: string, script: string): this {
    const head = `#!/bin/sh\nROOT=${this.root}\necho "${name} $*" >>"$ROOT/calls"\n`;
    return this.write(`usr/bin/${name}`, `${head}${script}\n`, 0o755);
  }

  /** Every call of those programs, in order. */
  get calls(): readonly string[] {
    const path = this.path('calls');
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  }

  text(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** One that systemd runs, as sd_booted(3) tells it. */
  withSystemd(): this {
    mkdirSync(this.path('run/systemd/system'), { recursive: true });
    return this;
  }
}

/** A desk of nobody's: no configuration, and a state folder that is not there. */
export function placesOf(places: DeskPlaces = {}): DeskPlaces {
  const { ENCODERD_CONFIG: _config, ENCODERD_STATE_DIR: _state, ...env } = process.env;
  return {
    stateDir: '/nonexistent/encoderd',
    patienceMs: PATIENCE_MS,
    ...places,
    env: { ...env, ...places.env },
  };
}

/** What one check finds. */
export function look(check: Check, places: DeskPlaces = {}): Promise<readonly Finding[]> {
  return diagnose({ ...placesOf(places), checks: [check] });
}

/** Cures what one check finds. */
export function cure(check: Check, places: DeskPlaces = {}) {
  return treat({ ...placesOf(places), checks: [check] });
}

/** `error pcscd-absent` */
export const shown = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ severity, id }) => `${severity} ${id}`);

export function evidenceOf(findings: readonly Finding[], id: string): string {
  return findings
    .filter((finding) => finding.id === id)
    .flatMap(({ evidence }) => evidence)
    .join('\n');
}

/** A configuration file; its path. */
export function configFile(text: string): string {
  const path = join(openFolder(), 'encoderd.yaml');
  writeFileSync(path, text);
  return path;
}
