import { type Attack, type Finding, HELD, hole } from './attack.ts';
import type { Target } from './target.ts';
import { brief } from './wire.ts';

const ADVICE =
  'Serve only files that were read at start, by their whole path, and nothing that is reckoned from a request.';

/** Targets as they stand in the request line: none of them is a file that the daemon serves. */
const TARGETS: readonly (readonly [id: string, name: string, targets: readonly string[]])[] = [
  [
    'up',
    'goes up from the folder of the console',
    [
      '/console/../package.json',
      '/console/../../package.json',
      '/console/assets/../../../package.json',
      '/../package.json',
    ],
  ],
  [
    'encoded',
    'goes up with dots and slashes that are encoded',
    [
      '/console/%2e%2e/package.json',
      '/console/..%2fpackage.json',
      '/console/%2e%2e%2f%2e%2e%2fpackage.json',
      '/%2e%2e/%2e%2e/etc/passwd',
    ],
  ],
  [
    'encoded-twice',
    'encodes them twice',
    ['/console/%252e%252e/package.json', '/console/..%252fpackage.json'],
  ],
  [
    'backslash',
    'goes up with backslashes',
    ['/console/..\\package.json', '/console/..%5cpackage.json', '/console\\..\\package.json'],
  ],
  [
    'overlong',
    'goes up with dots in a wrong UTF-8',
    ['/console/%c0%ae%c0%ae/package.json', '/console/%ff/package.json'],
  ],
  [
    'null',
    'ends the name of a file with a null byte',
    ['/console/index.html%00.json', '/package.json%00.js', '/console/%00'],
  ],
  [
    'absolute',
    'names a file of the system',
    [
      '//etc/passwd',
      '/console//etc/passwd',
      '/console/%2fetc%2fpasswd',
      'file:///etc/passwd',
      '/C:/Windows/win.ini',
    ],
  ],
  [
    'state',
    'asks for files of the state folder',
    ['/encoderd.db', '/daemon.json', '/encoderctl.key', '/console/encoderd.db'],
  ],
  [
    'source',
    'asks for what lies beside the web files',
    [
      '/package.json',
      '/src/main.ts',
      '/node_modules/ws/package.json',
      '/.git/config',
      '/console/.git/config',
      '/dist/web/client.js',
      '/.env',
    ],
  ],
  ['maps', 'asks for the source of what is served', ['/client.js.map', '/console/assets/index.js.map']],
  ['semicolon', 'puts parameters into the path', ['/console/;/../package.json', '/console/..;/package.json']],
  ['long', 'asks for a path of 20,000 characters', [`/console/${'a/'.repeat(10_000)}`]],
  [
    'prototype',
    'asks for what every object has',
    ['/__proto__', '/constructor', '/console/__proto__', '/console/toString', '/hasOwnProperty'],
  ],
];

export const attacks: readonly Attack[] = TARGETS.map(([id, name, targets]) => ({
  id: `paths-${id}`,
  name,
  family: 'paths',
  pace: 'quick',
  run: (target) => wander(target, targets),
}));

async function wander(target: Target, targets: readonly string[]): Promise<Finding> {
  for (const path of targets) {
    const [answer] = (await target.send({ target: path })).answers;
    if (answer === undefined || answer.status >= 300) continue;
    return hole(`${brief(path, 80)} got ${answer.status}: ${brief(answer.body)}`, ADVICE);
  }
  return HELD;
}
