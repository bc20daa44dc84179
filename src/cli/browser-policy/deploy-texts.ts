import { createHash, X509Certificate } from 'node:crypto';
import { chromiumPolicies, firefoxDomains, type Wanted } from './policies.ts';

/** A file for Windows' registry, which `reg import` or a group policy brings there. */
export function registryFile(wanted: Wanted): string {
  const keys = [
    ...['Google\\Chrome', 'Microsoft\\Edge', 'Chromium'].flatMap((browser) =>
      Object.entries(chromiumPolicies(wanted)).map(([name, list]) => ({ key: `${browser}\\${name}`, list })),
    ),
    { key: 'Mozilla\\Firefox\\LocalNetworkAccess\\SkipDomains', list: firefoxDomains(wanted.origins) },
  ];
  return [
    'Windows Registry Editor Version 5.00',
    '',
    '; Where one of these lists has entries already, give ours numbers that follow theirs.',
    '',
    ...keys.flatMap(({ key, list }) => [
      `[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\${key}]`,
      ...list.map((value, at) => `"${at + 1}"="${value}"`),
      '',
    ]),
  ].join('\r\n');
}

/** A configuration profile for macOS, which a device management brings there; Safari gets the certificate of the authority, if there is one. */
export function configurationProfile(wanted: Wanted): string {
  const { ca } = wanted;
  const lists = Object.entries(chromiumPolicies(wanted))
    .map(([name, values]) => entry(name, array(values)))
    .join('');
  const skipped = entry('SkipDomains', array(firefoxDomains(wanted.origins)));
  const payloads = [
    ...['com.google.Chrome', 'com.microsoft.Edge', 'org.chromium.Chromium'].map((type) => ({
      type,
      content: lists,
    })),
    {
      type: 'org.mozilla.firefox',
      content:
        entry('EnterprisePoliciesEnabled', '<true/>') +
        entry('LocalNetworkAccess', `<dict>${skipped}</dict>`),
    },
    ...(ca === null ? [] : [{ type: 'com.apple.security.root', content: entry('PayloadContent', data(ca)) }]),
  ];
  const inner = payloads.map(({ type, content }) => payload(type, `encoderd.${type}`, content)).join('');
  const scope = entry('PayloadScope', '<string>System</string>');
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    `<plist version="1.0">${payload('Configuration', 'encoderd', `${entry('PayloadContent', `<array>${inner}</array>`)}${scope}`)}</plist>`,
    '',
  ].join('\n');
}

function payload(type: string, identifier: string, content: string): string {
  return [
    '\n<dict>',
    entry('PayloadType', string(type)),
    entry('PayloadIdentifier', string(identifier)),
    entry('PayloadUUID', string(uuidOf(`${identifier} ${content}`))),
    entry('PayloadVersion', '<integer>1</integer>'),
    entry('PayloadDisplayName', string('encoderd: web pages reach the encoders of this computer')),
    content,
    '</dict>\n',
  ].join('');
}

const entry = (key: string, value: string): string => `<key>${key}</key>${value}\n`;

const string = (text: string): string =>
  `<string>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</string>`;

const array = (values: readonly string[]): string => `<array>${values.map(string).join('')}</array>`;

const data = (pem: string): string => `<data>${new X509Certificate(pem).raw.toString('base64')}</data>`;

/** The same for the same content: a profile that has not changed is no new one. */
function uuidOf(text: string): string {
  const digits = createHash('sha256').update(text).digest('hex');
  const cut = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
  ];
  return [...cut, digits.slice(20, 32)].join('-').toUpperCase();
}
