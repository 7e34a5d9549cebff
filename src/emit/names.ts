// Names that the API server takes, for policies of dialects that take others.
import { digestName } from '../algebra/sha256.ts'
import { subdomainFault } from '../schema/names.ts'

/** The name where it is a DNS subdomain of that length at most; else its words and a digest of it. */
export function validName(name: string, maxLength = 253): string {
  if (subdomainFault(name) === undefined && name.length <= maxLength) return name
  const words = name.toLowerCase().split(/[^a-z0-9]+/)
  const stem = words
    .join('-')
    .slice(0, maxLength - 20)
    .replace(/^-+|-+$/g, '')
  return `${stem === '' ? 'policy' : stem}-${digestName([name], 16)}`
}
