import { createI18n } from 'vue-i18n'

import en from './en'
import zh, { type Messages } from './zh-CN'

export const LANGUAGES = { 'zh-CN': '中文', en: 'English' } as const
export type Language = keyof typeof LANGUAGES

const KEPT_AS = 'jiejing.language'

export const i18n = createI18n<[Messages], Language, false>({
  legacy: false,
  locale: kept(),
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh, en },
})

/** Switches the app, and remembers it on this device. */
export function speak(language: Language): void {
  i18n.global.locale.value = language
  localStorage.setItem(KEPT_AS, language)
  document.documentElement.lang = language
}

/** What was chosen on this device; else English for a browser that does not ask for Chinese first. */
function kept(): Language {
  const found = localStorage.getItem(KEPT_AS)
  const asked: Language = navigator.language.startsWith('zh') ? 'zh-CN' : 'en'
  const language: Language = found === 'en' || found === 'zh-CN' ? found : asked
  document.documentElement.lang = language
  return language
}
