import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Opens a terminal, takes it for itself (TIOCEXCL, ioctl_tty(2)), says so, and keeps it until its standard input ends. It gives it back then
 * (TIOCNXCL): the system does so at the last close, and socat has the terminal open.
 */
const PROGRAM =
  '$0 = $ARGV[1] if @ARGV > 1; open(my $tty, "+<", $ARGV[0]) or die $!; ioctl($tty, 0x540C, 0) or die $!; syswrite(STDOUT, "held"); sysread(STDIN, my $end, 1); ioctl($tty, 0x540D, 0);';

/** Another program that has a serial port, of the user with this number. */
export class PortHolder implements AsyncDisposable {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /** It goes by another name than `perl` where one is given. */
  static async hold(path: string, uid: number, ...name: readonly string[]): Promise<PortHolder> {
    const process = spawn('perl', ['-e', PROGRAM, path, ...name], {
      uid,
      gid: uid,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const holder = new PortHolder(process);
    await Promise.race([
      once(process.stdout, 'data'),
      once(process, 'exit').then(() => Promise.reject(new Error('perl cannot hold the port'))),
    ]);
    return holder;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.stdin?.end();
    await ended;
  }
}
