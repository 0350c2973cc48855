/** The server's texts in Chinese. It speaks English, one line: what, where, what to do; the catalogue holds the templates
 * of these lines, and tests/web/test_causes.py holds it against the code that says them. */
import causes from './causes.zh-CN.json'
import fields from './fields.zh-CN.json'

const FIELDS: ReadonlyMap<string, string> = new Map(Object.entries(fields))
const HOLE = /\{(\d+)\}/g
const NAMED = /^([\w.[\]]+): (.+)$/s

interface Template {
  pattern: RegExp
  /** The longest piece between the holes: a text without it is of another template. */
  piece: string
  weight: number
  said: string
}

/** A text in Chinese. `weight`: how much of it the catalogue knows; of several readings the one that knows most holds. */
interface Reading {
  said: string
  weight: number
}

// Of readings that know as much the first holds: that of the longer template.
const templates: readonly Template[] = Object.entries(causes)
  .map(([text, said]) => template(text, said))
  .sort((one, other) => other.weight - one.weight)

/** A text of the server in Chinese, with whatever known texts stand in it; what is not known stays as it is. */
export function inChinese(text: string): string {
  return read(text, new Map()).said
}

/** A field of a request, a file or a form, like presets.0.zones.1.polygon or cameras[2].source; unknown ones stay. */
export function fieldInChinese(path: string): string {
  const places: { key: string; numbers: number[] }[] = []
  for (const part of path.split(/[.[\]]+/).filter(Boolean)) {
    if (/^\d+$/.test(part)) places.at(-1)?.numbers.push(Number(part) + 1)
    else places.push({ key: part, numbers: [] })
  }
  if (!FIELDS.has(places[0]?.key ?? '')) return path
  return (
    places
      // What only holds others and is no list need not be named.
      .filter(({ numbers }, at) => numbers.length || at === places.length - 1)
      .map(({ key, numbers }) => [FIELDS.get(key) ?? key, ...numbers].join(' '))
      .join('，')
  )
}

function read(text: string, known: Map<string, Reading>): Reading {
  const before = known.get(text)
  if (before) return before
  let best: Reading = { said: text, weight: 0 }
  for (const one of readings(text, known)) if (one.weight > best.weight) best = one
  known.set(text, best)
  return best
}

function* readings(text: string, known: Map<string, Reading>): Iterable<Reading> {
  const [, field, cause] = NAMED.exec(text) ?? []
  if (field && cause && fieldInChinese(field) !== field) {
    const { said, weight } = read(cause, known)
    yield { said: `${fieldInChinese(field)}：${said}`, weight: weight + field.length }
  }
  for (const one of templates) {
    const holes = text.includes(one.piece) && one.pattern.exec(text)?.slice(1)
    if (holes) yield filled(one, holes, known)
  }
  // Several causes in one line, of which each may hold the sign that stands between them.
  for (const { index } of text.matchAll(/; /g)) {
    const first = read(text.slice(0, index), known)
    const rest = first.weight ? read(text.slice(index + 2), known) : first
    if (!rest.weight) continue
    yield { said: `${first.said}；${rest.said}`, weight: first.weight + rest.weight }
    return
  }
}

function template(text: string, said: string): Template {
  const pieces = text.split(/\{\d+\}/)
  return {
    pattern: new RegExp(`^${pieces.map(escaped).join('(.*?)')}$`, 's'),
    piece: pieces.reduce((longest, one) => (one.length > longest.length ? one : longest)),
    // A template without a word says nothing by itself: all lies in its holes.
    weight: /\w/.test(pieces.join('')) ? pieces.join('').length : 0,
    said,
  }
}

function filled({ said, weight }: Template, holes: readonly string[], known: Map<string, Reading>): Reading {
  const inside = holes.map((hole) => read(hole, known))
  return {
    said: said.replace(HOLE, (_, number: string) => inside[Number(number)]?.said ?? ''),
    weight: inside.reduce((sum, one) => sum + one.weight, weight),
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
