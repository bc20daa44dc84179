import { type Check, fine, note } from '../check.ts';

/** What is said where nothing of this is known. */
export const system: Check = {
  id: 'system',
  async look(desk) {
    const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(desk.text('etc/os-release') ?? '')?.[1] ?? desk.platform;
    if (!desk.isLinux) {
      return [
        note({
          id: 'system-not-linux',
          summary: `This computer runs ${desk.platform}: readers, services and permissions are looked at on Linux only.`,
          evidence: [`the platform is ${desk.platform}`],
          cure: 'See the README for what is known of other systems.',
        }),
      ];
    }
    if (desk.isDebian) return [fine('system-known', `${name}: a system that encoderd is made for.`)];
    return [
      note({
        id: 'system-not-debian',
        summary: `This system is ${name}, not Debian: packages may be called otherwise than the cures say.`,
        evidence: [`there is no ${desk.at('etc/debian_version')}`],
        cure: 'Read the names of packages as examples.',
      }),
    ];
  },
};
