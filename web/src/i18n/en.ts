import type { Messages } from './zh-CN'
import cameraWords from './cameras.en'
import runningWords from './running.en'

const en: Messages = {
  ...cameraWords,
  ...runningWords,
  product: 'Jiejing',
  cancel: 'Cancel',
  save: 'Save',
  comma: ', ',
  pages: { review: 'Review', live: 'Live', statistics: 'Statistics', cameras: 'Cameras', models: 'Models', supervision: 'Supervision', audit: 'Audit', users: 'Users', system: 'System' },
  shell: { skip: 'Skip to content', navigation: 'Pages' },
  connection: {
    idle: 'Online', idleLong: 'Connected to the server',
    live: 'Live', liveLong: 'Changes show at once',
    connecting: 'Connecting', connectingLong: 'Opening the live connection',
    lost: 'Offline', lostLong: 'The server cannot be reached; what you see may be out of date',
  },
  errors: {
    unreachable: 'The server cannot be reached', unreachableHint: 'Check the network and try again. Decisions already made are safe.',
    failed: 'This could not be loaded', again: 'Try again',
  },
  statuses: {
    s0: 'The server cannot be reached. Check the network and try again.', s401: 'You are signed out. Sign in again.', s403: 'Your role may not do this.', s404: 'It is not there any more. Reload.', s409: 'The event has just changed and was loaded again. Look once more.',
    s412: 'Somebody else has just changed it. Open it again first.', s413: 'The file is too large. Take a smaller one.', s429: 'Too many requests. Try again in a while.', s500: 'The server failed. Try again; if it goes on, tell operations. ({detail})',
  },
  time: { days: '{days} d {hours} h', hours: '{hours} h {minutes} min', minutes: '{minutes} min {seconds} s', seconds: '{seconds} s' },
  days: { mon: 'Mon', tue: 'Tue', wed: 'Wed', thu: 'Thu', fri: 'Fri', sat: 'Sat', sun: 'Sun' },
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  roles: {
    officer: 'Enforcement officer', assistant: 'Assistant', legal_reviewer: 'Legal reviewer', operations: 'Operations', ml_engineer: 'ML engineer',
    manager: 'Manager', supervision: 'Supervision', system_admin: 'System administrator', security_admin: 'Security administrator',
    audit_admin: 'Audit administrator',
  },
  user: {
    menu: 'Menu of {name}', language: 'Language', theme: 'Appearance', signOut: 'Sign out', noRole: 'No role yet', badge: 'Badge {no}, valid until {until}',
  },
  signIn: {
    title: 'Sign in', line: 'Contactless enforcement: seen clearly, kept safely, explained fully. Officers decide.', name: 'Account', password: 'Password',
    enter: 'Sign in', wrong: 'Account or password is wrong.', locked: 'Too many failures; the account is locked for a while. Try later, or ask the system administrator.',
    forgotten: 'Forgot your password? The system administrator can reset it.',
  },
  firstPassword: {
    title: 'Choose a new password', hint: 'The first password has to be changed. At least {least} characters, used nowhere else.',
    now: 'Current password', fresh: 'New password', again: 'Once more', change: 'Change and go on', short: 'Not yet {least} characters.', differs: 'The two differ.',
  },
  waiting: { title: 'No role was granted yet', hint: 'Sign in again once the security administrator has granted a role and a node.' },
  nowhere: { title: 'There is no such page', hint: 'The address is wrong, or your role does not see it.', home: 'To the first page' },
  review: { open: 'Open', claimed: 'Claimed', decided: 'Decided', second_look: 'Second look', more_evidence: 'More evidence' },
  standing: { lead: 'Lead', supporting: 'Supporting evidence', meets_requirements: 'Meets requirements' },
  verdicts: { approved: 'Approved', handed_over: 'Handed over', rejected: 'Rejected', more_evidence: 'More evidence asked for' },
  effects: { negative: 'teaches: false alarm', keep_positive: 'label stays', ignore: 'not used in training' },
  sorts: { deadline: 'Due first', '-deadline': 'Due last', age: 'Newest first', '-age': 'Oldest first', '-dwell': 'Longest dwell first', dwell: 'Shortest dwell first', type: 'By type', '-type': 'By type, reversed' },
  queue: {
    title: 'Queue', state: 'State of review', search: 'Place, camera, zone', filter: 'Filter', sort: 'Sort', again: 'Reload', type: 'Type', any: 'Any',
    fresh: '{count} new, click to show', overdue: '{time} overdue', left: '{time} left', incomplete: 'Evidence is incomplete', cleared: 'Gone',
    claimedBy: 'Claimed by {name}', empty: 'Nothing to review', emptyHint: 'New events announce themselves; no need to reload.',
    nothing: 'No event fits', nothingHint: 'Choose another state, or clear the filter.', count: '{count} events',
  },
  event: {
    back: 'Back to the queue', mine: 'Yours', somebody: 'somebody else', observing: 'Observing, no alarm', deadline: 'Due {time}',
    none: 'Choose an event', noneHint: 'J and K move through the queue.',
  },
  stage: {
    title: 'Pictures', strip: 'Pictures and clips', loading: 'Fetching and checking', marks: 'Marks', closer: 'Closer', farther: 'Farther', fit: 'Whole picture',
    nothing: 'The package is not sealed yet', nothingHint: 'It is sealed some seconds after the violation, and shows by itself.',
    changed: 'This file is not the one that was sealed; it is not shown', changedHint: 'The digest of {path} differs from the manifest. Do not decide on it; tell operations.',
  },
  views: {
    first: 'First', last: 'Last', subject: 'Subject', compare: 'Compare', timelapse: 'Time-lapse', arrival: 'Arrival', moment: 'Violation', composite: 'Composite',
    after: 'After', slider: 'Edge between first and last picture',
  },
  looks: { first_picture: 'the first picture', last_picture: 'the last picture', subject: 'the subject close up', seen: 'seen', notSeen: 'not seen yet' },
  dwell: { observed: 'Observed', bridged: 'Bridged', gaps: 'Not seen', rule: 'Rule', limit: 'A violation after {limit}', spoken: 'Observed for {observed}, bridged for {bridged}' },
  integrity: {
    sound: 'Sound, as it was sealed', soundLong: '{sound} digests checked in this browser', checking: 'Checking', checkingLong: '{sound} of {total} files checked',
    changed: 'Was changed', changedLong: 'Digests differ: {files}', failed: 'Cannot be checked', partly: 'Sound, as far as checked', partlyLong: '{sound} of {total} digests checked in this browser; {withheld} files as received were not looked at',
    none: 'No package yet', noneLong: 'Digests are checked once it is sealed',
  },
  originals: {
    denied: 'Pictures and clips as received show what privacy masks hide. Your role sees the masked copies.',
    offered: 'Pictures and clips as received ({count}) show what privacy masks hide. Say why you look; it goes into the audit.', purpose: 'Purpose', look: 'Show them',
  },
  facts: {
    title: 'The event', dwell: 'Dwell', still: 'Came to rest', violation: 'Violation', cleared: 'Gone', lastSeen: 'Last seen', stillThere: 'still there', record: 'Record',
    standing: 'Standing', completeness: 'Completeness', complete: 'Complete', missing: '{count} missing', noPackage: 'Not sealed yet',
    origin: 'Origin', receivedFrom: 'Gateway', unknown: 'unknown', clock: 'Server clock', clock_true: 'error ≤ 1 s', clock_false: 'error > 1 s', clock_null: 'error unknown', code: 'Anti-forgery code',
    seenBy: 'Recognised', model: 'Model', thing: 'Thing', history: 'History',
  },
  attached: { title: 'Photos and re-checks', photo: 'From the spot', recheck: 'Re-check', add_photo: 'Photo', add_recheck: 'Re-check' },
  rule: {
    title: 'The rule as it was', version: 'Version of the rule', zone: 'Zone', limit: 'Limit', limitValue: '{violation}, gaps ≤ {bridge}', schedule: 'Hours', daily: 'Daily',
    permits: 'Permits', noPermits: 'None', agency: 'Agency', shop: 'Shop',
  },
  actions: {
    approve: 'Approve', handOver: 'Hand over', reject: 'Reject', more: 'More evidence', look: 'Look first at {what}', decided: 'It was decided', reading: 'Your role only reads',
    claiming: 'Claiming…', notClaimed: 'Not claimed, so you cannot decide', suggesting: 'Your opinion helps the officer who decides', noBadge: 'No valid badge, so you cannot approve',
    badgeExpired: 'Your badge has expired, so you cannot approve',
  },
  reject: { title: 'Why reject?', hint: 'A digit rejects at once; undo within 10 s', note: 'Note (needed for “other”)', needsNote: 'Say why, when it is “other”.' },
  approve: {
    title: 'Approve', handOver: 'Hand over as a lead to {agency}', hint: 'What is known is filled in; check it', code: 'Class', plate: 'Plate', platePlaceholder: 'like 浙H12345', colour: 'Colour',
    vehicleType: 'Type of vehicle', shop: 'Name of the shop', note: 'Note', notePlaceholder: 'optional', choose: 'Choose', send: 'Approve',
    two: 'A penalty takes two officers. What is approved here is a lead, not a penalty.',
  },
  undo: { undo: 'Undo', done: 'Taken back', late: 'Too late to undo' },
  miss: { mark: 'Mark a miss', draw: 'Drag a box around what was missed', title: 'Mark a miss', hint: 'No model found what is in the box. It becomes training data.', label: 'What is it?', send: 'Send' },
  more: 'More',
  loading: 'Loading',
  statistics: {
    nothing: 'No data yet', period: 'Period', days: '{count} d', alarms: 'Alarms', approved: 'Approved', rejected: 'Rejected', pending: 'Pending', pendingOf: '{count} of them pending',
    median: 'Time to decide (median)', p90: '90 % within {value}', minutes: '{value} min', checks: 'Quality and effect', by: 'Group by', by_type: 'Type', by_hour: 'Hour', by_camera: 'Camera', by_zone: 'Zone',
    by_grid: 'Grid', by_org: 'Organisation', empty: 'No alarms in this period', emptyHint: 'Choose a longer one.', noisy: 'Noisy', loads: 'Decided per officer and shift', formulas: 'How it is worked out',
    approval: 'Approval rate', agreement: 'Agreement of second looks', false_approval: 'False approvals', relapse: 'Relapse rate', closing: 'Closing rate', timely: 'Closed in time',
  },
  cameras: {
    observingCount: '{count} observing',
    search: 'Name, id, address', empty: 'No cameras yet', emptyHint: 'Operations import a site file: jiejing camera import FILE.', name: 'Camera', condition: 'State', org: 'Organisation', fps: 'Real fps', delay: 'Delay',
    lastFrame: 'Last frame', zones: 'Zones', preset: 'Preset {id}', observing: 'Observing', noZones: 'No zones yet', stream: 'Stream', source: 'Address', size: 'Picture', since: 'Since', error: 'Fault',
    address: 'Place', grid: 'Grid', legal: 'Legal record', notEntered: 'not entered', legal_review_no: 'Legal review no.', legal_review_date: 'Legal review', legal_technical_review_date: 'Technical review',
    legal_notice_no: 'Public notice no.', legal_video_approval: 'Approval to use the video', legal_video_approval_until: 'Approved until',
  },
  conditions: { online: 'Online', slow: 'Late', unfit: 'Picture unfit', offline: 'Offline', unwatched: 'Not watched', connecting: 'Connecting', unknown: 'Not reported' },
  audit: {
    hint: 'Each row holds the digest of the one before; none can be changed. Check: jiejing verify --audit', actor: 'Account', action: 'Action', actionPlaceholder: 'Action, like event.decide', object: 'Id of the object', since: 'From', until: 'To', search: 'Search',
    empty: 'No rows', emptyHint: 'Ask for less.', when: 'When', who: 'Who', purpose: 'Purpose', change: 'Change', show: 'Show', address: 'From',
  },
  users: {
    hint: 'The system administrator makes accounts, the security administrator grants; nobody grants to himself.', search: 'Name, account, badge', create: 'New account', createHint: 'A new account has no rights until the security administrator grants some.', account: 'Account', name: 'Account', fullName: 'Full name', role: 'Role', node: 'Node',
    badge: 'Badge', badgeExpires: 'Badge valid until', until: 'until {day}', expired: 'expired {day}', state: 'State', active: 'Active', pending: 'Pending', disabled: 'Disabled', firstPassword: 'First password', wholeSite: 'Whole site',
    grant: 'Grant', grantTo: 'Grant to {name}', inService: 'May sign in', reset: 'Reset password', resetAsk: 'Reset the password of {name}? Rights have to be confirmed again.', handOver: 'One-time password of {name}', handOverHint: 'It is shown this once. Hand it over in person; it has to be changed at the first sign-in.',
  },
  live: {
    whyTitle: 'Why do you look?', whyHint: 'Live pictures need a purpose. It goes into the audit with your name and the time.', whyPlaceholder: 'like: complaint 12345, order 2026-1120', why: 'Purpose: {purpose}', changeWhy: 'Change the purpose', look: 'Look',
    why_patrol: 'Video patrol', why_complaint: 'Check a complaint', why_recheck: 'Re-check a correction', why_overdue: 'Overdue case',
    marks: 'Marks', allOrgs: 'All organisations', noneFits: 'No camera fits', openCamera: '{name}, large', toWall: 'Back to the wall', waiting: 'Waiting for a picture', violations: 'Violations: {count}',
    notRunning: 'The analysis does not run.', notRunningHint: 'Nobody watches these cameras: operations start it with jiejing run. Pictures come back by themselves.', unfit: 'Picture unfit, rules rest: {why}', every: 'every {seconds} s',
    standing: 'Standing things', nothing: 'Nothing stands in the zones.', hidden: 'Hidden', open: 'Review', candidate: 'Candidate', violation: 'Violation',
  },
  keys: {
    title: 'Keys', move: 'Next, previous', view: 'Next picture', number: 'Picture by number', subject: 'Subject close up', marks: 'Marks on and off', fit: 'Whole picture',
    approve: 'Approve', reject: 'Reject, then the digit of the reason', more: 'More evidence', undo: 'Undo', miss: 'Mark a miss', cancel: 'Cancel, close',
  },
  labels: {
    person: 'Person', bicycle: 'Bicycle', motorcycle: 'Motorcycle or e-bike', tricycle: 'Tricycle', car: 'Car', van: 'Van', bus: 'Bus', truck: 'Truck',
    stall: 'Stall', goods: 'Goods', table: 'Table', umbrella: 'Umbrella', garbage: 'Garbage', bin: 'Bin', bin_overflow: 'Bin running over', unknown_object: 'Unknown object',
  },
}

export default en
