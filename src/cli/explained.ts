import { DEFAULT_SCOPES, type Scope } from '../model/api-key.ts';
import { FAMILIES } from './audit/attack.ts';

/** What a command is for, for whoever reads `encoderctl help`. */
export interface Explanation {
  /** One sentence. */
  readonly summary: string;
  /** Of words that do not explain themselves: `--all  ended ones, too`. */
  readonly options?: readonly string[];
}

const SCOPE_WORDS: Readonly<Record<Scope, string>> = {
  read: 'look at everything',
  scan: 'read cards',
  encode: 'write cards',
  manage: 'users, credentials, entrances',
  admin: 'the desk itself',
  bridge: 'a paired desk, nothing else',
};

const scopes = Object.entries(SCOPE_WORDS).map(([scope, words]) => `${scope} (${words})`);

const ENCODER = 'ENCODER  its id, the beginning of one, or its name';
const TIMEOUT = '--timeout  how long a card is waited for, 1 to 600 seconds';
const PASSPHRASE = '--passphrase-file  the passphrase is the first line of FILE; else it is asked for';
const ROOT = '--root  the system whose files are changed; this one if nothing is said';

/** By the name of the command. */
export const EXPLANATIONS = {
  keys: {
    summary: 'Makes, lists and revokes the keys with which apps use the API.',
    options: [
      `--scope  what the key may do: ${scopes.join(', ')}; ${DEFAULT_SCOPES.join(', ')} if nothing is said`,
    ],
  },
  'site-keys': {
    summary: 'Makes, changes and keeps safe the secret keys that protect the cards of this site.',
    options: [
      '--force  also where keys are there already, whose cards cannot be read any more then',
      '--sealed  the file is closed with a passphrase',
      PASSPHRASE,
    ],
  },
  origins: {
    summary: 'Lets web pages use the encoder, by their origin: https://pms.example.com',
  },
  pairing: {
    summary: 'Shows the web pages that ask to use the encoder, and refuses those that nobody knows.',
  },
  sessions: {
    summary: 'Lists and ends the sessions of browsers and phones that an app let in for a while.',
    options: ['--all  ended ones, too'],
  },
  encoders: {
    summary:
      'Lists the encoders with their state, or lets one light up and beep, to find out which one it is.',
    options: [ENCODER, '--cue  one light alone: that of success, or that of failure'],
  },
  loopback: {
    summary: 'Tests the cable of a serial port, or how fast an encoder answers.',
    options: [
      'PORT  as /dev/ttyUSB0, with TX and RX bridged',
      ENCODER,
      '--baud  the speeds that are tried',
      '--count  how often the encoder is asked',
    ],
  },
  acceptance: {
    summary: 'Tries every function of the desk with a test card, and writes a report for whoever accepts it.',
    options: [
      ENCODER,
      '--html  the report for people',
      '--output  the report for programs',
      '--card-destroyed-ok  what is on the card may be lost',
      '--yes  nobody is asked whether the lights were seen',
      '--simulate  with a simulated card on a virtual encoder, of the KIND that --technology names: ntag215, mifare_classic_1k, ...',
    ],
  },
  soak: {
    summary: 'Works a daemon of its own, with virtual encoders, for hours, and says whether it wears out.',
    options: [
      '--hours  how long',
      '--encoders  how many virtual encoders',
      '--report  the result for programs',
    ],
  },
  watch: { summary: 'Shows cards, attempts and encoders as things happen, until Ctrl-C.' },
  capture: {
    summary: 'Writes down what passes at an encoder for a while, for whoever looks for a mistake.',
    options: [
      ENCODER,
      '--seconds  how long',
      '--with-payload  every byte, so that it can be replayed: FILE may hold keys of cards then',
    ],
  },
  replay: {
    summary: 'Runs a capture once more, without hardware, and says whether the driver does what it did then.',
    options: ['--site-keys  the keys of the site that the capture was made at'],
  },
  entrances: { summary: 'Lists the entrances that cards can open, and adds one.' },
  'access-groups': { summary: 'Lists the access groups with the entrances that they open.' },
  scan: {
    summary: 'Reads the card that is placed on an encoder, and says whose it is.',
    options: [ENCODER, TIMEOUT],
  },
  encode: {
    summary: 'Writes a credential on the card that is placed on an encoder.',
    options: [
      ENCODER,
      TIMEOUT,
      '--replace-lost-card  the card that the credential is on is lost: it is not valid any more',
      '--overwrite  another credential that is on the card may be lost',
    ],
  },
  card: {
    summary: 'Reads a card, looks how it is built, or makes it blank.',
    options: ['--overwrite  also when the card holds a credential', ENCODER, TIMEOUT],
  },
  webhooks: {
    summary:
      'Makes, lists and deletes the addresses that events are posted to, and sends again what was given up.',
    options: [
      '--event  the types of events that are posted; all if nothing is said',
      '--since  as 2026-11-22T14:00:00Z',
    ],
  },
  sync: {
    summary: 'Says how it stands with the backend, and settles the changes that it refused.',
    options: [
      'retry  tells it again',
      'drop  forgets it',
      'take-theirs  forgets it, and takes what the backend has',
    ],
  },
  pair: {
    summary:
      'Joins this desk to a property server, by a code that is allowed there with "encoderctl desks pair".',
    options: ['--name  what the desk is called there'],
  },
  unpair: { summary: 'Takes this desk away from its property server: it is its own backend again.' },
  desks: {
    summary:
      'At the property server: lets desks join by the code that they show, lists them, and takes them away.',
    options: ['add, new-key  for a desk that is given its key by hand'],
  },
  'audit-log': {
    summary: 'Lists who did what at this desk, and proves that nobody altered that list.',
    options: [
      '--since  as 2026-11-22T14:00:00Z',
      '--head  a hash of the log that was noted before: it must still be in it',
      '--file  a log that was exported',
    ],
  },
  tls: {
    summary: 'Gives the daemon a certificate, for browsers that take nothing but https.',
    options: ['--install  as root: the programs of this computer trust it', ROOT],
  },
  'browser-policy': {
    summary: 'Lets the browsers of this computer reach the daemon without asking the person.',
    options: [
      '--origin  the web pages; those that are allowed here if nothing is said',
      '--older-browsers  also for versions that have another name for it',
      ROOT,
    ],
  },
  bundle: {
    summary:
      'Puts into one file what somebody needs who helps from afar: no secrets, and no names of guests.',
    options: ['--with-hostnames  names and addresses of other computers stay in'],
  },
  backup: {
    summary: 'Puts the whole desk into one new file, while the daemon runs or not.',
    options: ['--with-keys  with the keys of the site, under a passphrase', PASSPHRASE],
  },
  restore: {
    summary:
      'Puts a backup back, or the newest copy that the daemon took by itself; what is replaced is kept.',
    options: [
      '--last-good  that copy',
      '--yes  does not ask first where the database of the desk is sound',
      '--with-keys  the keys of the site are those of the backup',
      PASSPHRASE,
      '--other-desk  the backup is of another computer, which is gone for good',
    ],
  },
  'factory-reset': {
    summary: 'Makes the desk as new; the keys of the site stay.',
    options: [
      '--with-keys  they go, too: cards that are out there cannot be read any more',
      '--yes  without asking',
    ],
  },
  status: { summary: 'Says whether the daemon runs, where, and how its drivers and encoders are.' },
  doctor: {
    summary: 'Says what is wrong with the desk and its computer, and what to do.',
    options: ['--fix  mends what can be mended', '--patience  how long one check may take'],
  },
  audit: {
    summary:
      'Attacks the daemon as a web page or a stranger in the network might, and says what came through.',
    options: [`--family  one kind of attack: ${Object.keys(FAMILIES).join(', ')}`],
  },
} as const satisfies Readonly<Record<string, Explanation>>;
