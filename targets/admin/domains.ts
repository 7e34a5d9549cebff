// Domain names as conditions of rules: the text that stands for one, and back.

const form =
  /^(\*\.)?([a-zA-Z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.)+[a-zA-Z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.?$/
const prefix = 'peer has the domain name '

/** The form of the conditions that this dialect makes. */
export const domainForm: RegExp = /^peer has the domain name /

/** What is wrong with a name, by the pattern of the API; undefined where nothing is. */
export function domainFault(name: string): string | undefined {
  if (form.test(name)) return undefined
  if (name.lastIndexOf('*') > 0) return '"*" may only stand in front, as in "*.example.com"'
  if (!name.replace(/\.$/, '').includes('.')) return 'it has one part only'
  return 'its parts are letters, digits, "-" and "_", with a letter or digit at both ends'
}

/** The condition that the peer is one that the name stands for. Case and a last dot mean nothing in DNS. */
export function domainCondition(name: string): string {
  return `${prefix}${name.toLowerCase().replace(/\.$/, '')}`
}

/** The name that a condition is about; undefined for conditions of another kind. */
export function domainOf(condition: string): string | undefined {
  const name = condition.startsWith(prefix) ? condition.slice(prefix.length) : ''
  return domainFault(name) === undefined ? name : undefined
}
