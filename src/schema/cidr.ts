// Address blocks as people write them: `10.0.0.0/8`, `fd00::/8`.
import { type Cidr, parseCidr, printCidr } from '../algebra/address.ts'
import { complain, type Place } from './place.ts'

/** Reads a block as the API server takes it; bits set beyond its prefix are dropped with a warning. */
export function readCidr(text: string, place: Place): Cidr | undefined {
  const written = parseCidr(text)
  if (written === undefined || isMapped(written.cidr)) {
    complain(place, 'NP2010', { message: `"${text}" is not a CIDR`, help: cidrHelp(text) })
    return undefined
  }
  if (written.hostBits) {
    const normal = printCidr(written.cidr)
    complain(place, 'NP3001', {
      message: `CIDR "${text}" has bits set beyond its prefix; it is read as ${normal}`,
      help: `write "${normal}"`,
    })
  }
  return written.cidr
}

/** Engines disagree whether an IPv4-mapped block means IPv4 or IPv6. */
function isMapped({ family, base, prefix }: Cidr): boolean {
  return family === 6 && prefix >= 96 && base >> 32n === 0xffffn
}

function cidrHelp(text: string): string {
  if (parseCidr(`${text}/32`)?.cidr.family === 4) return `a single address is written "${text}/32"`
  if (parseCidr(`${text}/128`) !== undefined) return `a single address is written "${text}/128"`
  if (/^::ffff:/i.test(text)) return 'write an IPv4 block, not an IPv4-mapped IPv6 one'
  if (/(^|\.)0\d/.test(text)) return 'write the parts of the address without leading zeros'
  return 'write an address, "/" and a prefix length, such as "10.0.0.0/8" or "fd00::/8"'
}
