import { type Check, error, fine } from '../check.ts';
import { calledProcess, daemonsAmong, listenerAt, processes, withChildren } from '../facts/processes.ts';

/** Whether the daemon has the port that its configuration names. */
export const portTaken: Check = {
  id: 'port-taken',
  async look(desk) {
    const { config } = desk;
    if (!desk.isLinux || config === null || config.port === 0) return [];
    const { file, health, isAlive } = await desk.daemon();
    const listener = listenerAt(config.port);
    if (listener === null) return [];
    const all = processes();
    if (file !== null && isAlive) {
      if (typeof listener === 'number' && withChildren(all, [file.pid]).has(listener))
        return [fine('port-ours', `The daemon has its port, ${config.port}.`)];
      // It listens elsewhere, as it was told: another of its kind, or whoever, may have this one.
      if (Number(new URL(file.url).port) !== config.port) return [];
    }
    const isEncoderd =
      typeof listener === 'number' ? daemonsAmong(all).some(({ pid }) => pid === listener) : health !== null;
    if (isEncoderd) return [];
    const who = all.find(({ pid }) => pid === listener);
    const holder = who === undefined ? 'a program of another user' : calledProcess(who);
    return [
      error({
        id: 'port-taken',
        summary: `Another program has port ${config.port}, at which web pages look for encoderd.`,
        evidence: [`/proc/net/tcp: ${holder} listens at port ${config.port}`],
        cure:
          who === undefined
            ? `sudo encoderctl doctor names it (or: sudo ss -ltnp sport = :${config.port}); end it, or give it another port`
            : `End ${holder}, or give it another port: pages look for encoderd at ${config.port}.`,
      }),
    ];
  },
};
