/**
 * Every way the worker can end. Scripts and the deployer branch on these numbers, so a number never changes its
 * meaning; `docs/exit-codes.md` prints the same table for people, and a test holds the two together.
 */
export const EXIT_CODES = [
  { code: 0, meaning: 'written (or stopped in interval mode, with nothing left half done)' },
  { code: 2, meaning: 'bad configuration' },
  { code: 20, meaning: 'identity not injected' },
  { code: 21, meaning: 'federation refused' },
  { code: 22, meaning: 'token expired or clock wrong' },
  { code: 23, meaning: 'token service unreachable' },
  { code: 30, meaning: 'TLS to Cosmos DB' },
  { code: 31, meaning: 'network or firewall' },
  { code: 32, meaning: 'role missing' },
  { code: 33, meaning: 'control-plane call with a data token' },
  { code: 34, meaning: 'local authorisation or audience' },
  { code: 35, meaning: 'not found' },
  { code: 36, meaning: 'throttled beyond the budget' },
  { code: 70, meaning: 'our bug' },
  { code: 130, meaning: 'stopped by SIGINT before the document was written' },
  { code: 143, meaning: 'stopped by SIGTERM before the document was written' },
] as const

export type ExitCode = (typeof EXIT_CODES)[number]['code']
