// What the firewall rules of a machine really do, and whether they do what policies say:
//
//   dumps ──readDumps──▶ rule set ──recognise──▶ who wrote it
//                           │                        │
//                           ├──findAll──▶ findings ◀─┤
//   ports ──────────────────┼──matricesOf──▶ who reaches whom
//   policies, snapshot ─────┴──driftOf──▶ drift
import { type Code, catalog } from '../diagnostics/catalog.ts'
import { type Diagnostic, makeReporter, type Reporter } from '../diagnostics/diagnostic.ts'
import type { Source } from '../source/source.ts'
import { type DriftRequest, driftOf } from './drift/index.ts'
import { readDumps } from './dumps.ts'
import { type FactRequest, type Facts, readFacts } from './facts.ts'
import { Fates } from './fates.ts'
import { findAll } from './findings/index.ts'
import { recognise } from './generators/index.ts'
import { matricesOf } from './matrix/index.ts'
import { overviewOf, reportUncertain } from './overview.ts'
import { partialOf } from './partial.ts'
import { podInterfaces } from './podInterfaces.ts'
import { driftCode, driftCodes } from './report/arrange.ts'
import { generatorsOf } from './report/contents.ts'
import type { AuditReport, DriftReport } from './report/types.ts'
import { type Routes, readRoutes } from './routes.ts'

/** One machine, and what is known beside it. */
export interface AuditRequest extends FactRequest {
  /** Dumps in any forms; of one table in several of them the last one counts. */
  readonly dumps: readonly Source[]
  /** Outputs of `ipset save`, which say even where they are empty that there are no other sets. */
  readonly ipsets?: readonly Source[]
  /** Outputs of `ip route show` and `ip -6 route show`. */
  readonly routes?: readonly Source[]
  /** Codes that are wanted, or how they begin; all where none is given. */
  readonly only?: readonly string[]
}

/** The report, and what is to be said of everything but the dumps. */
export interface AuditResult {
  readonly report: AuditReport
  readonly diagnostics: readonly Diagnostic[]
}

/** Findings of one severity that are kept. */
const maxFindings = 100_000

/** Audits a machine. Never throws for anything that the request holds. */
export function audit(request: AuditRequest): AuditResult {
  const [found, said] = [makeReporter({ limit: maxFindings }), makeReporter()]
  const read = readDumps(request.dumps, request.ipsets ?? [], found)
  const { ruleset } = read
  const isWanted = wantedCodes(request.only ?? [], said)
  const facts = readFacts(request, said)
  const routes = routesOf(request.routes ?? [], found)
  const recognition = recognise(ruleset, facts)
  const localAddresses = facts.node?.addresses ?? []
  findAll({ ruleset, recognition, reporter: found, localAddresses, routes })
  const interfaces = podInterfaces(recognition, facts, routes)
  const rules = { ruleset, recognition, interfaces, reporter: found }
  const drift = compare(rules, facts, isWanted)
  const fates = new Fates({ ...rules, local: facts.node?.addresses ?? null })
  reportUncertain(fates, found)
  const matrices = matricesOf({ ...facts, traffic: facts.services, fates, reporter: found })
  const ways = overviewOf(fates)
  const report: AuditReport = {
    inputs: read.inputs,
    partial: partialOf(request, read, facts, found.diagnostics),
    generators: generatorsOf(ruleset, recognition),
    findings: found.diagnostics.filter(({ code }) => isWanted(code)),
    ways,
    matrices,
    drift,
  }
  return { report, diagnostics: said.diagnostics }
}

/** Which codes are wanted; what begins no code is reported. */
function wantedCodes(only: readonly string[], reporter: Reporter): (code: Code) => boolean {
  const words = only.map((word) => word.toUpperCase())
  for (const word of words) {
    if (Object.keys(catalog).some((code) => code.startsWith(word))) continue
    const help = 'write codes such as NP8101, or how they begin: NP82 for drift'
    reporter.report('NP6004', { message: `--only "${word}" is no code`, help })
  }
  return (code) => words.length === 0 || words.some((word) => code.startsWith(word))
}

function routesOf(sources: readonly Source[], reporter: Reporter): Routes | null {
  if (sources.length === 0) return null
  return { routes: sources.flatMap((source) => readRoutes(source, reporter).routes) }
}

type Rules = Pick<DriftRequest, 'ruleset' | 'recognition' | 'interfaces' | 'reporter'>

/** What the rules and the policies decide otherwise; null where that was not asked, or cannot be. */
function compare(
  rules: Rules,
  { policies, cluster, node }: Facts,
  isWanted: (code: Code) => boolean,
): DriftReport | null {
  const wanted = driftCodes.filter(isWanted)
  if (policies === null || cluster === null || node === null || wanted.length === 0) return null
  const drift = driftOf({ ...rules, policies, cluster, node })
  if (wanted.length === driftCodes.length) return drift
  return {
    ...drift,
    against: `${drift.against} (only ${wanted.join(', ')})`,
    groups: drift.groups.filter((group) => isWanted(driftCode(group))),
  }
}
