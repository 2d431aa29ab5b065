import type { StatusCause } from '../../errors.ts'

export type Level = 'privileged' | 'baseline' | 'restricted'

/** A level in the form a Kubernetes minor version gave it. */
export interface LevelVersion {
  readonly level: Level
  /** `latest` or `v1.x`. */
  readonly version: string
}

/** What a namespace asks of its pods. Audit is left out: there is no audit log here. */
export interface Policy {
  readonly enforce: LevelVersion
  readonly warn: LevelVersion
}

const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted']
const PREFIX = 'pod-security.kubernetes.io/'
const UNSET: LevelVersion = { level: 'privileged', version: 'latest' }

/**
 * The policy of a namespace by its labels `pod-security.kubernetes.io/…`.
 *
 * A policy always comes back: a wrong enforce level counts as `restricted`, a wrong version as `latest`, a wrong
 * warn level as `privileged`. Without a warn level, warnings follow the enforce level.
 *
 * @see https://github.com/kubernetes/pod-security-admission/blob/v0.36.3/api/helpers.go
 */
export function policyOf(labels: Readonly<Record<string, string>> = {}): Policy {
  const level = labels[`${PREFIX}enforce`]
  const enforce: LevelVersion = {
    level: level === undefined ? UNSET.level : parseLevel(level, 'restricted'),
    version: parseVersion(labels[`${PREFIX}enforce-version`]),
  }
  const warnLevel = labels[`${PREFIX}warn`]
  const warnVersion = labels[`${PREFIX}warn-version`]
  if (warnLevel !== undefined) {
    const parsed = parseLevel(warnLevel, 'privileged')
    return { enforce, warn: { level: parsed, version: parseVersion(warnVersion) } }
  }
  if (!isLevel(level) || level === 'privileged')
    return { enforce, warn: { ...UNSET, version: parseVersion(warnVersion) } }
  const version = warnVersion === undefined ? enforce.version : parseVersion(warnVersion)
  return { enforce, warn: { level, version } }
}

/** What is wrong with a namespace's labels, in the order the API server names it. */
export function labelErrors(labels: Readonly<Record<string, string>> = {}): StatusCause[] {
  return ['enforce', 'audit', 'warn'].flatMap((mode) => [
    ...labelError(labels, mode, (value) => isLevel(value), `must be one of ${LEVELS.join(', ')}`),
    ...labelError(labels, `${mode}-version`, isVersion, 'must be "latest" or "v1.x"'),
  ])
}

/** `restricted:latest` */
export function levelVersion({ level, version }: LevelVersion): string {
  return `${level}:${version}`
}

/** Above zero when `a` is stricter than `b`. */
export function compareLevels(a: Level, b: Level): number {
  return LEVELS.indexOf(a) - LEVELS.indexOf(b)
}

function labelError(
  labels: Readonly<Record<string, string>>,
  name: string,
  isGood: (value: string) => boolean,
  reason: string,
): StatusCause[] {
  const value = labels[PREFIX + name]
  if (value === undefined || isGood(value)) return []
  const message = `Invalid value: ${JSON.stringify(value)}: ${reason}`
  return [{ reason: 'FieldValueInvalid', message, field: `metadata.labels[${PREFIX}${name}]` }]
}

function isLevel(value: string | undefined): value is Level {
  return LEVELS.some((level) => level === value)
}

function parseLevel(value: string, otherwise: Level): Level {
  return isLevel(value) ? value : otherwise
}

function isVersion(value: string): boolean {
  return value === 'latest' || /^v1\.(\d|[1-9]\d*)$/.test(value)
}

function parseVersion(value = 'latest'): string {
  return isVersion(value) ? value : 'latest'
}
