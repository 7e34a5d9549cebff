// The report for machines: the form that src/audit/README.md documents, whole, and the same for the same
// input.
import { printCidr } from '../../algebra/address.ts'
import { jsonOf, placeOf } from '../../diagnostics/machine.ts'
import { allFindings, countsOf, driftCode, driftOf, kindsOf } from './arrange.ts'
import type { AuditReport, DecidedBy, DriftGroup, DriftReport, ServiceMatrix } from './types.ts'

/** Raised where a reader of the JSON would have to change. */
export const jsonFormat = 1

/** The report as JSON; ends in a newline. */
export function reportJson(report: AuditReport): string {
  const { inputs, partial, generators, ways, matrices, drift } = report
  const value = {
    format: jsonFormat,
    partial: partial.length > 0,
    reasons: partial,
    counts: countsOf(allFindings(report)),
    inputs,
    generators,
    findings: kindsOf(report.findings).flatMap(({ findings }) => findings.map(jsonOf)),
    ways,
    matrices: matrices.map(matrixJson),
    drift: drift === null ? null : driftJson(drift, driftOf(report)),
  }
  return `${JSON.stringify(value, null, 2)}\n`
}

function matrixJson({ groups, ...rest }: ServiceMatrix): object {
  return {
    ...rest,
    groups: groups.map(({ name, blocks }) => ({ name, blocks: blocks.map(printCidr) })),
  }
}

function driftJson(
  { against, assumptions, isAll }: DriftReport,
  groups: readonly DriftGroup[],
): object {
  return { against, assumptions, complete: isAll, groups: groups.map(groupJson) }
}

function groupJson(group: DriftGroup): object {
  const { direction, flows, example, dump, policies, on } = group
  const side = ({ words, places }: DecidedBy): object => ({ words, places: places.map(placeOf) })
  return {
    code: driftCode(group),
    direction,
    flows,
    example,
    dump: side(dump),
    policies: side(policies),
    on,
  }
}
