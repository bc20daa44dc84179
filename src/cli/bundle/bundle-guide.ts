/** What every bundle says of itself, for who opens it and for who asks whether it may be sent. */
export const bundleGuide = (keepsHosts: boolean): string => `# A bundle of encoderd

Made by \`encoderctl bundle\` for somebody who helps with this desk. MANIFEST.json lists the files, and what was taken out of each.

| file | what |
|---|---|
| doctor.json | what \`encoderctl doctor\` finds, with evidence and cures |
| flight-recorder*.jsonl | the last exchanges with readers and cards; masked where they were recorded: no key, no uid, nothing that is on cards |
| log.jsonl | the daemon's log |
| configuration.json | the configuration without secrets, and which settings come by the environment |
| versions.json, service.txt, usb.json | versions, what systemd says, what is plugged in |
| health.json, sync.json, metrics.txt | encoders' health, how it stands with a backend, all figures |
| audit-log.json | whether the audit log is whole; none of its entries |
| tables.json, state-folder.json | how many rows each table has, and which files there are; no row, no content |

Taken out, and what stands in its place:

- keys, tokens, passwords, codes of pairings: \`[secret]\`
- names, e-mail addresses and telephone numbers of people that the desk knows, and whatever looks like an address or a number: \`[name-1]\`, \`[address-1]\`, \`[phone-1]\`
- uids and numbers of cards, and whatever looks like one: \`[uid-1]\`, \`[card-number-1]\`
- ${keepsHosts ? 'host names were left in, as somebody asked' : 'host names and addresses of other computers: `[host-1]`'}

The same number is the same thing in all files.

Never gathered: rows of people, credentials and cards; what is on cards; the keys of the site; entries of the audit log; the certificate's key.
`;
