/** The pages of the app: where they are, who sees them, what they are called. */
import {
  Activity,
  BrainCircuit,
  Camera,
  ChartColumn,
  ClipboardCheck,
  MonitorPlay,
  ScanEye,
  ScrollText,
  Users,
} from '@lucide/vue'
import type { Component } from 'vue'
import type { RouteComponent } from 'vue-router'

import type { Right } from '@/api/session'
import { may } from '@/session/session'

export interface Page {
  name: PageName
  path: string
  icon: Component
  /** Whoever holds one of these sees it. */
  rights: Right[]
  view: () => Promise<RouteComponent>
}

export type PageName =
  'review' | 'live' | 'statistics' | 'cameras' | 'models' | 'supervision' | 'audit' | 'users' | 'system'

export const PAGES: readonly Page[] = [
  {
    name: 'review',
    path: '/review/:eventId?/:opening(\\d+)?',
    icon: ClipboardCheck,
    rights: ['events.view'],
    view: () => import('@/review/ReviewPage.vue'),
  },
  {
    name: 'live',
    path: '/live/:cameraId?',
    icon: MonitorPlay,
    rights: ['live.view'],
    view: () => import('@/live/LivePage.vue'),
  },
  {
    name: 'statistics',
    path: '/statistics',
    icon: ChartColumn,
    rights: ['statistics.view'],
    view: () => import('@/statistics/StatisticsPage.vue'),
  },
  {
    name: 'cameras',
    path: '/cameras/:cameraId?',
    icon: Camera,
    rights: ['cameras.view'],
    view: () => import('@/cameras/CamerasPage.vue'),
  },
  {
    name: 'models',
    path: '/models',
    icon: BrainCircuit,
    rights: ['models.view'],
    view: () => import('@/models/ModelsPage.vue'),
  },
  {
    name: 'supervision',
    path: '/supervision',
    icon: ScanEye,
    rights: ['supervision.view'],
    view: () => import('@/supervision/SupervisionPage.vue'),
  },
  {
    name: 'audit',
    path: '/audit',
    icon: ScrollText,
    rights: ['audit.view'],
    view: () => import('@/audit/AuditPage.vue'),
  },
  {
    name: 'users',
    path: '/users',
    icon: Users,
    rights: ['users.view', 'administrators.confirm'],
    view: () => import('@/users/UsersPage.vue'),
  },
  {
    name: 'system',
    path: '/system',
    icon: Activity,
    rights: ['system.view'],
    view: () => import('@/system/SystemPage.vue'),
  },
]

/** Where the work of those begins who hold a right; the first that fits. */
const BEGIN: readonly (readonly [Right, PageName])[] = [
  ['events.decide', 'review'],
  ['events.prescreen', 'review'],
  ['legal.edit', 'review'],
  ['cameras.edit', 'cameras'],
  ['models.manage', 'models'],
  ['supervision.view', 'supervision'],
  ['users.create', 'system'],
  ['audit.view', 'audit'],
  ['statistics.view', 'statistics'],
]

/** Where the user begins; of nobody who sees a page yet, undefined. */
export function beginning(): Page | undefined {
  const name = BEGIN.find(([right]) => may(right))?.[1]
  const offered = visiblePages()
  return offered.find((page) => page.name === name) ?? offered[0]
}

export const visiblePages = (): Page[] => PAGES.filter((page) => page.rights.some(may))
