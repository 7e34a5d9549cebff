// Golden cases of audits: dumps, what is known beside them, the author's word of what is to be found, and
// the report in all its forms.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type AuditRequest, audit } from '../../src/audit/audit.ts'
import { reportForms } from '../../src/audit/report/index.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import type { Source } from '../../src/source/source.ts'
import {
  type Fail,
  filesOf,
  goldenRoot,
  isDump,
  isInput,
  mapping,
  readSource,
  sharedCluster,
  subfolders,
  text,
  texts,
} from './cases.ts'

/** One case. */
export interface AuditCase {
  /** `audits/<case>` */
  readonly name: string
  readonly folder: string
  readonly request: AuditRequest
  /** Codes that are to be found, and codes that are not: the author's own word. */
  readonly codes: readonly string[]
  readonly never: readonly string[]
  /** Whether the page of HTML is recorded, too. */
  readonly hasPage: boolean
}

const keys: readonly string[] = [
  'title',
  'why',
  'codes',
  'never',
  'cluster',
  'node',
  'ports',
  'only',
  'page',
]

/** All cases, by name. Throws with the file's path where a case.yaml is not as it should be. */
export function readAudits(): readonly AuditCase[] {
  return subfolders(join(goldenRoot, 'audits')).map((name) => readAudit(`audits/${name}`))
}

function readAudit(name: string): AuditCase {
  const folder = join(goldenRoot, name)
  const path = join(folder, 'case.yaml')
  const fail: Fail = (problem) => {
    throw new Error(`${path}: ${problem}`)
  }
  const raw = mapping(parse(readFileSync(path, 'utf8')), keys, fail)
  text(raw.title, 'title', fail)
  text(raw.why, 'why', fail)
  const files = filesOf(folder)
  const read = (wanted: (file: string) => boolean): readonly Source[] =>
    files.filter(wanted).map((file) => readSource(folder, file))
  const dumps = read((file) => isDump(file) && !/^(routes|sets)/.test(file))
  if (dumps.length === 0) fail('the case has no dump*')
  const policies = read(isInput)
  const cluster = raw.cluster === undefined ? null : text(raw.cluster, 'cluster', fail)
  const request = {
    dumps,
    ipsets: read((file) => file.startsWith('sets')),
    routes: read((file) => file.startsWith('routes')),
    policies,
    snapshot:
      cluster === null && policies.length === 0
        ? []
        : [readSource(folder, cluster ?? sharedCluster)],
    ports: texts(raw.ports ?? [], 'ports', fail),
    only: texts(raw.only ?? [], 'only', fail),
    ...(raw.node === undefined ? {} : { node: text(raw.node, 'node', fail) }),
  }
  return {
    name,
    folder,
    request,
    codes: texts(raw.codes, 'codes', fail),
    never: texts(raw.never ?? [], 'never', fail),
    hasPage: raw.page === true,
  }
}

/** The answers as texts by path. */
export function auditAnswers(one: AuditCase): ReadonlyMap<string, string> {
  const { report, diagnostics } = audit(one.request)
  const settings = { all: false, version: '0.0.0' }
  return new Map([
    ['report.txt', reportForms.text(report, settings)],
    ['report.md', reportForms.markdown(report, settings)],
    ['report.json', reportForms.json(report, settings)],
    ['report.sarif', reportForms.sarif(report, settings)],
    ...(one.hasPage ? [['report.html', reportForms.html(report, settings)] as const] : []),
    ...(diagnostics.length > 0 ? [['messages.txt', renderText(diagnostics)] as const] : []),
  ])
}
