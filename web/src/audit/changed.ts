/** What an audit row tells as before and after, line by line. Pure. */

/** One value that is told: where it stands, and as what; undefined = it was, or is, not there. */
export interface Line {
  path: string
  was: string | undefined
  now: string | undefined
}

/** The values that differ; where only `after` (or `before`) is told, all of its values. */
export function linesOf(before: unknown, after: unknown): Line[] {
  const was = flat(before)
  const now = flat(after)
  return [...new Set([...was.keys(), ...now.keys()])]
    .map((path) => ({ path, was: was.get(path), now: now.get(path) }))
    .filter((one) => one.was !== one.now)
}

function flat(value: unknown): Map<string, string> {
  const found = new Map<string, string>()
  if (value !== null && value !== undefined) walk(value, '', found)
  return found
}

function walk(value: unknown, path: string, found: Map<string, string>): void {
  if (isTree(value))
    for (const [key, one] of Object.entries(value))
      walk(one, path && !isIndex(key) ? `${path}.${key}` : path + at(key), found)
  else if (value !== null && value !== undefined && value !== '') found.set(path, say(value))
}

/** Lists of plain values, like a point or days of the week, are one value. */
const isTree = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  (!Array.isArray(value) || value.some((one) => isTree(one) && !Array.isArray(one)))
const isIndex = (key: string): boolean => /^\d+$/.test(key)
const at = (key: string): string => (isIndex(key) ? `[${key}]` : key)
const say = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
