import type { components } from '@/api/schema'

export type Subject = components['schemas']['SubjectAsked']

/** What an approval says beside the verdict. */
export interface Approval {
  code: string | undefined
  note: string
  subject: Subject
}
