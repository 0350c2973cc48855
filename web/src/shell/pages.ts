/** The pages of the app: where they are, who sees them, what they are called. */
import { Camera, ChartColumn, ClipboardCheck, ScrollText, Users } from '@lucide/vue'
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

export type PageName = 'review' | 'statistics' | 'cameras' | 'audit' | 'users'

export const PAGES: readonly Page[] = [
  {
    name: 'review', path: '/review/:eventId?', icon: ClipboardCheck, rights: ['events.view'],
    view: () => import('@/review/ReviewPage.vue'),
  },
  {
    name: 'statistics', path: '/statistics', icon: ChartColumn, rights: ['statistics.view'],
    view: () => import('@/statistics/StatisticsPage.vue'),
  },
  {
    name: 'cameras', path: '/cameras/:cameraId?', icon: Camera, rights: ['cameras.view'],
    view: () => import('@/cameras/CamerasPage.vue'),
  },
  {
    name: 'audit', path: '/audit', icon: ScrollText, rights: ['audit.view'],
    view: () => import('@/audit/AuditPage.vue'),
  },
  {
    name: 'users', path: '/users', icon: Users, rights: ['users.view'],
    view: () => import('@/users/UsersPage.vue'),
  },
]

export const visiblePages = (): Page[] => PAGES.filter((page) => page.rights.some(may))
