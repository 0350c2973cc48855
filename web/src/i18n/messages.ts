/** The server's messages in the language of the app: a code with parameters, worded by the catalogue that server,
 * command line and app share (core/catalogue). */
import type { Said } from '@/api/client'
import names from '../../../core/fields.json'

export type Message = Said
export type Language = 'en' | 'zh'

type Words = Record<Language, string>

const FILES = import.meta.glob<Record<string, Words>>('../../../core/catalogue/*.json', {
  eager: true,
  import: 'default',
})
const CATALOGUE: ReadonlyMap<string, Words> = new Map(Object.values(FILES).flatMap((words) => Object.entries(words)))
const FIELDS: ReadonlyMap<string, string> = new Map(Object.entries(names))

const HOLE = /\{(\w+)\}/g
const COLON = { en: ': ', zh: '：' }
const BETWEEN_WORDS = { en: ', ', zh: '、' }
const BETWEEN_MESSAGES = { en: '; ', zh: '；' }

/** A message in that language. One that the app does not know, of a newer server, is said in the server's words. */
export function said(
  { code, params, text }: Pick<Message, 'code' | 'params'> & { text?: string },
  language: Language,
): string {
  const words = CATALOGUE.get(code)
  if (!words) return text ?? code
  const line = words[language].replace(HOLE, (hole, name: string) =>
    name in params ? shown(params[name], language) : hole,
  )
  const field = params.field
  return typeof field === 'string' && field ? `${fieldSaid(field, language)}${COLON[language]}${line}` : line
}

/** A field of a request, a file or a form, like presets.0.zones.1.polygon or cameras[2].source; unknown ones stay. */
export function fieldSaid(path: string, language: Language): string {
  if (language === 'en') return path
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

function shown(value: unknown, language: Language): string {
  if (Array.isArray(value)) {
    const between = value.some(isMessage) ? BETWEEN_MESSAGES : BETWEEN_WORDS
    return value.map((part) => shown(part, language)).join(between[language])
  }
  return isMessage(value) ? said(value, language) : String(value)
}

function isMessage(value: unknown): value is Pick<Message, 'code' | 'params'> {
  return typeof value === 'object' && value !== null && 'code' in value
}
