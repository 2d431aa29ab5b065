import type { Fields } from './object.ts'

/** Labels as kubectl's `--selector` takes them: `app=web,tier=front` */
export function labelsText(labels: Fields): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',')
}
