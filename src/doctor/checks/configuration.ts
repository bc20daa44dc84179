import { type Check, error, fine } from '../check.ts';

/** Whether the daemon can start with its configuration. */
export const configuration: Check = {
  id: 'configuration',
  async look(desk) {
    const where = desk.configPath ?? 'no file: everything has its default';
    if (desk.config !== null) return [fine('configuration-valid', `The configuration is valid (${where}).`)];
    const isForbidden = desk.configProblems.some((problem) => problem.includes('EACCES'));
    return [
      error({
        id: isForbidden ? 'configuration-unreadable' : 'configuration-invalid',
        summary: isForbidden
          ? 'The configuration may not be read.'
          : 'The configuration cannot be used, so the daemon does not start (exit code 78).',
        evidence: desk.configProblems.map((problem) =>
          desk.configPath === null || problem.startsWith(desk.configPath)
            ? problem
            : `${desk.configPath}: ${problem}`,
        ),
        cure: isForbidden
          ? 'Let the user that the daemon runs as read it, and run the doctor as root.'
          : 'Correct what is named, then start it: systemctl restart encoderd',
      }),
    ];
  },
};
