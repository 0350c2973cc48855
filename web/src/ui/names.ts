/** The name of a row of the server's tables, in the language of the app, as a heading begins. */
export function nameOf(one: { name_zh: string; name_en: string }, language: string): string {
  return language === 'en' ? one.name_en.charAt(0).toUpperCase() + one.name_en.slice(1) : one.name_zh
}
